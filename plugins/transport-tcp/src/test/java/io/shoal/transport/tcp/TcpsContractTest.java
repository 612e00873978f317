package io.shoal.transport.tcp;

import io.shoal.api.Transport;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TransportContract;

class TcpsContractTest extends TransportContract {

  @Override
  protected Transport newTransport() {
    return new TcpTransport();
  }

  @Override
  protected String scheme() {
    return "tcps";
  }

  @Override
  protected TestContext configure(TestContext plain) {
    return plain.with("listen", "127.0.0.1:0");
  }
}
