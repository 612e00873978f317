/// The descriptor registers the plugin: nothing is exported.
module __package__ {
  requires io.shoal.api;

  provides io.shoal.api.ChunkStore with
      __package__.__Name__Store;
}
