package io.shoal.runtime.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MachineAddressesTest {
  private static MachineAddresses machine(String... addresses) {
    return new MachineAddresses(Stream.of(addresses).map(InetAddress::ofLiteral).toList());
  }

  @Test
  void anEndpointAtAllAddressesIsNamedAtEachThatOthersCanUse() {
    MachineAddresses machine =
        machine("127.0.0.1", "::1", "fd77::1", "10.1.2.3", "2001:db8::1:0:0:7", "203.0.113.9");
    assertEquals(
        List.of(
            "tcps://203.0.113.9:4600",
            "tcps://[2001:db8::1:0:0:7]:4600",
            "tcps://10.1.2.3:4600",
            "tcps://[fd77::1]:4600"),
        machine.texts(PeerAddress.of("tcps://0.0.0.0:4600")));
    assertEquals(List.of("tcp://10.1.2.3:1"), machine.texts(PeerAddress.of("tcp://10.1.2.3:1")));
    assertEquals(
        List.of("unix:///tmp/socket"), machine.texts(PeerAddress.of("unix:///tmp/socket")));
  }

  @Test
  void aLinkLocalAddressComesLastAndKeepsItsZone() throws UnknownHostException {
    byte[] bytes = InetAddress.ofLiteral("fe80::a").getAddress();
    InetAddress link = Inet6Address.getByAddress("", bytes, 3);
    MachineAddresses machine =
        new MachineAddresses(List.of(link, InetAddress.ofLiteral("10.0.0.1")));
    assertEquals(
        List.of("tcps://10.0.0.1:1", "tcps://[fe80::a%3]:1"),
        machine.texts(PeerAddress.of("tcps://[::]:1")));
  }

  @Test
  void loopbackStandsInWhereThereIsNoNetwork() {
    assertEquals(
        List.of("tcps://127.0.0.1:1", "tcps://[::1]:1"),
        machine("127.0.0.1", "::1").texts(PeerAddress.of("tcps://0.0.0.0:1")));
    assertEquals(List.of(), machine().texts(PeerAddress.of("tcps://0.0.0.0:1")));
    assertEquals("0.0.0.0:1", machine().firstText("0.0.0.0:1"));
  }

  @Test
  void aSocketAtAllAddressesIsNamedAtOneOfItsFamilyIfThereIsOne() {
    MachineAddresses both = machine("127.0.0.1", "203.0.113.9", "fd77::1");
    assertEquals("203.0.113.9:6881", both.firstText("0.0.0.0:6881"));
    assertEquals("[fd77::1]:6881", both.firstText("[0:0:0:0:0:0:0:0]:6881"));
    assertEquals("[fd77::1]:6881", machine("fd77::1").firstText("0.0.0.0:6881"));
    assertEquals("10.0.0.9:5", both.firstText("10.0.0.9:5"));
  }

  @Test
  void aMachineOfManyContainersIsNamedAFewTimes() {
    String[] many =
        IntStream.range(0, 300)
            .mapToObj(i -> "10.0." + i / 256 + "." + i % 256)
            .toArray(String[]::new);
    assertEquals(
        MachineAddresses.MAX_SHOWN, machine(many).texts(PeerAddress.of("tcps://0.0.0.0:1")).size());
  }

  @Test
  void everyLoopbackAddressIsOfTheMachine() {
    MachineAddresses machine = machine("10.0.0.1");
    assertTrue(machine.has(InetAddress.ofLiteral("127.3.2.1")));
    assertTrue(machine.has(InetAddress.ofLiteral("10.0.0.1")));
    assertFalse(machine.has(InetAddress.ofLiteral("10.0.0.2")));
  }
}
