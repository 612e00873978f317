/// Checks chunks with SHA-256.
@SuppressWarnings("module") // the digits are the name of the hash
module io.shoal.test.sha256 {
  requires io.shoal.api;

  provides io.shoal.api.Verifier with
      io.shoal.test.sha256.Sha256;
}
