package io.shoal.runtime.naming;

import io.shoal.api.MalformedDataException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NameCommands;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps names alive while a node serves: those that its user published, and those of other keys
/// that were asked for last. Peers drop a record about two hours after they last got it.
public final class NameRenewal {
  private static final Logger LOG = LoggerFactory.getLogger(NameRenewal.class);

  /// How often due names are looked for; a name that no peer took is tried again this soon.
  public static final Duration ROUND_EVERY = Duration.ofSeconds(20);

  /// How often each name is given to peers: BEP 44 says hourly, since they drop it after two hours.
  public static final Duration EVERY = Duration.ofHours(1);

  /// Names of other keys that are kept alive: at some seconds each, a small part of the hour.
  static final int MAX_KEPT = 200;

  /// The timeout for one name.
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private final SignedRecordClient network;
  private final NameStore files;
  private final NamePublisher publisher;
  private final PublicationStates states;
  private final InstantSource clock;
  private final ReentrantLock running = new ReentrantLock();
  private final LongSupplier nanoTime;
  private long keptNanos;
  private volatile int kept;

  /// @param clock shows when records expire
  /// @param nanoTime monotonic, any origin
  public NameRenewal(
      SignedRecordClient network,
      NameStore files,
      NamePublisher publisher,
      PublicationStates states,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.network = network;
    this.files = files;
    this.publisher = publisher;
    this.states = states;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.keptNanos = nanoTime.getAsLong();
  }

  /// Renews the names that are due, unless another thread does.
  public void round() {
    if (!network.exists() || !running.tryLock()) {
      return;
    }
    try {
      renewOwn();
      if (nanoTime.getAsLong() - keptNanos >= EVERY.toNanos()) {
        keptNanos = nanoTime.getAsLong();
        keepOthers();
      }
    } catch (IOException e) {
      LOG.warn("names are not renewed: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      running.unlock();
    }
  }

  private void renewOwn() throws IOException, InterruptedException {
    for (NameStore.Own own : files.allOwn()) {
      try {
        if (states.due(own, EVERY.toNanos())) {
          Optional<NameStore.Own> fresh = publisher.fresh(own);
          if (fresh.isPresent() && states.due(fresh.get(), EVERY.toNanos())) {
            publisher.offer(fresh.get(), OptionalLong.empty(), PATIENCE);
          }
        }
      } catch (ShoalException e) {
        LOG.warn("'{}' was not renewed: {}", own.record().name(), e.getMessage());
      }
    }
  }

  /// Gives the newest record of each name to peers that have an older one or none, and takes over a
  /// newer one of theirs.
  public void keepOthers() throws IOException, InterruptedException {
    int alive = 0;
    for (SignedRecord seen : files.lastSeen(MAX_KEPT)) {
      if (files.own(seen.publicKey(), seen.name()).isEmpty() && !expired(seen)) {
        alive += keep(seen) ? 1 : 0;
      }
    }
    kept = alive;
  }

  private boolean keep(SignedRecord seen) throws IOException, InterruptedException {
    SignedRecordClient.Answer answer = network.resolve(seen.publicKey(), seen.name(), PATIENCE);
    boolean newer = answer.newest().filter(r -> r.sequence() > seen.sequence()).isPresent();
    SignedRecord newest = newer ? answer.newest().orElseThrow() : seen;
    if (newer) {
      files.renewed(newest);
    }
    boolean spread =
        answer.holders() >= SignedRecords.RESPONDERS
            && answer.newest().filter(r -> r.sequence() == newest.sequence()).isPresent();
    if (!spread) {
      try {
        network.publish(newest, OptionalLong.empty(), PATIENCE);
      } catch (RetryableException | UserFaultException e) {
        LOG.debug("'{}' is not kept alive now: {}", seen.name(), e.getMessage());
        return false;
      } catch (ShoalException e) {
        LOG.warn("'{}' is not kept alive: {}", seen.name(), e.getMessage());
        return false;
      }
    }
    return true;
  }

  private boolean expired(SignedRecord record) {
    try {
      return NameValue.decode(record.value()).expired(clock.instant().getEpochSecond());
    } catch (MalformedDataException e) {
      return true;
    }
  }

  /// The state of names, for reports.
  public NameCommands.NamesEntry entry() throws IOException {
    List<NameStore.Own> own = files.allOwn();
    int waiting = (int) own.stream().filter(o -> !states.problem(o).isEmpty()).count();
    return new NameCommands.NamesEntry(own.size(), waiting, kept);
  }
}
