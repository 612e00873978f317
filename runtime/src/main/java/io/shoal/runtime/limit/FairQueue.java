package io.shoal.runtime.limit;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Decides which request is served next: a bounded number at once, peers in turn, so that a peer
/// that asks for much waits for itself and not others for it. Confined to one thread or one lock;
/// does not wait itself.
///
/// @param <K> identifies a peer
public final class FairQueue<K> {

  /// Requests of one peer that may wait. At 1 MiB a chunk this covers 1 Gbit/s over two seconds,
  /// and bounds what one peer makes us remember to some kilobytes.
  static final int MAX_WAITING_PER_PEER = 256;

  /// A request's place. `granted` runs when its turn has come, at once or from [FairQueue#end].
  public static final class Turn<K> {
    private final K peer;
    private final Runnable granted;
    private State state = State.WAITING;

    private Turn(K peer, Runnable granted) {
      this.peer = peer;
      this.granted = granted;
    }
  }

  private enum State {
    WAITING,
    RUNNING,
    ENDED
  }

  private static final class Line<K> {
    private final ArrayDeque<Turn<K>> waiting = new ArrayDeque<>();
    private int running;
    private boolean inRing;
  }

  private final int maxRunning;
  private final int maxRunningPerPeer;
  private final int maxWaiting;
  private final Map<K, Line<K>> lines = new HashMap<>();
  private final ArrayDeque<K> ring = new ArrayDeque<>();
  private int running;
  private int waiting;

  public FairQueue(int maxRunning, int maxRunningPerPeer, int maxWaiting) {
    this.maxRunning = maxRunning;
    this.maxRunningPerPeer = maxRunningPerPeer;
    this.maxWaiting = maxWaiting;
  }

  public int running() {
    return running;
  }

  public int waiting() {
    return waiting;
  }

  /// A place in the queue, or empty when the queue is full.
  public Optional<Turn<K>> ask(K peer, Runnable granted) {
    Line<K> line = lines.computeIfAbsent(peer, any -> new Line<>());
    if (line.waiting.size() >= MAX_WAITING_PER_PEER || waiting >= maxWaiting) {
      return Optional.empty();
    }
    Turn<K> turn = new Turn<>(peer, granted);
    line.waiting.add(turn);
    waiting++;
    enter(peer, line);
    grant();
    return Optional.of(turn);
  }

  /// The turn was used, or is not needed any more. Safe to call twice.
  public void end(Turn<K> turn) {
    Line<K> line = lines.get(turn.peer);
    if (line == null || turn.state == State.ENDED) {
      return;
    }
    if (turn.state == State.RUNNING) {
      running--;
      line.running--;
      enter(turn.peer, line);
    } else {
      line.waiting.remove(turn);
      waiting--;
    }
    turn.state = State.ENDED;
    if (line.waiting.isEmpty() && line.running == 0) {
      lines.remove(turn.peer);
    }
    grant();
  }

  /// Gives the next turn even if as many run as may, but for `most`.
  public void grantOneMore(int most) {
    if (running >= maxRunning && running < most) {
      grant(running + 1);
    }
  }

  private void enter(K peer, Line<K> line) {
    if (!line.inRing && !line.waiting.isEmpty() && line.running < maxRunningPerPeer) {
      line.inRing = true;
      ring.add(peer);
    }
  }

  private void grant() {
    grant(maxRunning);
  }

  private void grant(int most) {
    while (running < most) {
      K peer = ring.poll();
      if (peer == null) {
        return;
      }
      Line<K> line = lines.get(peer);
      if (line == null) {
        continue;
      }
      line.inRing = false;
      Turn<K> turn = line.waiting.poll();
      if (turn == null) {
        continue;
      }
      waiting--;
      running++;
      line.running++;
      turn.state = State.RUNNING;
      enter(peer, line);
      turn.granted.run();
    }
  }
}
