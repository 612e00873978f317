package io.shoal.wire;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerFaultException;
import io.shoal.api.Refusal;

/// The effects of a [ConnectionMachine]. Called in order from the machine's own thread, from within
/// the machine's methods: an implementation must not call the machine back before they returned,
/// except for [ConnectionMachine#refuse].
public interface ConnectionEvents {

  /// Puts this frame on the wire, behind all before it. Chunk bytes follow a [Frame.Data].
  void send(Frame frame);

  /// The peer's hello is here: the connection is open.
  ///
  /// @throws PeerFaultException the peer is not acceptable
  void greeted(Frame.Hello hello) throws PeerFaultException;

  /// Our request `id` is being answered with a chunk of this size.
  void answered(int id, int sizeBytes);

  /// The chunk bytes that come next belong to our request `id`; if it was cancelled they are to be
  /// thrown away.
  void arriving(int id);

  /// Our request `id` has all its bytes. Its id is forgotten.
  void ended(int id);

  /// Our request `id` ends without (all) its bytes. Its id is forgotten.
  void refused(int id, Refusal reason);

  /// The peer asks for a chunk; end it with [ConnectionMachine#end] or [ConnectionMachine#refuse].
  void requested(int id, ChunkRequest request, int creditBytes);

  /// The peer gives more credit to its request.
  void credited(int id, int sizeBytes);

  /// The peer takes its request back; it is still to be ended.
  void takenBack(int id);

  /// The peer wants to know what we have of a DAG.
  void watched(int id, Cid root);

  /// The peer ended its watch.
  void unwatched(int id);

  /// The peer reports what it has of the DAG of our watch.
  void updated(int id, Availability update);

  /// A message from the peer; call [ConnectionMachine#take] once it was handed on.
  void message(int type, byte[] bytes);

  /// The peer took so many of our messages.
  void taken(int count);

  /// Our ping came back.
  void pong(long token);

  /// The peer says good-bye; nothing follows.
  void goodbye(GoodbyeCode code, String text);
}
