package io.shoal.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.RemotePeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerBookFileTest {
  private static final PeerId ID = PeerId.ofEd25519(new byte[32]);
  private static final RemotePeer LIAR = remote("tcps://192.0.2.1:4600", Optional.of(ID));
  private static final RemotePeer FRIEND = remote("tcp://192.0.2.2:4600", Optional.empty());

  @TempDir Path folder;
  private final AtomicLong now = new AtomicLong(System.currentTimeMillis());

  private static RemotePeer remote(String uri, Optional<PeerId> id) {
    return new RemotePeer(PeerAddress.of(uri), Optional.empty(), id, "an agent", true);
  }

  private PeerBook reopened() {
    PeerBook book = new PeerBook(now::get);
    new PeerBookFile(folder.resolve("peers"), book).load();
    return book;
  }

  private void write() {
    PeerBook book = new PeerBook(now::get);
    PeerBookFile file = new PeerBookFile(folder.resolve("peers"), book);
    file.load();
    book.ban(LIAR, "it sent wrong bytes: ü\n%");
    book.connected(FRIEND, 17);
    for (int i = 0; i < 30; i++) {
      book.received(FRIEND, 1 << 20);
    }
    file.saveIfChanged();
  }

  @Test
  void aBanHoldsAfterARestartUntilItsTimeIsOver() {
    write();
    PeerAddress elsewhere = PeerAddress.of("tcps://192.0.2.9:4600").withPeerId(ID);
    PeerBook book = reopened();
    assertFalse(book.mayDial(elsewhere, true));
    assertEquals("it sent wrong bytes: ü\n%", book.ban(elsewhere).map(Bans.Ban::reason).orElse(""));
    now.addAndGet(Bans.FIRST.toMillis() + 1);
    assertTrue(book.mayDial(elsewhere, true));
    assertTrue(reopened().bans().isEmpty());
  }

  @Test
  void theSecondBanLastsLongerAlsoAfterARestart() {
    write();
    now.addAndGet(Bans.FIRST.toMillis() + 1);
    List<Bans.Ban> second = reopened().ban(LIAR, "again");
    assertEquals(2, second.getFirst().times());
    assertEquals(now.get() + 2 * Bans.FIRST.toMillis(), second.getFirst().untilMillis());
  }

  @Test
  void aDistrustedNetworkIsSoAfterARestart() {
    PeerBook book = new PeerBook(now::get);
    PeerBookFile file = new PeerBookFile(folder.resolve("peers"), book);
    for (int i = 0; i < Bans.PEERS_OF_A_NETWORK; i++) {
      byte[] key = new byte[32];
      key[0] = (byte) i;
      book.ban(remote("tcps://192.0.2." + i + ":4600", Optional.of(PeerId.ofEd25519(key))), "lied");
    }
    file.saveIfChanged();
    RemotePeer stranger = remote("tcps://192.0.2.200:4600", Optional.of(ID));
    assertEquals(
        "192.0.2.0/24", reopened().distrusted(stranger).map(Bans.Ban::subject).orElse("none"));
  }

  @Test
  void whatAPeerDidIsRememberedAndItsScoreFades() {
    write();
    PeerBook.Entry entry = friend(reopened());
    assertEquals("an agent", entry.agent());
    assertEquals(17, entry.roundTripMillis());
    assertEquals(30 << 20, entry.receivedBytes());
    assertEquals(80, entry.reputation().at(now.get()), 0.001);
    now.addAndGet(Reputation.HALF_LIFE.toMillis());
    assertEquals(65, friend(reopened()).reputation().at(now.get()), 0.001);
  }

  private static PeerBook.Entry friend(PeerBook book) {
    return book.entries().stream()
        .filter(entry -> entry.address().equals(FRIEND.address()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aDamagedFileIsIgnoredAsAWholeAndReplacedLater() throws Exception {
    write();
    Path file = folder.resolve("peers");
    String text = Files.readString(file);
    for (String damaged :
        new String[] {
          "", text.substring(0, text.length() / 2), text.replace("peer", "pear"), "\0\1"
        }) {
      Files.writeString(file, damaged);
      PeerBook book = reopened();
      assertTrue(book.entries().isEmpty() && book.bans().isEmpty(), damaged);
    }
    write();
    assertFalse(reopened().bans().isEmpty());
  }

  @Test
  void whatDidNotChangeIsNotWrittenAgain() throws Exception {
    write();
    PeerBook book = new PeerBook(now::get);
    PeerBookFile file = new PeerBookFile(folder.resolve("peers"), book);
    file.load();
    Files.delete(folder.resolve("peers"));
    file.saveIfChanged();
    assertFalse(Files.exists(folder.resolve("peers")));
    book.connected(FRIEND, 1);
    file.saveIfChanged();
    assertTrue(Files.exists(folder.resolve("peers")));
  }
}
