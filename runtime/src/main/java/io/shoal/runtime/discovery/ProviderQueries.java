package io.shoal.runtime.discovery;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.PermanentException;
import io.shoal.api.Provider;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Searches by all discoveries for a plugin, which gets what they find as it is. Usable from any
/// thread.
public final class ProviderQueries {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderQueries.class);

  /// Searches at once: a discovery paces its own queries, and each search has a thread for each
  /// discovery.
  private static final int MAX_AT_ONCE = 16;

  /// Addresses that one search gives; about 200 bytes each to tell those that were given.
  static final int MAX_PROVIDERS = 10_000;

  private final Map<String, Discovery> discoveries;
  private final Semaphore places = new Semaphore(MAX_AT_ONCE, true);

  /// @param discoveries the active ones by plugin id
  public ProviderQueries(Map<String, Discovery> discoveries) {
    this.discoveries = discoveries;
  }

  /// See [io.shoal.api.NodeAccess#findProviders].
  public void find(Cid cid, Set<String> schemes, Discovery.ProviderSink sink)
      throws ShoalException, InterruptedException {
    if (discoveries.isEmpty()) {
      throw new UserFaultException(
          "no discovery is active: name one in active.discovery to find providers of " + cid);
    }
    places.acquire();
    try {
      new Query(cid, schemes).run(discoveries.values(), sink);
    } finally {
      places.release();
    }
  }

  /// What a discovery has to say.
  private sealed interface Report {
    record Found(Provider provider) implements Report {}

    record Ended(Optional<ShoalException> failure) implements Report {}
  }

  private static final class Query {
    /// A discovery waits while the plugin handles what was found before.
    private static final int MAX_WAITING = 64;

    private final Cid cid;
    private final Set<String> schemes;
    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>(MAX_WAITING);
    private final Set<String> given = new HashSet<>();

    /// Set before the searches are interrupted.
    private volatile boolean over;

    Query(Cid cid, Set<String> schemes) {
      this.cid = cid;
      this.schemes = Set.copyOf(schemes);
    }

    void run(Iterable<Discovery> discoveries, Discovery.ProviderSink sink)
        throws ShoalException, InterruptedException {
      List<Thread> threads = new ArrayList<>();
      for (Discovery discovery : discoveries) {
        threads.add(Thread.ofVirtual().name("find-for-plugin").start(() -> search(discovery)));
      }
      try {
        collect(threads.size(), sink);
      } finally {
        over = true;
        threads.forEach(Thread::interrupt);
      }
    }

    private void collect(int searches, Discovery.ProviderSink sink)
        throws ShoalException, InterruptedException {
      List<ShoalException> failures = new ArrayList<>();
      int running = searches;
      while (running > 0) {
        switch (reports.take()) {
          case Report.Found(Provider provider) -> {
            if (given.add(provider.address().uri())
                && (!sink.found(provider) || given.size() >= MAX_PROVIDERS)) {
              return;
            }
          }
          case Report.Ended(Optional<ShoalException> failure) -> {
            failure.ifPresent(failures::add);
            running--;
          }
        }
      }
      if (failures.size() == searches && given.isEmpty()) {
        throw failures.getFirst();
      }
    }

    private void search(Discovery discovery) {
      Optional<ShoalException> failure =
          Optional.of(
              new PermanentException("a discovery failed by an error of the program: see the log"));
      try {
        discovery.findProviders(cid, schemes, this::found);
        failure = Optional.empty();
      } catch (ShoalException e) {
        failure = Optional.of(e);
      } catch (InterruptedException e) {
        failure = Optional.of(new RetryableException("a search was interrupted: try again", e));
      } finally {
        reportEnd(failure);
      }
    }

    /// Also reports the end of a search that was interrupted, or that left the flag set: unless the
    /// query ended, it waits for this.
    private void reportEnd(Optional<ShoalException> failure) {
      boolean reported = false;
      while (!reported && !over) {
        try {
          reports.put(new Report.Ended(failure));
          reported = true;
        } catch (InterruptedException e) {
          LOG.debug("a search was interrupted at its end", e);
        }
      }
    }

    private boolean found(Provider provider) {
      try {
        reports.put(new Report.Found(provider));
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
