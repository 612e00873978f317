package io.shoal.runtime.discovery;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.PeerAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes the keys of what this node has to every discovery, a few at a time; the discovery renews
/// them. Usable from any thread.
public final class Announcer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

  /// Announcements at once. Each waits for answers most of its time, half a second or so, and a
  /// discovery paces itself: so a hundred thousand chunks are announced within half an hour.
  private static final int WORKERS = 64;

  private final Map<String, Discovery> discoveries;
  private final Predicate<Cid> withheld;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final LinkedHashSet<Cid> due = new LinkedHashSet<>();
  private final Set<Cid> announced = new LinkedHashSet<>();
  private volatile List<PeerAddress> endpoints = List.of();
  private volatile boolean closed;
  private List<Thread> threads = List.of();

  /// @param withheld whether a key must not be announced now; called from several threads, must not
  ///   block
  public Announcer(Map<String, Discovery> discoveries, Predicate<Cid> withheld) {
    this.discoveries = discoveries;
    this.withheld = withheld;
  }

  /// Called before anything is announced.
  ///
  /// @param endpoints where this node can be reached; without any nothing is announced
  public void start(List<PeerAddress> endpoints) {
    this.endpoints = List.copyOf(endpoints);
    if (canAnnounce()) {
      threads =
          IntStream.range(0, WORKERS)
              .mapToObj(i -> Thread.ofVirtual().name("announce-" + i).start(this::loop))
              .toList();
    }
  }

  private boolean canAnnounce() {
    return !endpoints.isEmpty() && !discoveries.isEmpty();
  }

  void announce(Cid cid) {
    Cid key = cid.toV1();
    lock.lock();
    try {
      // Without a discovery it would wait forever, and look as if it were overdue.
      if (canAnnounce() && !key.isIdentity() && !announced.contains(key) && due.add(key)) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  void withdraw(Cid cid) {
    Cid key = cid.toV1();
    lock.lock();
    try {
      due.remove(key);
      announced.remove(key);
    } finally {
      lock.unlock();
    }
    discoveries.values().forEach(discovery -> discovery.withdraw(key));
  }

  /// How many keys wait for their first announcement.
  public int waiting() {
    lock.lock();
    try {
      return due.size();
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    try {
      while (!closed) {
        Cid cid = next();
        if (!withheld.test(cid)) {
          pass(cid);
        }
        // A withdrawal that came during the announcement found nothing to withdraw yet.
        if (withheld.test(cid) || !wanted(cid)) {
          withdraw(cid);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(Cid cid) throws InterruptedException {
    for (Map.Entry<String, Discovery> discovery : discoveries.entrySet()) {
      try {
        var outcome = discovery.getValue().announce(cid, endpoints);
        LOG.debug("announced {} by {}: {}", cid, discovery.getKey(), outcome);
      } catch (RuntimeException e) {
        LOG.warn("plugin {} failed to announce {}: {}", discovery.getKey(), cid, e.toString());
      }
    }
  }

  private boolean wanted(Cid key) {
    lock.lock();
    try {
      return announced.contains(key) || due.contains(key);
    } finally {
      lock.unlock();
    }
  }

  private Cid next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (due.isEmpty()) {
        work.await();
      }
      Cid cid = due.removeFirst();
      announced.add(cid);
      return cid;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
  }
}
