package io.shoal.wire.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OwnLackTest {
  @Test
  void whatThisMachineLacksIsToldFromWhatThePeerDid() {
    assertTrue(
        OwnLack.of(new SocketException("Too many open files")).orElse("").contains("ulimit"));
    assertTrue(
        OwnLack.of(new IOException("x", new SocketException("Too many open files"))).isPresent());
    assertTrue(OwnLack.of(new BindException("any words")).orElse("").contains("port"));
    assertTrue(
        OwnLack.of(new ConnectException("Network is unreachable: /192.0.2.1:1")).isPresent());
    assertEquals(Optional.empty(), OwnLack.of(new ConnectException("Connection refused")));
    assertEquals(Optional.empty(), OwnLack.of(new NoRouteToHostException("No route to host")));
  }
}
