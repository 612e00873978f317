package io.shoal.verification.sha256;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Sha256VerifierTest {

  @Test
  void hashesTheExampleOfTheStandard() {
    try (Verifier verifier = new Sha256Verifier()) {
      Verifier.Digest digest = verifier.begin();
      digest.update(ByteBuffer.wrap("abc".getBytes(StandardCharsets.US_ASCII)));
      assertEquals(
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
          HexFormat.of().formatHex(digest.finish()));
    }
  }
}
