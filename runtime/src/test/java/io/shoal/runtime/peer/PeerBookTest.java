package io.shoal.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.RemotePeer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PeerBookTest {
  private final AtomicLong now = new AtomicLong(1_000_000);
  private final PeerBook book = new PeerBook(now::get);

  private static RemotePeer remote(String uri, Optional<PeerId> id) {
    return new RemotePeer(PeerAddress.of(uri), Optional.empty(), id, "test", true);
  }

  private static PeerId id(int n) {
    byte[] key = new byte[32];
    key[0] = (byte) n;
    return PeerId.ofEd25519(key);
  }

  @Test
  void aBanFollowsTheIdentityAndEnds() {
    book.ban(remote("tcps://192.0.2.1:4600", Optional.of(id(1))), "wrong bytes");
    PeerAddress elsewhere = PeerAddress.of("tcps://192.0.2.2:4600").withPeerId(id(1));
    assertFalse(book.mayDial(elsewhere, true));
    assertTrue(book.mayDial(PeerAddress.of("tcps://192.0.2.1:4600").withPeerId(id(2)), false));
    now.addAndGet(Bans.FIRST.toMillis() + 1);
    assertTrue(book.mayDial(elsewhere, true));
    assertFalse(book.mayDial(elsewhere, false), "it is not forgiven by all");
    now.addAndGet(Reputation.HALF_LIFE.toMillis());
    assertTrue(book.mayDial(elsewhere, false));
  }

  @Test
  void aClockThatJumpedAndCameBackMakesNoWaitLonger() {
    PeerAddress address = PeerAddress.of("tcps://192.0.2.1:4600");
    long year = 365L * 24 * 3_600_000;
    now.addAndGet(year);
    book.unreachable(address);
    book.ban(remote("tcps://192.0.2.2:4600", Optional.of(id(1))), "wrong bytes");
    assertFalse(book.mayDial(address, true));

    now.addAndGet(-year);

    assertTrue(book.mayDial(address, true));
    assertTrue(book.mayDial(PeerAddress.of("tcps://192.0.2.3:4600").withPeerId(id(1)), true));
  }

  @Test
  void withoutAnIdentityTheHostIsBannedWhateverThePort() {
    book.ban(remote("tcp://192.0.2.1:4600", Optional.empty()), "wrong bytes");
    assertFalse(book.mayDial(PeerAddress.of("tcp://192.0.2.1:4601"), true));
    assertTrue(book.mayDial(PeerAddress.of("tcp://192.0.2.3:4600"), false));
    book.ban(remote("tcp://127.0.0.1:4600", Optional.empty()), "wrong bytes");
    assertTrue(book.mayDial(PeerAddress.of("tcp://127.0.0.1:4601"), false));
  }

  @Test
  void whoComesAndProvesNothingGetsNobodyElseBannedByLyingOnce() {
    RemotePeer liar =
        new RemotePeer(
            PeerAddress.of("tcp://192.0.2.1:50001"),
            Optional.empty(),
            Optional.empty(),
            "test",
            false);
    book.ban(liar, "wrong bytes");
    assertTrue(book.mayDial(PeerAddress.of("tcp://192.0.2.1:4600"), false));
  }

  @Test
  void whoFailsIsTriedLaterAndLater() {
    PeerAddress address = PeerAddress.of("tcps://192.0.2.1:4600");
    book.unreachable(address);
    assertFalse(book.mayDial(address, false));
    now.addAndGet(1_001);
    assertTrue(book.mayDial(address, false));
    book.unreachable(address);
    now.addAndGet(1_001);
    assertFalse(book.mayDial(address, false));
  }

  @Test
  void whoAnnouncesAnIdentityWhereNobodyIsDoesNotHarmIt() {
    for (int port = 5_000; port < 5_100; port++) {
      book.unreachable(PeerAddress.of("tcps://192.0.2.66:" + port).withPeerId(id(1)));
    }
    PeerAddress right = PeerAddress.of("tcps://198.51.100.1:4600").withPeerId(id(1));
    assertTrue(book.mayDial(right, false));
    assertEquals(Reputation.MIDDLE, book.score(right));
  }

  @Test
  void whereTooManyWereBannedStrangersAreNotAskedButWhoGaveBeforeIs() {
    RemotePeer friend = remote("tcps://192.0.2.1:4600", Optional.of(id(100)));
    RemotePeer stranger = remote("tcps://192.0.2.1:4700", Optional.of(id(101)));
    book.received(friend, 8 << 20);
    for (int i = 0; i < Bans.PEERS_OF_A_HOST; i++) {
      assertTrue(book.distrusted(stranger).isEmpty(), "after " + i);
      book.ban(remote("tcps://192.0.2.1:" + (5_000 + i), Optional.of(id(i))), "wrong bytes");
    }
    assertTrue(book.distrusted(stranger).isPresent());
    assertTrue(book.ban(stranger).isEmpty(), "it may still come and fetch");
    assertFalse(book.mayDial(stranger.address(), false));
    assertTrue(book.mayDial(stranger.address(), true), "the user knows better");
    assertTrue(book.distrusted(friend).isEmpty());
    assertTrue(book.mayDial(PeerAddress.of("tcps://192.0.2.1:4600").withPeerId(id(100)), false));
    now.addAndGet(Bans.FIRST.toMillis() + 1);
    assertTrue(book.distrusted(stranger).isEmpty());
  }

  @Test
  void aFloodOfNewNamesDoesNotWashAwayWhoGave() {
    RemotePeer friend = remote("tcps://192.0.2.1:4600", Optional.of(id(100)));
    book.received(friend, 8 << 20);
    for (int i = 0; i < PeerBook.MAX_PEERS * 2; i++) {
      now.incrementAndGet();
      book.connected(remote("tcp://198.51.100.1:" + (10_000 + i), Optional.empty()), 1);
    }
    assertTrue(book.score(friend) > Reputation.MERITED);
  }

  @Test
  void theBookIsBounded() {
    for (int i = 0; i < PeerBook.MAX_PEERS * 2; i++) {
      now.incrementAndGet();
      book.unreachable(PeerAddress.of("tcps://h" + i + ".example:4600"));
    }
    assertTrue(book.entries().size() <= PeerBook.MAX_PEERS);
  }

  @Test
  void addressesAreDialledOnlyFromLinksOfNoWiderScope() {
    AddressScope loopback = AddressScope.of(PeerAddress.of("tcps://127.0.0.1:4600"));
    AddressScope network = AddressScope.of(PeerAddress.of("tcps://192.168.1.4:4600"));
    AddressScope global = AddressScope.of(PeerAddress.of("tcps://[2001:db8::1]:4600"));
    assertTrue(loopback.mayBeDialledFrom(loopback));
    assertFalse(loopback.mayBeDialledFrom(network));
    assertFalse(network.mayBeDialledFrom(global));
    assertTrue(global.mayBeDialledFrom(global));
    assertEquals(AddressScope.NONE, AddressScope.of(PeerAddress.of("tcps://0.0.0.0:4600")));
    assertEquals(AddressScope.LOOPBACK, AddressScope.of(PeerAddress.of("unix:///run/shoal.sock")));
    assertEquals(AddressScope.PRIVATE, AddressScope.of(PeerAddress.of("tcps://[fd00::1]:4600")));
  }

  @Test
  void namesAreOfThisNetworkUnlessTheWorldCanAskForThem() {
    for (String here : List.of("localhost", "LocalHost", "a.localhost", "127.0.0.1", "[::1]")) {
      assertEquals(AddressScope.LOOPBACK, AddressScope.of(at(here)), here);
    }
    assertEquals(AddressScope.LOOPBACK, AddressScope.of(at("[::ffff:127.0.0.1]")));
    for (String near : List.of("my_host", "printer", "printer.local", "10.0.0.1", "100.64.0.1")) {
      assertEquals(AddressScope.PRIVATE, AddressScope.of(at(near)), near);
    }
    for (String far : List.of("my_host.example", "h.localhost.example", "8.8.8.8")) {
      assertEquals(AddressScope.GLOBAL, AddressScope.of(at(far)), far);
    }
    for (String nowhere : List.of("0.0.0.0", "[::]", "224.0.0.1", "[ff02::1]")) {
      assertEquals(AddressScope.NONE, AddressScope.of(at(nowhere)), nowhere);
    }
    assertTrue(AddressScope.hasServicePort(PeerAddress.of("tcps://192.0.2.1:443")));
    assertFalse(AddressScope.hasServicePort(at("192.0.2.1")));
    assertFalse(AddressScope.hasServicePort(PeerAddress.of("tcps://192.0.2.1")));
  }

  private static PeerAddress at(String host) {
    return PeerAddress.of("tcps://" + host + ":4600");
  }

  @Test
  void aHostIsOneHostHoweverItIsWritten() {
    for (List<String> same :
        List.of(
            List.of("[2001:db8::1]", "[2001:DB8:0:0:0:0:0:1]"),
            List.of("192.0.2.1", "[::ffff:192.0.2.1]"),
            List.of("h.example", "H.Example"))) {
      PeerAddress one = at(same.getFirst());
      PeerAddress other = at(same.getLast());
      assertEquals(PeerKey.unproven(one), PeerKey.unproven(other));
      assertEquals(PeerOrigin.of(one), PeerOrigin.of(other));
    }
    assertEquals("[2001:db8:0:0:0:0:0:1]", PeerKey.unproven(at("[2001:db8::1]")).text());
  }
}
