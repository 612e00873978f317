package io.shoal.runtime.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.peer.Bans;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerOrigin;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Liars that come back under a new identity whenever they are banned, in virtual time: the real
/// swarm, book and admission rules. Same seed, same run.
class ChangingLiarsTest {
  private static final int RUNS = Boolean.getBoolean("shoal.full") ? 5_000 : 200;
  private static final int CHUNKS = 200;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final String HONEST = "tcps://198.51.100.1:4600";

  private final AtomicLong now = new AtomicLong();

  private record Asked(int request, int peer) {}

  private final class Run {
    final Random random;
    final PeerBook book = new PeerBook(now::get);
    final Swarm swarm;
    final Map<Integer, RemotePeer> peers = new HashMap<>();
    final List<Asked> asked = new ArrayList<>();
    int nextId;
    int liarsMet;
    long wrongChunks;

    Run(long seed) {
      random = new Random(seed);
      swarm = new Swarm(new Random(seed + 1));
      int[] positions = new int[CHUNKS];
      for (int i = 0; i < CHUNKS; i++) {
        positions[i] = swarm.want();
      }
      swarm.positions(positions);
    }

    private RemotePeer newIdentity(String address) {
      byte[] key = new byte[32];
      ByteBuffer.wrap(key).putLong(random.nextLong());
      return new RemotePeer(
          PeerAddress.of(address),
          Optional.empty(),
          Optional.of(PeerId.ofEd25519(key)),
          "test",
          false);
    }

    void come(String address) {
      RemotePeer remote = newIdentity(address);
      if (book.ban(remote).isEmpty() && book.distrusted(remote).isEmpty()) {
        int id = nextId++;
        peers.put(id, remote);
        swarm.join(id, PeerOrigin.of(remote.address()).widest(), false, now.get());
        swarm.availability(id, new Availability.Complete());
        liarsMet += address.equals(HONEST) ? 0 : 1;
      }
    }

    boolean isHonest(int peer) {
      return peers.containsKey(peer) && peers.get(peer).address().uri().equals(HONEST);
    }

    void perform(List<SwarmAction> actions) {
      for (SwarmAction action : actions) {
        switch (action) {
          case SwarmAction.Fetch fetch -> asked.add(new Asked(fetch.request(), fetch.peer()));
          case SwarmAction.Cancel cancel -> asked.removeIf(a -> a.request() == cancel.request());
          case SwarmAction.Announce announce -> {}
          case SwarmAction.Blame blame -> {}
          case SwarmAction.Drop drop -> {
            asked.removeIf(a -> a.peer() == drop.peer());
            RemotePeer remote = peers.remove(drop.peer());
            if (remote != null && drop.ban()) {
              book.ban(remote, drop.reason());
            }
          }
        }
      }
      for (Map.Entry<Integer, RemotePeer> peer : List.copyOf(peers.entrySet())) {
        if (book.distrusted(peer.getValue()).isPresent()) {
          peers.remove(peer.getKey());
          asked.removeIf(a -> a.peer() == peer.getKey());
          swarm.leave(peer.getKey());
        }
      }
    }

    /// Who is asked answers each within some ticks; liars whole chunks of nonsense.
    void answer() {
      for (Asked one : List.copyOf(asked)) {
        if (random.nextInt(3) > 0 || !asked.remove(one)) {
          continue;
        }
        swarm.progress(one.peer(), CHUNK_BYTES, now.get());
        if (isHonest(one.peer())) {
          swarm.verified(one.request(), CHUNK_BYTES);
          book.received(peers.get(one.peer()), CHUNK_BYTES);
        } else {
          wrongChunks++;
          swarm.wrong(one.peer(), "wrong bytes");
        }
        perform(swarm.decide(now.get()));
      }
    }

    boolean toTheEnd(List<String> liars) {
      come(HONEST);
      while (swarm.remaining() > 0 && now.addAndGet(100) < 3_600_000) {
        liars.forEach(this::come);
        swarm.tick(now.get());
        perform(swarm.decide(now.get()));
        answer();
      }
      return swarm.remaining() == 0;
    }
  }

  @Test
  void aLiarThatChangesItsIdentityWastesNoMoreThanItsHostIsGood() {
    for (long seed = 0; seed < RUNS; seed++) {
      now.set(0);
      Run run = new Run(seed);
      assertTrue(run.toTheEnd(List.of("tcps://192.0.2.1:4600")), "seed " + seed);
      assertEquals(Bans.PEERS_OF_A_HOST, run.wrongChunks, "seed " + seed);
    }
  }

  @Test
  void aWholeNetworkOfThemWastesNoMoreThanANetworkIsGood() {
    for (long seed = 0; seed < RUNS / 10; seed++) {
      now.set(0);
      Run run = new Run(seed);
      List<String> liars = new ArrayList<>();
      for (int host = 1; host < 100; host++) {
        liars.add("tcps://192.0.2." + host + ":4600");
      }
      assertTrue(run.toTheEnd(liars), "seed " + seed);
      assertTrue(run.wrongChunks <= Bans.PEERS_OF_A_NETWORK, "seed " + seed);
      assertTrue(run.liarsMet > Bans.PEERS_OF_A_NETWORK, "they were there");
    }
  }
}
