package io.shoal.runtime.naming;

import io.shoal.api.SignedRecord;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// How far each name of this user was published in this run. Usable from any thread.
public final class PublicationStates {
  /// @param sequence of the record that was offered
  /// @param nanos when it was offered
  /// @param took how many peers took it
  /// @param problem why it is not published yet; empty if it is
  /// @param soon whether it is offered again without waiting for the hour
  private record State(long sequence, long nanos, int took, String problem, boolean soon) {}

  private final Map<String, State> states = new ConcurrentHashMap<>();
  private final LongSupplier nanoTime;

  /// @param nanoTime monotonic, any origin
  public PublicationStates(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  private static String key(SignedRecord record) {
    return HexFormat.of().formatHex(record.publicKey()) + record.name();
  }

  void offered(NameStore.Own own, int took, String problem, boolean soon) {
    SignedRecord record = own.record();
    states.put(
        key(record), new State(record.sequence(), nanoTime.getAsLong(), took, problem, soon));
  }

  /// Whether a record is to be offered again.
  boolean due(NameStore.Own own, long everyNanos) {
    State last = states.get(key(own.record()));
    return last == null
        || last.sequence != own.record().sequence()
        || last.soon
        || nanoTime.getAsLong() - last.nanos >= everyNanos;
  }

  /// How many peers took it, -1 if it was not offered yet.
  int holders(NameStore.Own own) {
    State last = states.get(key(own.record()));
    return last == null ? -1 : last.took;
  }

  String problem(NameStore.Own own) {
    State last = states.get(key(own.record()));
    return last == null ? "not offered to others yet" : last.problem;
  }
}
