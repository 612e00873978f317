/// Checks chunks with the SHA-256 of the JDK.
@SuppressWarnings("module") // the digits are the name of the hash
module io.shoal.verification.sha256 {
  requires io.shoal.api;

  provides io.shoal.api.Verifier with
      io.shoal.verification.sha256.Sha256Verifier;
}
