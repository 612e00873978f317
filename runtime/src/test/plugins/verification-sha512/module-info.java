/// Checks chunks with SHA-512.
@SuppressWarnings("module") // the digits are the name of the hash
module io.shoal.test.sha512 {
  requires io.shoal.api;

  provides io.shoal.api.Verifier with
      io.shoal.test.sha512.Sha512;
}
