package io.shoal.verification.sha256;

import io.shoal.api.Verifier;
import io.shoal.testkit.VerifierContract;
import java.util.Map;

class Sha256VerifierContractTest extends VerifierContract {

  @Override
  protected Verifier newVerifier() {
    return new Sha256Verifier();
  }

  /// FIPS 180-4's example and the empty input.
  @Override
  protected Map<String, String> knownDigests() {
    return Map.of(
        "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "616263", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
}
