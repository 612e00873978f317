package io.shoal.wire;

import static io.shoal.wire.WireLimits.DATA_PREFIX_SIZE_BYTES;
import static io.shoal.wire.WireLimits.MAX_DATA_SIZE_BYTES;
import static io.shoal.wire.WireLimits.MAX_GAINED_POSITIONS;
import static io.shoal.wire.WireLimits.MAX_GOODBYE_SIZE_BYTES;
import static io.shoal.wire.WireLimits.MAX_HELLO_SIZE_BYTES;
import static io.shoal.wire.WireLimits.MAX_SNAPSHOT_PART_SIZE_BYTES;

import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import java.util.Optional;

/// The frames that this version knows: the number on the wire and how long the body may be.
enum FrameType {
  HELLO(0x01, HelloCodec.MIN_SIZE_BYTES, MAX_HELLO_SIZE_BYTES),
  GOODBYE(0x02, 1, 1 + MAX_GOODBYE_SIZE_BYTES),
  PING(0x03, 8, 8),
  PONG(0x04, 8, 8),
  REQUEST(0x10, 4 + 4 + 2, 4 + 4 + 2 + 2 * Cid.MAX_BYTES),
  ANSWER(0x11, 8, 8),
  DATA(0x12, DATA_PREFIX_SIZE_BYTES + 1, DATA_PREFIX_SIZE_BYTES + MAX_DATA_SIZE_BYTES),
  END(0x13, 4, 4),
  REFUSE(0x14, 9, 9),
  CREDIT(0x15, 8, 8),
  CANCEL(0x16, 4, 4),
  WATCH(0x20, 4 + 1, 4 + 1 + Cid.MAX_BYTES),
  UNWATCH(0x21, 4, 4),
  UNKNOWN(0x22, 4, 4),
  COMPLETE(0x23, 4, 4),
  SNAPSHOT(0x24, 13, 13 + MAX_SNAPSHOT_PART_SIZE_BYTES),
  GAINED(0x25, 4 + 4, 4 + 4 * MAX_GAINED_POSITIONS),
  MESSAGE(0x30, 2, 2 + PeerConnection.MAX_MESSAGE_SIZE_BYTES),
  TAKEN(0x31, 1, 1);

  /// A side that does not know a type skips it from here on; all below must be understood.
  static final int FIRST_SKIPPABLE = 0x80;

  private static final FrameType[] BY_CODE = new FrameType[FIRST_SKIPPABLE];

  static {
    for (FrameType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;
  private final int minBodyBytes;
  private final int maxBodyBytes;

  FrameType(int code, int minBodyBytes, int maxBodyBytes) {
    this.code = code;
    this.minBodyBytes = minBodyBytes;
    this.maxBodyBytes = maxBodyBytes;
  }

  static Optional<FrameType> of(int code) {
    return code < FIRST_SKIPPABLE ? Optional.ofNullable(BY_CODE[code]) : Optional.empty();
  }

  int code() {
    return code;
  }

  boolean allows(long bodyBytes) {
    return bodyBytes >= minBodyBytes && bodyBytes <= maxBodyBytes;
  }
}
