package io.shoal.runtime.dag;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/// Rights and time of a file or folder, as UnixFS 1.5 keeps them.
///
/// @param mode who may read, write and execute it: nine bits, as chmod has them. Whatever else a
///   DAG says (set-user-id, the kind of file) is dropped where it is read
/// @param modified when its content was last changed
public record UnixFsAttributes(OptionalInt mode, Optional<Instant> modified) {
  /// Of what says nothing of it.
  public static final UnixFsAttributes NONE =
      new UnixFsAttributes(OptionalInt.empty(), Optional.empty());

  private static final int RIGHTS = 0777;

  private static final int MODE_FIELD = 7;
  private static final int TIME_FIELD = 8;
  private static final int SECONDS_FIELD = 1;

  /// Nanoseconds: a tag and four bytes.
  private static final int NANOS_BYTES = 1 + Integer.BYTES;

  public boolean isEmpty() {
    return mode.isEmpty() && modified.isEmpty();
  }

  UnixFsAttributes withMode(long written) {
    return new UnixFsAttributes(OptionalInt.of((int) (written & RIGHTS)), modified);
  }

  /// @param nanos of a second; a number that is none counts as zero
  UnixFsAttributes withTime(long seconds, int nanos) {
    boolean known =
        seconds >= Instant.MIN.getEpochSecond() && seconds <= Instant.MAX.getEpochSecond();
    int fraction = nanos >= 0 && nanos < 1_000_000_000 ? nanos : 0;
    return known
        ? new UnixFsAttributes(mode, Optional.of(Instant.ofEpochSecond(seconds, fraction)))
        : this;
  }

  int encodedSize() {
    int size = mode.isPresent() ? ProtoWriter.numberSize(mode.getAsInt()) : 0;
    return size + modified.map(time -> ProtoWriter.bytesSize(sizeOf(time))).orElse(0);
  }

  private static int sizeOf(Instant time) {
    return ProtoWriter.numberSize(time.getEpochSecond()) + (time.getNano() == 0 ? 0 : NANOS_BYTES);
  }

  void write(ProtoWriter out) {
    mode.ifPresent(bits -> out.number(MODE_FIELD, bits));
    modified.ifPresent(
        time -> {
          long seconds = time.getEpochSecond();
          int nanos = time.getNano();
          out.header(TIME_FIELD, sizeOf(time)).number(SECONDS_FIELD, seconds);
          if (nanos != 0) {
            out.fixed32(2, nanos);
          }
        });
  }
}
