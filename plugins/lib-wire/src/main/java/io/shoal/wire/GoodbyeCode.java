package io.shoal.wire;

/// Why a side closes a connection. Unknown codes read as [#NORMAL].
public enum GoodbyeCode {
  /// It has no more use for the connection.
  NORMAL(0),
  /// The other side broke the protocol.
  FAULT(1),
  /// It has too many connections.
  FULL(2),
  /// The node stops.
  STOPPING(3),
  /// Nothing came for too long.
  IDLE(4);

  private final int code;

  GoodbyeCode(int code) {
    this.code = code;
  }

  /// As it is on the wire.
  public int code() {
    return code;
  }

  /// The meaning of a number on the wire.
  public static GoodbyeCode of(int code) {
    for (GoodbyeCode known : values()) {
      if (known.code == code) {
        return known;
      }
    }
    return NORMAL;
  }
}
