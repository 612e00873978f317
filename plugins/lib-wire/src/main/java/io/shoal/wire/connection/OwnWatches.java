package io.shoal.wire.connection;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.wire.WireLimits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The watches that this node holds at the peer, and the updates that their listeners have not
/// taken yet.
final class OwnWatches {
  // Listeners never block, so only a flood gets here, and then waits in the network.
  private static final int MAX_WAITING_UPDATES = 1024;

  private final FrameHandler frames;
  private final EventLoop loop;
  private final NodeCalls calls;
  private final SerialInbox inbox = new SerialInbox("shoal-updates");
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger waitingUpdates = new AtomicInteger();
  private final Map<Integer, OwnWatch> byId = new ConcurrentHashMap<>();

  OwnWatches(FrameHandler frames, EventLoop loop, NodeCalls calls) {
    this.frames = frames;
    this.loop = loop;
    this.calls = calls;
  }

  /// See [PeerConnection#watch]. From any thread.
  PeerConnection.Watch open(Cid root, PeerConnection.AvailabilityListener listener) {
    if (open.incrementAndGet() > WireLimits.MAX_WATCHES) {
      open.decrementAndGet();
      throw new IllegalStateException(
          "more than " + WireLimits.MAX_WATCHES + " watches on one connection: close some");
    }
    OwnWatch watch = new OwnWatch(listener);
    loop.run(() -> watch.begin(root));
    return watch;
  }

  /// The peer reports a change. On the event loop.
  void updated(int id, Availability update) {
    OwnWatch watch = byId.get(id);
    if (watch == null) {
      return;
    }
    if (waitingUpdates.incrementAndGet() >= MAX_WAITING_UPDATES) {
      frames.pauseReading(true);
    }
    inbox.submit(
        () -> {
          calls.guarded(() -> watch.updated(update));
          if (waitingUpdates.decrementAndGet() == MAX_WAITING_UPDATES / 2) {
            // On the loop, so that it cannot overtake the stop that it undoes.
            loop.run(() -> frames.pauseReading(waitingUpdates.get() >= MAX_WAITING_UPDATES));
          }
        });
  }

  /// Drops the updates that wait.
  void close() {
    inbox.close();
  }

  private final class OwnWatch implements PeerConnection.Watch {
    private final PeerConnection.AvailabilityListener listener;
    private volatile boolean closed;
    // Known to the event loop alone; 0 before the watch was sent.
    private int id;
    private boolean ended;

    OwnWatch(PeerConnection.AvailabilityListener listener) {
      this.listener = listener;
    }

    private void begin(Cid root) {
      if (!frames.isClosing()) {
        id = frames.watch(root);
        byId.put(id, this);
      }
    }

    private void updated(Availability update) {
      if (!closed) {
        listener.availability(update);
      }
    }

    @Override
    public void close() {
      closed = true;
      loop.run(this::end);
    }

    private void end() {
      if (!ended) {
        ended = true;
        byId.remove(id);
        open.decrementAndGet();
        frames.unwatch(id);
      }
    }
  }
}
