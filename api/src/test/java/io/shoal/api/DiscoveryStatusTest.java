package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiscoveryStatusTest {

  @Test
  void nothingIsWrongUnlessItIsSaid() {
    DiscoveryStatus empty = DiscoveryStatus.builder().build();
    assertEquals(
        new DiscoveryStatus(
            Optional.empty(),
            List.of(),
            0,
            0,
            0,
            Duration.ZERO,
            0,
            0,
            Optional.empty(),
            List.of(),
            Map.of()),
        empty);
  }

  @Test
  void everyFigureHasItsPlace() {
    List<String> advice = new ArrayList<>(List.of("add a line"));
    Map<String, String> details = new LinkedHashMap<>(Map.of("role", "member"));
    Endpoint.Socket socket =
        new Endpoint.Socket(Endpoint.Protocol.UDP, InetAddress.getLoopbackAddress(), 6881);
    DiscoveryStatus status =
        DiscoveryStatus.builder()
            .endpoint("127.0.0.1:6881")
            .sockets(List.of(socket))
            .reachablePeers(1)
            .announcedKeys(2)
            .overdue(3, Duration.ofSeconds(4))
            .inexpressibleEndpoints(5)
            .failed(6, "nobody is there")
            .advice(advice)
            .details(details)
            .build();
    advice.clear();
    details.clear();
    assertEquals(
        new DiscoveryStatus(
            Optional.of("127.0.0.1:6881"),
            List.of(socket),
            1,
            2,
            3,
            Duration.ofSeconds(4),
            5,
            6,
            Optional.of("nobody is there"),
            List.of("add a line"),
            Map.of("role", "member")),
        status);
    assertThrows(UnsupportedOperationException.class, () -> status.details().put("a", "b"));
    assertThrows(UnsupportedOperationException.class, () -> status.advice().add("a"));
  }

  @Test
  void whereNothingFailedThereIsNoReason() {
    assertEquals(
        Optional.empty(), DiscoveryStatus.builder().failed(0, "nobody").build().lastFailure());
  }
}
