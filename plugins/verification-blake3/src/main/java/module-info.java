/// Names and checks chunks by BLAKE3.
@SuppressWarnings("module") // the digit is the name of the hash
module io.shoal.verification.blake3 {
  requires io.shoal.api;
  requires static org.jspecify;

  provides io.shoal.api.Verifier with
      io.shoal.verification.blake3.Blake3Verifier;
}
