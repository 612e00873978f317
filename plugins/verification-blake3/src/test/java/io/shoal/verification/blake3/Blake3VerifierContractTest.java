package io.shoal.verification.blake3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.Verifier;
import io.shoal.testkit.VerifierContract;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Blake3VerifierContractTest extends VerifierContract {

  @Override
  protected Verifier newVerifier() {
    return new Blake3Verifier();
  }

  @Override
  protected Map<String, String> knownDigests() {
    Map<String, String> known = new HashMap<>();
    Vectors.digests()
        .forEach(
            (size, digest) -> known.put(HexFormat.of().formatHex(Vectors.input(size)), digest));
    return known;
  }

  @Test
  void everyOfficialVectorIsTried() {
    assertEquals(35, Vectors.digests().size());
  }
}
