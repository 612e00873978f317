module io.shoal.test.gateway {
  requires io.shoal.api;
  requires jdk.httpserver;

  provides io.shoal.api.NodeObserver with
      io.shoal.test.gateway.Gateway,
      io.shoal.test.gateway.EventLog;
}
