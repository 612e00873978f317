/// The descriptor registers the plugin: nothing is exported.
module __package__ {
  requires io.shoal.api;
  requires org.slf4j;

  provides io.shoal.api.Transport with
      __package__.__Name__Transport;
}
