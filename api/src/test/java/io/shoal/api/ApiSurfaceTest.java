package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What a plugin can see of the API changes only on purpose: a difference needs a change of the
/// printed form in the same commit. This finds what a comparison of two jars takes for compatible:
/// a new case of a sealed type, a new constant of an enum, another value of a constant.
class ApiSurfaceTest {
  private static final Path PRINTED = Path.of("src/test/resources/api-1.0.txt");

  @Test
  void theApiIsAsItWasPrinted() throws IOException {
    String now = ApiSurface.print();
    if (Boolean.getBoolean("shoal.api.write")) {
      Files.writeString(PRINTED, now);
    }
    assertEquals(
        Files.readString(PRINTED),
        now,
        "if the API should change so (see 'How it grows' in its package), write it anew:"
            + " mvn -pl api test -Dtest=ApiSurfaceTest -Dshoal.api.write=true\n");
  }
}
