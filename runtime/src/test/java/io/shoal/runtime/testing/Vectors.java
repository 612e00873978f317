package io.shoal.runtime.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the vector files beside the tests.
public final class Vectors {
  private Vectors() {}

  public static byte[] bytes(String file) {
    try (InputStream in =
        Objects.requireNonNull(Vectors.class.getResourceAsStream("/vectors/" + file), file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static JsonNode json(String file) {
    return JsonMapper.shared().readTree(bytes(file));
  }

  public static List<JsonNode> cases(String file) {
    JsonNode root = json(file);
    List<JsonNode> cases = new ArrayList<>();
    root.path("spec_cases").forEach(cases::add);
    root.path("cases").forEach(cases::add);
    if (cases.isEmpty()) {
      throw new IllegalStateException(file + " holds no cases");
    }
    return cases;
  }
}
