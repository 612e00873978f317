package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import io.shoal.api.Discovery.ProviderSink;
import io.shoal.api.PeerAddress;
import io.shoal.api.Provider;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One search: all servers at once, a thread each. What they find comes to the searcher's thread
/// through a short queue. Used once.
final class ProviderQuery {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderQuery.class);

  /// A server waits while the node handles what was found before.
  private static final int MAX_WAITING = 64;

  /// Names of strangers that are looked up in a search: each may take a name server's time.
  static final int MAX_LOOKUPS = 32;

  /// How often it looks whether the plugin was closed.
  private static final long LOOK_EVERY_MILLIS = 50;

  private sealed interface Report {
    record Found(Provider provider) implements Report {}

    record Ended(RoutingEndpoint endpoint, Optional<ShoalException> failure) implements Report {}
  }

  private final RoutingClient client;
  private final Cid cid;
  private final Set<String> schemes;
  private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>(MAX_WAITING);
  private final Set<String> given = new HashSet<>();

  /// Set before the threads are interrupted.
  private volatile boolean over;

  ProviderQuery(RoutingClient client, Cid cid, Set<String> schemes) {
    this.client = client;
    this.cid = cid;
    this.schemes = Set.copyOf(schemes);
  }

  /// Ends the search soon. Usable from any thread.
  void cancel() {
    over = true;
  }

  /// @param local addresses that are known without asking; empty if there is no table here, so that
  ///   a search cannot be made at all if no server answers
  /// @param timeout of all servers together
  void run(
      Optional<List<PeerAddress>> local,
      Map<RoutingEndpoint, Backoff> servers,
      Duration timeout,
      LongSupplier nanoTime,
      ProviderSink sink)
      throws ShoalException, InterruptedException {
    for (PeerAddress address : local.orElse(List.of())) {
      if (schemes.contains(address.scheme())
          && given.add(address.uri())
          && !sink.found(Provider.at(address))) {
        return;
      }
    }
    List<Thread> threads = new ArrayList<>();
    Map<RoutingEndpoint, Backoff> asked = new HashMap<>(servers);
    asked.forEach(
        (endpoint, backoff) ->
            threads.add(
                Thread.ofVirtual().name("routing-search").start(() -> search(endpoint, backoff))));
    try {
      List<ShoalException> failures =
          collect(asked, nanoTime.getAsLong() + timeout.toNanos(), nanoTime, sink);
      if (failures.size() == asked.size()
          && !asked.isEmpty()
          && given.isEmpty()
          && local.isEmpty()) {
        throw worst(failures);
      }
    } finally {
      over = true;
      threads.forEach(Thread::interrupt);
    }
  }

  /// @return of each server that failed why; fewer if the search ended before
  private List<ShoalException> collect(
      Map<RoutingEndpoint, Backoff> asked, long deadline, LongSupplier nanoTime, ProviderSink sink)
      throws InterruptedException {
    Map<RoutingEndpoint, Backoff> running = new HashMap<>(asked);
    List<ShoalException> failures = new ArrayList<>();
    while (!running.isEmpty() && !over) {
      if (deadline - nanoTime.getAsLong() <= 0) {
        running.forEach((server, backoff) -> failures.add(late(server, backoff)));
        break;
      }
      switch (reports.poll(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        case Report.Found(Provider provider) -> {
          if (given.add(provider.address().uri()) && !sink.found(provider)) {
            return failures;
          }
        }
        case Report.Ended(RoutingEndpoint endpoint, Optional<ShoalException> failure) -> {
          failure.ifPresent(failures::add);
          running.remove(endpoint);
        }
        case null -> {
          // Nothing yet.
        }
      }
    }
    return failures;
  }

  private static ShoalException late(RoutingEndpoint server, Backoff backoff) {
    backoff.failed("it takes too long", Optional.empty());
    return new RetryableException(
        server + " did not answer in time: try again later, or raise the key 'timeout'");
  }

  /// What the user must act on comes first.
  private static ShoalException worst(List<ShoalException> failures) {
    return failures.stream()
        .filter(failure -> failure instanceof UserFaultException)
        .findFirst()
        .orElse(failures.getFirst());
  }

  private void search(RoutingEndpoint endpoint, Backoff backoff) {
    Optional<ShoalException> failure =
        Optional.of(
            new RetryableException("a search failed by an error of the program: see the log"));
    try {
      Filter filter = new Filter(endpoint);
      client.find(endpoint, backoff, cid, filter::test);
      failure = Optional.empty();
    } catch (ShoalException e) {
      LOG.debug("{}: {}", endpoint, e.getMessage());
      failure = Optional.of(e);
    } catch (InterruptedException e) {
      if (!over) {
        LOG.debug("a search was interrupted", e);
      }
      failure = Optional.of(new RetryableException("a search was interrupted: try again", e));
    } finally {
      report(new Report.Ended(endpoint, failure));
    }
  }

  private boolean report(Report report) {
    try {
      while (!over) {
        if (reports.offer(report, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /// What of a server's answer is reported. Used by one thread.
  private final class Filter {
    private final RoutingEndpoint endpoint;
    private Optional<Scope> link = Optional.empty();
    private int lookups;

    Filter(RoutingEndpoint endpoint) {
      this.endpoint = endpoint;
    }

    /// Passes an address on, or leaves it out.
    ///
    /// @return whether the search goes on
    boolean test(PeerAddress address) {
      if (over || !schemes.contains(address.scheme()) || !mayDial(address)) {
        return !over;
      }
      Provider provider = Provider.at(address);
      return report(new Report.Found(endpoint.trusted() ? provider.fromOperator() : provider));
    }

    private boolean mayDial(PeerAddress address) {
      if (endpoint.trusted()) {
        return address.ip().map(Scope::isUsable).orElse(address.host().isPresent());
      }
      if (link.isEmpty()) {
        link = Optional.of(AddressRules.linkTo(endpoint.host()));
      }
      if (address.ip().isEmpty() && ++lookups > MAX_LOOKUPS) {
        return false;
      }
      return AddressRules.mayDial(address, link.get());
    }
  }
}
