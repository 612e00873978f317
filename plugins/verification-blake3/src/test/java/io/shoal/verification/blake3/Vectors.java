package io.shoal.verification.blake3;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// The official test vectors.
final class Vectors {
  private Vectors() {}

  /// Digests in hex, by the length of their input.
  static Map<Integer, String> digests() {
    try (InputStream vectors =
        Objects.requireNonNull(
            Vectors.class.getResourceAsStream("/vectors/blake3-test_vectors.json"))) {
      Map<Integer, String> digests = new TreeMap<>();
      JsonMapper.shared()
          .readTree(vectors)
          .path("cases")
          .forEach(
              one ->
                  digests.put(
                      one.get("input_len").asInt(), one.get("hash").asString().substring(0, 64)));
      return digests;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The input of that length that the vectors are for.
  static byte[] input(int sizeBytes) {
    byte[] input = new byte[sizeBytes];
    for (int i = 0; i < sizeBytes; i++) {
      input[i] = (byte) (i % 251);
    }
    return input;
  }
}
