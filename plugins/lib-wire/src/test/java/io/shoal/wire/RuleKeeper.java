package io.shoal.wire;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerFaultException;
import io.shoal.api.Refusal;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// A side of a connection that does anything at any time, but nothing against the rules.
final class RuleKeeper implements ConnectionEvents {
  private static final int MAX_OPEN = 5;

  private static final class Served {
    private int credit;
    private int left = -1;

    Served(int credit) {
      this.credit = credit;
    }
  }

  private final Random random;
  private final ConnectionMachine machine;
  private final ArrayDeque<Frame> out = new ArrayDeque<>();
  private final Map<Integer, Served> serving = new HashMap<>();
  private final Map<Integer, Integer> granted = new HashMap<>();
  private final Map<Integer, Boolean> watched = new HashMap<>();
  private final ArrayDeque<Integer> watching = new ArrayDeque<>();
  private boolean greeted;
  private int messagesOut;
  private int untaken;

  RuleKeeper(Random random, Nonce nonce) {
    this.random = random;
    machine =
        new ConnectionMachine(new Frame.Hello(nonce, MAX_OPEN, 0, "tcp", "fuzz", List.of()), this);
    machine.start();
  }

  int undelivered() {
    return out.size();
  }

  /// Hands some of what waits to the other side.
  int deliverSome(RuleKeeper other) throws PeerFaultException {
    int count = 0;
    for (int most = random.nextInt(4); !out.isEmpty() && count <= most; count++) {
      Frame frame = out.poll();
      machine.written(frame);
      other.machine.onFrame(frame);
    }
    return count;
  }

  void act() {
    if (!greeted) {
      return;
    }
    switch (random.nextInt(9)) {
      case 0 -> request();
      case 1 -> any(granted).ifPresent(this::grant);
      case 2 -> any(granted).ifPresent(machine::cancel);
      case 3, 4 -> any(serving).ifPresent(this::serve);
      case 5 -> watch();
      case 6 -> any(watched).ifPresent(this::update);
      case 7 -> message();
      default -> machine.ping(random.nextLong());
    }
  }

  private Optional<Integer> any(Map<Integer, ?> of) {
    return of.isEmpty()
        ? Optional.empty()
        : of.keySet().stream().skip(random.nextInt(of.size())).findFirst();
  }

  private void request() {
    if (granted.size() < MAX_OPEN) {
      int credit = random.nextInt(1_000);
      granted.put(
          machine.request(new ChunkRequest(Examples.CHUNK, Optional.empty()), credit), credit);
    }
  }

  private void grant(int id) {
    int more = 1 + random.nextInt(1_000);
    if (granted.get(id) + more <= WireLimits.MAX_CREDIT_SIZE_BYTES) {
      granted.merge(id, more, Integer::sum);
      machine.credit(id, more);
    }
  }

  private void serve(int id) {
    Served served = serving.get(id);
    if (random.nextInt(8) == 0) {
      serving.remove(id);
      machine.refuse(id, new Refusal.NotHeld());
    } else if (served.left < 0) {
      served.left = random.nextInt(2_000);
      machine.answer(id, served.left);
    } else if (served.left == 0) {
      serving.remove(id);
      machine.end(id);
    } else if (served.credit > 0) {
      int size = 1 + random.nextInt(Math.min(served.left, served.credit));
      served.left -= size;
      served.credit -= size;
      machine.data(id, size);
    }
  }

  private void watch() {
    if (watching.isEmpty() || random.nextBoolean() && watching.size() < 10) {
      watching.add(machine.watch(Examples.ROOT));
    } else {
      machine.unwatch(watching.remove());
    }
  }

  private void update(int id) {
    switch (random.nextInt(4)) {
      case 0 -> {
        watched.put(id, false);
        machine.update(new Frame.Complete(id));
      }
      case 1 -> {
        watched.put(id, false);
        machine.update(new Frame.Unknown(id));
      }
      case 2 -> {
        watched.put(id, true);
        machine.update(new Frame.Snapshot(id, 20, 0, true, new byte[] {3}));
      }
      default -> {
        if (watched.get(id)) {
          machine.update(new Frame.Gained(id, new int[] {random.nextInt(20)}));
        }
      }
    }
  }

  private void message() {
    if (untaken > 0 && random.nextBoolean()) {
      untaken--;
      machine.take(1);
    } else if (messagesOut < WireLimits.MAX_MESSAGES_UNTAKEN) {
      messagesOut++;
      machine.message(random.nextInt(100), new byte[random.nextInt(5)]);
    }
  }

  @Override
  public void send(Frame frame) {
    out.add(frame);
  }

  @Override
  public void greeted(Frame.Hello hello) {
    greeted = true;
  }

  @Override
  public void answered(int id, int sizeBytes) {}

  @Override
  public void arriving(int id) {}

  @Override
  public void ended(int id) {
    granted.remove(id);
  }

  @Override
  public void refused(int id, Refusal reason) {
    granted.remove(id);
  }

  @Override
  public void requested(int id, ChunkRequest request, int creditBytes) {
    serving.put(id, new Served(creditBytes));
  }

  @Override
  public void credited(int id, int sizeBytes) {
    Served served = serving.get(id);
    if (served != null) {
      served.credit += sizeBytes;
    }
  }

  @Override
  public void takenBack(int id) {
    if (serving.remove(id) != null) {
      machine.refuse(id, new Refusal.Gone());
    }
  }

  @Override
  public void watched(int id, Cid root) {
    watched.put(id, false);
  }

  @Override
  public void unwatched(int id) {
    watched.remove(id);
  }

  @Override
  public void updated(int id, Availability update) {}

  @Override
  public void message(int type, byte[] bytes) {
    untaken++;
  }

  @Override
  public void taken(int count) {
    messagesOut -= count;
  }

  @Override
  public void pong(long token) {}

  @Override
  public void goodbye(GoodbyeCode code, String text) {
    throw new AssertionError("a good-bye that no side said: " + code + " " + text);
  }
}
