package io.shoal.verification.sha256;

import io.shoal.api.Verifier;
import io.shoal.testkit.VerifierContract;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

class Sha256VerifierContractTest extends VerifierContract {

  @Override
  protected Verifier newVerifier() {
    return new Sha256Verifier();
  }

  @Override
  protected Map<String, String> knownDigests() {
    try (InputStream vectors =
        Objects.requireNonNull(getClass().getResourceAsStream("/vectors/sha256-short.json"))) {
      Map<String, String> known = new HashMap<>();
      JsonMapper.shared()
          .readTree(vectors)
          .path("spec_cases")
          .forEach(one -> known.put(one.get("input").asString(), one.get("sha256").asString()));
      return known;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
