package io.shoal.runtime;

import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Signed records that all nodes of a test share, and that a test can change as a liar would.
final class RecordBoard implements SignedRecords {
  private final Map<String, SignedRecord> held = new ConcurrentHashMap<>();

  /// How many seem to answer.
  volatile int answering = 8;

  /// Makes every caller wait until it is released.
  volatile CountDownLatch hold = new CountDownLatch(0);

  /// How often a record was taken.
  final AtomicInteger taken = new AtomicInteger();

  private static String key(byte[] publicKey, String name) {
    return HexFormat.of().formatHex(publicKey) + "/" + name;
  }

  /// Puts a record whatever it is.
  void force(SignedRecord record) {
    held.put(key(record.publicKey(), record.name()), record);
  }

  /// Answers a question with a record of anything.
  void force(byte[] publicKey, String name, SignedRecord record) {
    held.put(key(publicKey, name), record);
  }

  void forget() {
    held.clear();
  }

  /// All that is held, as an outsider that holds it sees it.
  List<SignedRecord> all() {
    return List.copyOf(held.values());
  }

  Optional<SignedRecord> held(byte[] publicKey, String name) {
    return Optional.ofNullable(held.get(key(publicKey, name)));
  }

  @Override
  public int publish(SignedRecord record) throws ShoalException {
    requireAnAnswer();
    Optional<SignedRecord> before = held(record.publicKey(), record.name());
    if (before.isPresent() && before.get().sequence() > record.sequence()) {
      throw new UserFaultException("others hold a newer record");
    }
    force(record);
    taken.incrementAndGet();
    return answering;
  }

  @Override
  public int publish(SignedRecord record, long replaces) throws ShoalException {
    Optional<SignedRecord> before = held(record.publicKey(), record.name());
    if (before.isPresent() && before.get().sequence() != replaces) {
      throw new UserFaultException("others hold another record");
    }
    return publish(record);
  }

  @Override
  public Resolution resolve(byte[] publicKey, String name)
      throws ShoalException, InterruptedException {
    hold.await();
    requireAnAnswer();
    Optional<SignedRecord> record = held(publicKey, name);
    return new Resolution(record, answering, record.isPresent() ? answering : 0);
  }

  private void requireAnAnswer() throws RetryableException {
    if (answering == 0) {
      throw new RetryableException("board: nobody answers: start another node");
    }
  }
}
