package io.shoal.discovery.kademlia.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the vector files beside the tests.
public final class Vectors {
  private Vectors() {}

  public static List<JsonNode> cases(String file) {
    JsonNode root;
    try (InputStream in =
        Objects.requireNonNull(Vectors.class.getResourceAsStream("/vectors/" + file), file)) {
      root = JsonMapper.shared().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<JsonNode> cases = new ArrayList<>();
    root.path("spec_cases").forEach(cases::add);
    root.path("cases").forEach(cases::add);
    if (cases.isEmpty()) {
      throw new IllegalStateException(file + " holds no cases");
    }
    return cases;
  }

  public static byte[] hex(JsonNode testCase, String field) {
    return HexFormat.of().parseHex(testCase.path(field).asString());
  }
}
