package io.shoal.runtime.swarm;

import io.shoal.api.Availability;
import io.shoal.api.Refusal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// A download in virtual time: the real [Swarm], peers that are honest, slow, lying, sending
/// nothing but garbage, corrupt, busy, slowing down, stalling or vanishing. Same seed, same run.
final class SwarmSimulation {
  static final int CHUNK_BYTES = 1 << 20;
  static final long TICK_MILLIS = 100;

  enum Manner {
    HONEST,
    LIAR,
    GARBLER,
    CORRUPT,
    STALLER,
    SLOWER,
    VANISHER,
    BUSY,
    LEECHER,
    /// Sends so little that it is never stalled.
    DRIBBLER,
    /// Sends nothing at all.
    SILENT
  }

  /// A simulated peer: serves its queue in order at its own speed.
  static final class Peer {
    final int id;
    final Manner manner;
    final double bytesPerMilli;
    final BitSet have;
    final ArrayDeque<int[]> queue = new ArrayDeque<>();
    double sentOfFirst;
    boolean gone;
    boolean joined;
    int served;

    /// Whether it has sent wrong bytes.
    boolean harmful() {
      return manner == Manner.LIAR && served >= 2 || manner == Manner.GARBLER && served >= 1;
    }

    Peer(int id, Manner manner, double bytesPerMilli, BitSet have) {
      this.id = id;
      this.manner = manner;
      this.bytesPerMilli = bytesPerMilli;
      this.have = have;
    }
  }

  final Random random;
  final Swarm swarm;
  final int chunks;
  final List<Peer> peers = new ArrayList<>();
  final Map<Integer, Peer> requests = new HashMap<>();
  final Set<Integer> banned = new HashSet<>();
  final int[] delivered;
  long now;
  long bytes;
  long wrongSent;

  SwarmSimulation(long seed, int chunks) {
    this.random = new Random(seed);
    this.swarm = new Swarm(new Random(seed + 1));
    this.chunks = chunks;
    this.delivered = new int[chunks];
    int[] positions = new int[chunks];
    for (int i = 0; i < chunks; i++) {
      swarm.want();
      positions[i] = i;
    }
    swarm.positions(positions);
  }

  Peer add(Manner manner, double bytesPerMilli, BitSet have) {
    return add(manner, bytesPerMilli, have, "", true);
  }

  Peer add(Manner manner, double bytesPerMilli, BitSet have, String origin, boolean trusted) {
    Peer peer = new Peer(peers.size(), manner, bytesPerMilli, have);
    peers.add(peer);
    swarm.join(peer.id, origin, trusted, now);
    peer.joined = true;
    boolean complete = have.cardinality() == chunks;
    swarm.availability(
        peer.id,
        complete
            ? new Availability.Complete()
            : new Availability.Snapshot((BitSet) have.clone(), chunks));
    return peer;
  }

  BitSet all() {
    BitSet all = new BitSet();
    all.set(0, chunks);
    return all;
  }

  /// Runs until all is here or `limitMillis` of virtual time are over.
  boolean run(long limitMillis) {
    while (swarm.remaining() > 0 && now < limitMillis) {
      now += 20;
      for (Peer peer : peers) {
        serve(peer);
      }
      if (now % TICK_MILLIS == 0) {
        swarm.tick(now);
      }
      perform(swarm.decide(now));
    }
    return swarm.remaining() == 0;
  }

  private void perform(List<SwarmAction> actions) {
    for (SwarmAction action : actions) {
      switch (action) {
        case SwarmAction.Fetch fetch -> {
          Peer peer = peers.get(fetch.peer());
          peer.queue.add(new int[] {fetch.request(), fetch.chunk()});
          requests.put(fetch.request(), peer);
        }
        case SwarmAction.Cancel cancel -> {
          Peer peer = requests.remove(cancel.request());
          if (peer != null && !peer.queue.isEmpty()) {
            if (peer.queue.peekFirst()[0] == cancel.request()) {
              peer.sentOfFirst = 0;
            }
            peer.queue.removeIf(entry -> entry[0] == cancel.request());
          }
        }
        case SwarmAction.Announce announce -> {
          // The others here are scripted.
        }
        case SwarmAction.Blame blame -> {
          // Nobody's score is kept here.
        }
        case SwarmAction.Drop drop -> {
          peers.get(drop.peer()).gone = true;
          peers.get(drop.peer()).queue.clear();
          if (drop.ban()) {
            banned.add(drop.peer());
          }
        }
      }
    }
  }

  private void serve(Peer peer) {
    if (peer.gone) {
      return;
    }
    if (peer.manner == Manner.LEECHER && random.nextInt(4) == 0) {
      int position = random.nextInt(chunks);
      if (!peer.have.get(position)) {
        peer.have.set(position);
        swarm.availability(peer.id, new Availability.Gained(new int[] {position}));
      }
    }
    boolean stands = peer.manner == Manner.STALLER && peer.served >= 2;
    if (peer.manner == Manner.VANISHER && peer.served >= 3) {
      peer.gone = true;
      peer.queue.clear();
      swarm.leave(peer.id);
      return;
    }
    double budget = stands ? 0 : bytesPerRound(peer);
    while (!peer.queue.isEmpty() && budget > 0 && !peer.gone) {
      int[] entry = peer.queue.peekFirst();
      budget = serveOne(peer, entry[0], entry[1], budget);
    }
  }

  private static double bytesPerRound(Peer peer) {
    return switch (peer.manner) {
      case DRIBBLER -> 2;
      case SILENT -> 0;
      case SLOWER -> peer.bytesPerMilli * (peer.served >= 2 ? 0.4 : 20);
      case HONEST, LIAR, GARBLER, CORRUPT, STALLER, VANISHER, BUSY, LEECHER ->
          peer.bytesPerMilli * 20;
    };
  }

  private double serveOne(Peer peer, int request, int chunk, double budget) {
    if (!peer.have.get(chunk) || (peer.manner == Manner.CORRUPT && chunk % 5 == 0)) {
      peer.queue.poll();
      Refusal why = peer.have.get(chunk) ? new Refusal.Corrupt() : new Refusal.NotHeld();
      swarm.refused(request, why, now);
      return budget - 1;
    }
    if (peer.manner == Manner.BUSY && random.nextInt(3) == 0) {
      peer.queue.poll();
      swarm.refused(request, new Refusal.Busy(Duration.ofMillis(300)), now);
      return budget - 1;
    }
    double part = Math.min(budget, CHUNK_BYTES - peer.sentOfFirst);
    peer.sentOfFirst += part;
    bytes += (long) part;
    swarm.progress(peer.id, (long) Math.ceil(part), now);
    if (peer.sentOfFirst >= CHUNK_BYTES) {
      peer.queue.poll();
      peer.sentOfFirst = 0;
      peer.served++;
      if (peer.manner == Manner.GARBLER || peer.manner == Manner.LIAR && peer.served % 2 == 0) {
        wrongSent++;
        swarm.wrong(peer.id, "wrong bytes");
        peer.gone = true;
        peer.queue.clear();
        return 0;
      }
      if (swarm.verified(request, CHUNK_BYTES)) {
        delivered[chunk]++;
      }
    }
    return budget - part;
  }
}
