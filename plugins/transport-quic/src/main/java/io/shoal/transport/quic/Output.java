package io.shoal.transport.quic;

/// Counts the writes of one connection, so that a peer that takes nothing is found out. On the
/// event loop.
final class Output {
  private long begun;
  private long done;
  private long doneBefore;

  void began() {
    begun++;
  }

  void ended() {
    done++;
  }

  /// Whether a write ended since the last call, or none waits.
  boolean moved() {
    boolean moved = done == begun || done != doneBefore;
    doneBefore = done;
    return moved;
  }
}
