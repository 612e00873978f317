package io.shoal.runtime.naming;

import io.shoal.api.SignedRecord;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// How each name that this node published stands with others, in this run. Usable from any thread.
public final class PublicationStates {
  /// @param sequence of the record that was offered
  /// @param nanos when
  /// @param took how many took it
  /// @param problem why it is not as it should be, else empty
  /// @param soon whether it is tried again without waiting for the hour
  private record Standing(long sequence, long nanos, int took, String problem, boolean soon) {}

  private final Map<String, Standing> standings = new ConcurrentHashMap<>();
  private final LongSupplier nanos;

  /// @param nanos a clock that only goes forward
  public PublicationStates(LongSupplier nanos) {
    this.nanos = nanos;
  }

  private static String key(SignedRecord record) {
    return HexFormat.of().formatHex(record.publicKey()) + record.name();
  }

  void offered(NameStore.Own own, int took, String problem, boolean soon) {
    SignedRecord record = own.record();
    standings.put(
        key(record), new Standing(record.sequence(), nanos.getAsLong(), took, problem, soon));
  }

  /// Whether a record is to be offered again.
  boolean due(NameStore.Own own, long everyNanos) {
    Standing last = standings.get(key(own.record()));
    return last == null
        || last.sequence != own.record().sequence()
        || last.soon
        || nanos.getAsLong() - last.nanos >= everyNanos;
  }

  /// How many took it, -1 if it was not offered yet.
  int holders(NameStore.Own own) {
    Standing last = standings.get(key(own.record()));
    return last == null ? -1 : last.took;
  }

  String problem(NameStore.Own own) {
    Standing last = standings.get(key(own.record()));
    return last == null ? "not offered to others yet" : last.problem;
  }
}
