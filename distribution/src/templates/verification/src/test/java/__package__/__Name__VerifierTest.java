package __package__;

import io.shoal.api.Verifier;
import io.shoal.testkit.VerifierContract;
import java.util.Map;

/// All that a node expects of a verifier, tested by the testkit.
class __Name__VerifierTest extends VerifierContract {

  @Override
  protected Verifier newVerifier() {
    return new __Name__Verifier();
  }

  /// From the standard, and never from the class under test: in hex, of nothing and of "abc".
  @Override
  protected Map<String, String> knownDigests() {
    return Map.of(
        "",
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
            + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        "616263",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  }
}
