package io.shoal.runtime.swarm;

import io.shoal.api.Availability;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Downloads of the same content by several peers at once, in virtual time: real [Swarm]s, one seed
/// whose line is narrow and leechers whose lines are wide, all of which know each other. Same seed,
/// same run.
final class SharedSeed {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final long STEP_MILLIS = 10;
  private static final long TICK_MILLIS = 100;

  /// Between a chunk's arrival and its announcement, as in
  /// [Checkpoints][io.shoal.runtime.destination.Checkpoints].
  private static final long CLAIM_MILLIS = 100;

  /// A notice of one leecher reaches another after this long.
  private static final long DELAY_MILLIS = 20;

  private static final int SEED = -1;

  private record Notice(long dueMillis, int from, int to, List<Integer> positions) {}

  private record Wanted(int leecher, int request, int chunk) {}

  /// A peer that serves: a queue for each leecher, in turn.
  private static final class Server {
    final double bytesPerMilli;
    final List<ArrayDeque<Wanted>> lines = new ArrayList<>();
    final double[] credit;
    int next;

    Server(double bytesPerMilli, int leechers) {
      this.bytesPerMilli = bytesPerMilli;
      credit = new double[leechers];
      for (int i = 0; i < leechers; i++) {
        lines.add(new ArrayDeque<>());
      }
    }
  }

  private final class Leecher {
    final int number;
    final Swarm swarm;
    final Server server;
    final BitSet have = new BitSet();
    final BitSet announced = new BitSet();
    final Map<Integer, Integer> servers = new HashMap<>();

    Leecher(int number, long seed, double bytesPerMilli) {
      this.number = number;
      this.swarm = new Swarm(new Random(seed));
      this.server = new Server(bytesPerMilli, leechers);
    }
  }

  private final int leechers;
  private final int chunks;
  private final Server seed;
  private final List<Leecher> all = new ArrayList<>();
  private final ArrayDeque<Notice> notices = new ArrayDeque<>();
  private long now;
  long sentBySeed;

  SharedSeed(long random, int leechers, int chunks, double seedBytesPerMilli, double lineBytes) {
    this.leechers = leechers;
    this.chunks = chunks;
    this.seed = new Server(seedBytesPerMilli, leechers);
    Random seeds = new Random(random);
    for (int i = 0; i < leechers; i++) {
      all.add(new Leecher(i, seeds.nextLong(), lineBytes));
    }
    for (Leecher leecher : all) {
      begin(leecher);
    }
  }

  private void begin(Leecher leecher) {
    int[] positions = new int[chunks];
    for (int i = 0; i < chunks; i++) {
      positions[i] = leecher.swarm.want();
    }
    leecher.swarm.positions(positions);
    leecher.swarm.join(SEED, "", true, now);
    leecher.swarm.availability(SEED, new Availability.Complete());
    for (Leecher other : all) {
      if (other != leecher) {
        leecher.swarm.join(other.number, "", true, now);
        leecher.swarm.availability(other.number, new Availability.Snapshot(new BitSet(), chunks));
      }
    }
  }

  /// How often the seed sent each chunk, in the mean.
  double copies() {
    return (double) sentBySeed / ((long) chunks * CHUNK_BYTES);
  }

  long nowMillis() {
    return now;
  }

  /// Runs until all have all or `limitMillis` are over.
  boolean run(long limitMillis) {
    while (now < limitMillis && all.stream().anyMatch(l -> l.swarm.remaining() > 0)) {
      now += STEP_MILLIS;
      while (!notices.isEmpty() && notices.element().dueMillis() <= now) {
        Notice notice = notices.remove();
        all.get(notice.to()).swarm.announced(notice.from(), notice.positions(), now);
      }
      serve(seed, SEED);
      for (Leecher leecher : all) {
        serve(leecher.server, leecher.number);
      }
      if (now % CLAIM_MILLIS == 0) {
        all.forEach(this::claim);
      }
      for (Leecher leecher : all) {
        if (now % TICK_MILLIS == 0) {
          leecher.swarm.tick(now);
        }
        perform(leecher);
      }
    }
    return all.stream().allMatch(l -> l.swarm.remaining() == 0);
  }

  private void claim(Leecher leecher) {
    BitSet gained = (BitSet) leecher.have.clone();
    gained.andNot(leecher.announced);
    leecher.announced.or(gained);
    if (!gained.isEmpty()) {
      for (Leecher other : all) {
        if (other != leecher) {
          other.swarm.availability(
              leecher.number, new Availability.Gained(gained.stream().toArray()));
        }
      }
    }
  }

  private void perform(Leecher leecher) {
    for (SwarmAction action : leecher.swarm.decide(now)) {
      switch (action) {
        case SwarmAction.Fetch fetch -> {
          leecher.servers.put(fetch.request(), fetch.peer());
          server(fetch.peer())
              .lines
              .get(leecher.number)
              .add(new Wanted(leecher.number, fetch.request(), fetch.chunk()));
        }
        case SwarmAction.Cancel cancel -> {
          ArrayDeque<Wanted> line =
              server(leecher.servers.get(cancel.request())).lines.get(leecher.number);
          line.removeIf(wanted -> wanted.request() == cancel.request());
        }
        case SwarmAction.Announce announce ->
            announce
                .peers()
                .forEach(
                    to ->
                        notices.add(
                            new Notice(
                                now + DELAY_MILLIS, leecher.number, to, announce.positions())));
        case SwarmAction.Blame blame -> throw new AssertionError("no peer does harm: " + blame);
        case SwarmAction.Drop drop -> throw new AssertionError("no peer does harm: " + drop);
      }
    }
  }

  private Server server(int peer) {
    return peer == SEED ? seed : all.get(peer).server;
  }

  private void serve(Server server, int id) {
    double budget = server.bytesPerMilli * STEP_MILLIS;
    while (budget > 0) {
      int busy = 0;
      for (ArrayDeque<Wanted> line : server.lines) {
        busy += line.isEmpty() ? 0 : 1;
      }
      if (busy == 0) {
        return;
      }
      double share = Math.min(budget, 64 * 1024);
      while (server.lines.get(server.next).isEmpty()) {
        server.next = (server.next + 1) % leechers;
      }
      int to = server.next;
      server.next = (server.next + 1) % leechers;
      give(server, id, to, share);
      budget -= share;
    }
  }

  private void give(Server server, int id, int to, double bytes) {
    Leecher leecher = all.get(to);
    Wanted wanted = server.lines.get(to).element();
    if (id == SEED) {
      sentBySeed += (long) bytes;
    }
    leecher.swarm.progress(id, (long) bytes, now);
    server.credit[to] += bytes;
    if (server.credit[to] >= CHUNK_BYTES) {
      server.credit[to] -= CHUNK_BYTES;
      server.lines.get(to).remove();
      leecher.swarm.verified(wanted.request(), CHUNK_BYTES);
      leecher.have.set(wanted.chunk());
    }
  }
}
