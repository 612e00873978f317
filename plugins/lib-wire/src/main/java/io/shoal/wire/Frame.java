package io.shoal.wire;

import io.shoal.api.Cid;
import io.shoal.api.Refusal;
import java.util.List;
import java.util.Optional;

/// One frame of the protocol `shoal/1`, as `protocol-tcp.md` lays it out. All numbers are big
/// endian.
///
/// The side that asks chooses the ids of requests and watches, each kind in a space of its own and
/// each side in its own; they begin at 1 or more and only grow, so that none is ever used twice.
public sealed interface Frame {

  /// The first frame of each side, sent without waiting for the other's.
  ///
  /// @param nonce 16 random bytes, the same on all connections of a node's run: a node that reads
  ///   its own talks to itself
  /// @param maxRequests how many requests without their end the sender takes, 1 to
  ///   [WireLimits#MAX_REQUESTS]
  /// @param listenPort where the sender accepts connections of the same scheme; 0 for nowhere
  /// @param scheme the URI scheme that the sender believes to speak
  /// @param agent what the sender calls its program: up to 64 printable ASCII characters
  /// @param features what the sender can do: up to 32 words of 1 to 32 characters `a-z 0-9 . / -`
  record Hello(
      Nonce nonce,
      int maxRequests,
      int listenPort,
      String scheme,
      String agent,
      List<String> features)
      implements Frame {
    public Hello {
      features = List.copyOf(features);
    }
  }

  /// The sender closes the connection.
  ///
  /// @param code why
  /// @param text one line of at most 256 printable ASCII characters, for the log
  record Goodbye(GoodbyeCode code, String text) implements Frame {}

  /// Asks for a [Pong] with the same token; at most one at a time.
  record Ping(long token) implements Frame {}

  /// Answers a [Ping].
  record Pong(long token) implements Frame {}

  /// Asks for a chunk.
  ///
  /// @param creditBytes how many bytes of the chunk may be sent before more credit is given
  /// @param root the DAG in whose course it is asked for
  record Request(int id, int creditBytes, Cid cid, Optional<Cid> root) implements Frame {}

  /// The chunk comes, and has this size.
  record Answer(int id, int sizeBytes) implements Frame {}

  /// The head of a DATA frame. The chunk's bytes follow it on the wire and are handed on apart, as
  /// they arrive.
  ///
  /// @param sizeBytes 1 to [WireLimits#MAX_DATA_SIZE_BYTES]
  record Data(int id, int sizeBytes) implements Frame {}

  /// All bytes of the chunk were sent and the sender still trusts them.
  record End(int id) implements Frame {}

  /// The chunk does not come, or no more of it.
  record Refuse(int id, Refusal reason) implements Frame {}

  /// Further bytes may be sent.
  record Credit(int id, int sizeBytes) implements Frame {}

  /// The request is taken back; the other side still ends it, with [Refuse] or, if that was on its
  /// way, [End].
  record Cancel(int id) implements Frame {}

  /// Asks what the peer has of a DAG, now and later.
  record Watch(int id, Cid root) implements Frame {}

  /// Ends a watch.
  record Unwatch(int id) implements Frame {}

  /// The peer cannot say what it has.
  record Unknown(int id) implements Frame {}

  /// The peer has everything.
  record Complete(int id) implements Frame {}

  /// A part of what the peer has. Parts come in order; one with `firstPosition` 0 begins anew. The
  /// snapshot counts once the last part is here; positions past its bits are not held.
  ///
  /// @param size positions of the DAG
  /// @param firstPosition the position of the first bit, a multiple of 8
  /// @param last whether this is the last part
  /// @param bits position `firstPosition + n` is bit `n % 8` (least significant first) of byte `n /
  ///   8`; at most 64 KiB
  @SuppressWarnings("ArrayRecordComponent") // up to 64 KiB on the way to a BitSet; never compared
  record Snapshot(int id, int size, int firstPosition, boolean last, byte[] bits)
      implements Frame {}

  /// The positions that the peer got since.
  ///
  /// @param positions strictly growing, 1 to 4,096 of them
  @SuppressWarnings("ArrayRecordComponent") // as io.shoal.api.Availability.Gained has them
  record Gained(int id, int[] positions) implements Frame {}

  /// A message of the node.
  ///
  /// @param type 0 to 65,535
  /// @param bytes at most 32 KiB
  @SuppressWarnings("ArrayRecordComponent") // handed on as it is; never compared
  record Message(int type, byte[] bytes) implements Frame {}

  /// So many messages were taken: as many more may be sent.
  ///
  /// @param count 1 to [WireLimits#MAX_MESSAGES_UNTAKEN]
  record Taken(int count) implements Frame {}
}
