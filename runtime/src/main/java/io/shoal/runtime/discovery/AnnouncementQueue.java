package io.shoal.runtime.discovery;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.PeerAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys that one discovery has yet to take up, in the order in which they came. A thread of its
/// own hands them over, so that neither the callers nor the other discoveries wait for one that is
/// slow. Bounded by what this node has. Usable from any thread.
final class AnnouncementQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AnnouncementQueue.class);

  private final String pluginId;
  private final Discovery discovery;
  private final Predicate<Cid> withheld;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final LinkedHashSet<Cid> due = new LinkedHashSet<>();
  private final Set<Cid> announced = new LinkedHashSet<>();
  private Optional<Thread> thread = Optional.empty();

  AnnouncementQueue(String pluginId, Discovery discovery, Predicate<Cid> withheld) {
    this.pluginId = pluginId;
    this.discovery = discovery;
    this.withheld = withheld;
  }

  void reachableAt(List<PeerAddress> endpoints) {
    try {
      discovery.reachableAt(endpoints);
    } catch (RuntimeException e) {
      LOG.warn("plugin {} failed to take this node's endpoints: {}", pluginId, e.toString());
    }
  }

  void start() {
    lock.lock();
    try {
      thread = Optional.of(Thread.ofVirtual().name("announce-" + pluginId).start(this::loop));
    } finally {
      lock.unlock();
    }
  }

  void announce(Cid key) {
    lock.lock();
    try {
      if (!announced.contains(key) && due.add(key)) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  void withdraw(Cid key) {
    lock.lock();
    try {
      due.remove(key);
      announced.remove(key);
    } finally {
      lock.unlock();
    }
    try {
      discovery.withdraw(key);
    } catch (RuntimeException e) {
      LOG.warn("plugin {} failed to withdraw {}: {}", pluginId, key, e.toString());
    }
  }

  int waiting() {
    lock.lock();
    try {
      return thread.isPresent() ? due.size() : 0;
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    try {
      while (true) {
        Cid key = next();
        if (!withheld.test(key)) {
          handOver(key);
        }
        // A withdrawal that came during the announcement found nothing to withdraw yet.
        if (withheld.test(key) || !isWanted(key)) {
          withdraw(key);
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void handOver(Cid key) throws InterruptedException {
    try {
      discovery.announce(key);
    } catch (RuntimeException e) {
      LOG.warn("plugin {} failed to announce {}: {}", pluginId, key, e.toString());
    }
  }

  private boolean isWanted(Cid key) {
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
      Cid key = due.removeFirst();
      announced.add(key);
      return key;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      thread.ifPresent(Thread::interrupt);
    } finally {
      lock.unlock();
    }
  }
}
