package io.shoal.wire;

import io.shoal.api.ChunkStore;
import io.shoal.api.PeerConnection;

/// The limits of the protocol. Every number is checked before anything is allocated for it.
public final class WireLimits {
  /// Length (4) and type (1) in front of every frame's body.
  public static final int HEAD_SIZE_BYTES = 5;

  /// The request's id in front of a DATA frame's bytes.
  public static final int DATA_PREFIX_SIZE_BYTES = 4;

  /// Chunk bytes in one DATA frame: large enough that heads cost nothing, small enough that
  /// requests on one connection take turns.
  public static final int MAX_DATA_SIZE_BYTES = 256 * 1024;

  /// A hello with the longest agent and 32 features of full length stays below 1.2 KiB; the rest is
  /// room for what later versions append.
  public static final int MAX_HELLO_SIZE_BYTES = 4 * 1024;

  /// Bits of a snapshot in one frame, in bytes: 524,288 positions.
  public static final int MAX_SNAPSHOT_PART_SIZE_BYTES = 64 * 1024;

  /// The API's limit on [io.shoal.api.Availability.Snapshot].
  public static final int MAX_POSITIONS = 1 << 23;

  /// The API's limit on [io.shoal.api.Availability.Gained].
  public static final int MAX_GAINED_POSITIONS = 4096;

  /// Frames of types that this version does not know are read past up to this size.
  public static final int MAX_SKIPPED_SIZE_BYTES = 64 * 1024;

  /// Text of a goodbye: one line for the other side's log.
  public static final int MAX_GOODBYE_SIZE_BYTES = 256;

  /// Requests without their end on one connection.
  public static final int MAX_REQUESTS = PeerConnection.MAX_REQUESTS;

  /// Unspent credit of one request: more than the largest chunk is never of use.
  public static final int MAX_CREDIT_SIZE_BYTES = ChunkStore.MAX_CHUNK_SIZE_BYTES;

  /// Watches of one side on one connection; the API's number.
  public static final int MAX_WATCHES = 1024;

  /// Messages sent that the other side has not taken yet; the API's number.
  public static final int MAX_MESSAGES_UNTAKEN = 64;

  /// The longest a peer may be asked to wait, the API's limit on [io.shoal.api.Refusal.Busy].
  public static final int MAX_RETRY_AFTER_MILLIS = 60_000;

  /// Characters of the program's name in a hello.
  public static final int MAX_AGENT_CHARS = 64;

  /// Words in a hello that say what a side can do.
  public static final int MAX_FEATURES = 32;

  /// Characters of one such word.
  public static final int MAX_FEATURE_CHARS = 32;

  private WireLimits() {}
}
