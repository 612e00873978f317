package io.shoal.runtime.maintenance;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks the whole store at intervals, slowly, in a running node: corruption is found before the
/// last good copy elsewhere is gone. Goes through the chunks in the order of their digests, so that
/// a restart continues where it was. A thread of its own.
public final class ScheduledVerify implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduledVerify.class);

  /// How often it looks whether a check is due.
  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

  /// A crash has at most what was checked in this time checked again.
  private static final Duration SAVE_EVERY = Duration.ofMinutes(1);

  /// A chunk is read in less, unless the disk hangs.
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  /// The chunks are listed in this many parts, by the first byte of their digests: a part of a
  /// store of 100 million chunks fits into memory, the list of all does not.
  private static final int PARTS = 256;

  private static final HexFormat HEX = HexFormat.of();

  private final LocalStore local;
  private final StoreVerify verify;
  private final VerifyRecord record;
  private final VerifySettings settings;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Optional<Thread> thread = Optional.empty();

  private record Due(Cid cid, String digest) {}

  /// @param nanoTime monotonic, any origin
  public ScheduledVerify(
      LocalStore local,
      StoreVerify verify,
      VerifyRecord record,
      VerifySettings settings,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.local = local;
    this.verify = verify;
    this.record = record;
    this.settings = settings;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  public void start() {
    if (settings.interval().isPresent()) {
      thread = Optional.of(Thread.ofVirtual().name("scheduled-verify").start(this::loop));
    }
  }

  private void loop() {
    try {
      var _ = record.uncheckedSinceMillis(); // a time to come is corrected before it is saved
      record.save(); // from now on the interval counts, also over restarts
    } catch (IOException e) {
      LOG.warn("the time of the next check could not be saved: {}", e.getMessage());
    }
    try {
      do {
        round();
      } while (!closed.await(LOOK_EVERY.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// When the next check is due, in milliseconds since the epoch; 0 if never.
  public long dueMillis() {
    return settings
        .interval()
        .map(interval -> record.uncheckedSinceMillis() + interval.toMillis())
        .orElse(0L);
  }

  /// Begins a check if one is due, or continues one, to its end or until this is closed.
  ///
  /// @return whether one ended
  public boolean round() throws InterruptedException {
    if (settings.interval().isEmpty() || !record.runs() && clock.millis() < dueMillis()) {
      return false;
    }
    try {
      return check();
    } catch (IOException | ShoalException e) {
      LOG.warn("the scheduled check stopped and continues later: {}", e.getMessage());
      return false;
    }
  }

  private boolean check() throws IOException, ShoalException, InterruptedException {
    VerifyRecord.Running from = record.running();
    VerifyPass pass = new VerifyPass(local.quarantine(), settings.bytesPerSecond());
    String cursor = from.cursor();
    long savedNanos = nanoTime.getAsLong();
    int first = cursor.isEmpty() ? 0 : HexFormat.fromHexDigits(cursor, 0, 2);
    for (int part = first; part < PARTS; part++) {
      for (Due due : due(part, cursor)) {
        if (pass.check(due.cid())) {
          LOG.warn("{} was corrupt: run 'shoal verify --repair' to fetch it again", due.cid());
        }
        cursor = due.digest();
        boolean ends = closed.await(pass.debtNanos(nanoTime.getAsLong()), TimeUnit.NANOSECONDS);
        if (ends || nanoTime.getAsLong() - savedNanos >= SAVE_EVERY.toNanos()) {
          record.reached(reached(from, cursor, pass));
          savedNanos = nanoTime.getAsLong();
        }
        if (ends) {
          return false;
        }
      }
    }
    VerifyRecord.Running all = reached(from, cursor, pass);
    long missing = verify.missingChunks();
    local.store().sync();
    record.ended(all.chunks(), all.bytes(), all.corrupt(), missing);
    LOG.info(
        "the store was checked: {} chunks, {} corrupt, {} missing",
        all.chunks(),
        all.corrupt(),
        missing);
    return true;
  }

  private static VerifyRecord.Running reached(
      VerifyRecord.Running from, String cursor, VerifyPass pass) {
    return new VerifyRecord.Running(
        cursor,
        from.chunks() + pass.chunks(),
        from.bytes() + pass.bytes(),
        from.corrupt() + pass.corrupt());
  }

  /// The chunks of a part behind the cursor, in order.
  private List<Due> due(int part, String cursor) throws IOException, RetryableException {
    List<Due> due = new ArrayList<>();
    local
        .store()
        .chunks(
            chunk -> {
              byte[] digest = chunk.cid().multihash().digest();
              if (digest.length > 0 && (digest[0] & 0xff) == part) {
                String hex = HEX.formatHex(digest);
                if (hex.compareTo(cursor) > 0) {
                  due.add(new Due(chunk.cid(), hex));
                }
              }
              return true;
            });
    due.sort(Comparator.comparing(Due::digest));
    return due;
  }

  /// Ends it; its progress is in the file when this returns.
  @Override
  public void close() {
    closed.countDown();
    try {
      if (thread.isPresent() && !thread.get().join(CLOSE_WITHIN)) {
        LOG.debug("the check of one chunk takes long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
