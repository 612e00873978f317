/// Carries chunks between processes of one machine, over UNIX sockets.
module io.shoal.test.unix {
  requires io.shoal.api;

  provides io.shoal.api.Transport with
      io.shoal.test.unix.UnixTransport;
}
