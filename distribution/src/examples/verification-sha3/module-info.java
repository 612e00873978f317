/// An example of a Shoal plugin: a hash function of its own.
module org.example.sha3 {
  requires io.shoal.api;

  provides io.shoal.api.Verifier with
      org.example.sha3.Sha3Verifier;
}
