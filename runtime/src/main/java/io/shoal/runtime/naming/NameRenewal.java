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

/// Keeps names alive while a node serves: those that its user published and, of others, those that
/// were asked for last. Others drop a record about two hours after they were last given it.
public final class NameRenewal {
  private static final Logger LOG = LoggerFactory.getLogger(NameRenewal.class);

  /// How often it looks for what is due; a name that nobody could be given is tried again this
  /// soon.
  public static final Duration ROUND_EVERY = Duration.ofSeconds(20);

  /// How often each name is given to others: BEP 44 says hourly, since they drop it after two.
  public static final Duration EVERY = Duration.ofHours(1);

  /// Names of others that are kept alive: at some seconds each, a small part of the hour.
  static final int MAX_KEPT = 200;

  /// For one name.
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private final SignedRecordClient network;
  private final NameStore files;
  private final NamePublisher publisher;
  private final PublicationStates standings;
  private final InstantSource clock;
  private final ReentrantLock running = new ReentrantLock();
  private final LongSupplier nanos;
  private long keptNanos;
  private volatile int kept;

  /// @param clock tells when records expire
  /// @param nanos tells how much time passed
  public NameRenewal(
      SignedRecordClient network,
      NameStore files,
      NamePublisher publisher,
      PublicationStates standings,
      InstantSource clock,
      LongSupplier nanos) {
    this.network = network;
    this.files = files;
    this.publisher = publisher;
    this.standings = standings;
    this.clock = clock;
    this.nanos = nanos;
    this.keptNanos = nanos.getAsLong();
  }

  /// Renews what is due, unless that is being done.
  public void round() {
    if (!network.exists() || !running.tryLock()) {
      return;
    }
    try {
      renewOwn();
      if (nanos.getAsLong() - keptNanos >= EVERY.toNanos()) {
        keptNanos = nanos.getAsLong();
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
        if (standings.due(own, EVERY.toNanos())) {
          Optional<NameStore.Own> fresh = publisher.fresh(own);
          if (fresh.isPresent() && standings.due(fresh.get(), EVERY.toNanos())) {
            publisher.offer(fresh.get(), OptionalLong.empty(), PATIENCE);
          }
        }
      } catch (ShoalException e) {
        LOG.warn("'{}' was not renewed: {}", own.record().name(), e.getMessage());
      }
    }
  }

  /// Also gives what is newer to those who lag, and learns of it.
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
    boolean learnt = answer.newest().filter(r -> r.sequence() > seen.sequence()).isPresent();
    SignedRecord newest = learnt ? answer.newest().orElseThrow() : seen;
    if (learnt) {
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

  /// For reports.
  public NameCommands.NamesEntry entry() throws IOException {
    List<NameStore.Own> own = files.allOwn();
    int waiting = (int) own.stream().filter(o -> !standings.problem(o).isEmpty()).count();
    return new NameCommands.NamesEntry(own.size(), waiting, kept);
  }
}
