package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import io.shoal.api.NodeIdentity;
import io.shoal.api.ShoalException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Announces to one server. A timer calls [#run], never twice at once; the rest is usable from any
/// thread.
final class Announcer {
  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

  /// What a server keeps outlasts two renewals that fail.
  private static final int RENEWALS_IN_TTL = 3;

  private final RoutingEndpoint server;
  private final AnnounceQueue queue;
  private final Backoff backoff;
  private final RoutingClient client;
  private final Optional<String> token;
  private final NodeIdentity identity;
  private final Supplier<PeerRecord> own;
  private final Duration renewEvery;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  private volatile Optional<String> lastFailure = Optional.empty();

  /// @param own this node's record of now
  Announcer(
      RoutingEndpoint server,
      RoutingSettings settings,
      Backoff backoff,
      RoutingClient client,
      NodeIdentity identity,
      Supplier<PeerRecord> own,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.server = server;
    this.queue = new AnnounceQueue(settings.renewEvery());
    this.backoff = backoff;
    this.client = client;
    this.token = settings.token();
    this.identity = identity;
    this.own = own;
    this.renewEvery = settings.renewEvery();
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  RoutingEndpoint server() {
    return server;
  }

  AnnounceQueue queue() {
    return queue;
  }

  /// Why the last batch failed, unless one was taken since.
  Optional<String> lastFailure() {
    return lastFailure;
  }

  /// Sends what is due, batch by batch, until nothing is or one fails.
  void run() {
    try {
      while (sendBatch() && !Thread.currentThread().isInterrupted()) {
        LOG.trace("a batch went to {}", server);
      }
    } catch (ShoalException e) {
      String why = String.valueOf(e.getMessage());
      if (!lastFailure.equals(Optional.of(why))) {
        LOG.warn("nothing is announced to {}: {}", server, why);
      }
      lastFailure = Optional.of(why);
    } catch (InterruptedException e) {
      // The plugin ends.
      Thread.currentThread().interrupt();
    }
  }

  private boolean sendBatch() throws ShoalException, InterruptedException {
    PeerRecord record = own.get();
    List<Cid> batch = queue.batch(nanoTime.getAsLong(), Announcement.MAX_CONTENTS);
    if (batch.isEmpty() || !record.hasAddresses() || !backoff.left().isZero()) {
      return false;
    }
    Json announcement =
        Announcement.signed(
            identity, record, batch, clock.instant(), renewEvery.multipliedBy(RENEWALS_IN_TTL));
    Map<String, Json> body = new LinkedHashMap<>();
    body.put("Providers", new Json.Items(List.of(announcement)));
    client.announce(server, backoff, token, new Json.Fields(body).written());
    lastFailure = Optional.empty();
    if (own.get().equals(record)) {
      queue.taken(batch, nanoTime.getAsLong());
    }
    // Else it goes again with the addresses of now.
    return true;
  }
}
