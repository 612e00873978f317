/// Finds the peers that the configuration lists.
module io.shoal.test.fixed {
  requires io.shoal.api;

  provides io.shoal.api.Discovery with
      io.shoal.test.fixed.FixedPeers;
}
