package io.shoal.runtime.maintenance;

import io.shoal.runtime.file.AtomicFiles;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The result of the last check of the store, and how far the running one has come; in a file, so
/// that a restart continues it. Usable from any thread.
public final class VerifyRecord {
  private static final Logger LOG = LoggerFactory.getLogger(VerifyRecord.class);

  /// A check that ended.
  ///
  /// @param endedMillis when, since the epoch; 0 if none ever did
  public record Ended(long endedMillis, long chunks, long bytes, long corrupt, long missing) {
    static final Ended NEVER = new Ended(0, 0, 0, 0, 0);
  }

  /// A check that runs, or that an earlier process left.
  ///
  /// @param cursor the digest that was checked last, hex: chunks are checked in the order of theirs
  public record Running(String cursor, long chunks, long bytes, long corrupt) {
    static final Running BEGIN = new Running("", 0, 0, 0);
  }

  private final Path file;
  private final InstantSource clock;
  private long sinceMillis;
  private Ended ended = Ended.NEVER;
  private boolean runs;
  private Running running = Running.BEGIN;

  public VerifyRecord(Path folder, InstantSource clock) {
    this.file = folder.resolve("check.properties");
    this.clock = clock;
    this.sinceMillis = clock.millis();
    load();
  }

  private void load() {
    if (!Files.exists(file)) {
      return;
    }
    Properties kept = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      kept.load(in);
      sinceMillis = number(kept, "since");
      ended =
          new Ended(
              number(kept, "ended"),
              number(kept, "ended.chunks"),
              number(kept, "ended.bytes"),
              number(kept, "ended.corrupt"),
              number(kept, "ended.missing"));
      runs = kept.containsKey("cursor");
      running =
          new Running(
              kept.getProperty("cursor", ""),
              number(kept, "running.chunks"),
              number(kept, "running.bytes"),
              number(kept, "running.corrupt"));
    } catch (IOException | IllegalArgumentException e) {
      // Only the time of the last check is lost: then the next one comes early.
      LOG.warn("{} is not readable and is started anew: {}", file, e.getMessage());
    }
  }

  private static long number(Properties kept, String key) {
    return Long.parseLong(kept.getProperty(key, "0"));
  }

  public synchronized Ended last() {
    return ended;
  }

  /// Whether a check runs or waits to be continued.
  public synchronized boolean runs() {
    return runs;
  }

  public synchronized Running running() {
    return running;
  }

  /// Since when no check has ended: the last one, or the first start. A time to come is that of a
  /// clock that was wrong: the interval begins now.
  synchronized long uncheckedSinceMillis() {
    long now = clock.millis();
    sinceMillis = Math.min(sinceMillis, now);
    if (ended.endedMillis() > now) {
      ended = new Ended(now, ended.chunks(), ended.bytes(), ended.corrupt(), ended.missing());
    }
    return Math.max(sinceMillis, ended.endedMillis());
  }

  /// A scheduled check has come so far.
  public void reached(Running how) throws IOException {
    synchronized (this) {
      runs = true;
      running = how;
    }
    save();
  }

  /// A check ended, scheduled or not: the next one is due an interval from now.
  void ended(long chunks, long bytes, long corrupt, long missing) throws IOException {
    synchronized (this) {
      runs = false;
      running = Running.BEGIN;
      ended = new Ended(clock.millis(), chunks, bytes, corrupt, missing);
    }
    save();
  }

  void save() throws IOException {
    Properties kept = new Properties();
    synchronized (this) {
      kept.setProperty("since", Long.toString(sinceMillis));
      kept.setProperty("ended", Long.toString(ended.endedMillis()));
      kept.setProperty("ended.chunks", Long.toString(ended.chunks()));
      kept.setProperty("ended.bytes", Long.toString(ended.bytes()));
      kept.setProperty("ended.corrupt", Long.toString(ended.corrupt()));
      kept.setProperty("ended.missing", Long.toString(ended.missing()));
      if (runs) {
        kept.setProperty("cursor", running.cursor());
        kept.setProperty("running.chunks", Long.toString(running.chunks()));
        kept.setProperty("running.bytes", Long.toString(running.bytes()));
        kept.setProperty("running.corrupt", Long.toString(running.corrupt()));
      }
    }
    AtomicFiles.replace(file, kept);
  }
}
