package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.destination.Checkpoints;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Where the leaves of a download go; made when its plan is known. Calls come on the download's
/// thread, but for those of takers, which run on the receivers' threads, several at once.
///
/// In order: [#prepare]; for every leaf [#placeNode] or [#find]; [#requireRoom]; [#advance],
/// [#taker] and [#arrived] while the download runs; then [#complete], or only [#close] if it fails.
sealed interface LeafSink permits IntoFile, IntoReader, IntoStore {

  /// A leaf that was here before.
  ///
  /// @param fileBytes how many bytes of files it makes, in all its places
  record Found(int sizeBytes, long fileBytes) {}

  /// Keeps account of the chunks that peers may ask for.
  Checkpoints checkpoints();

  /// What is not written since the destination cannot hold its name, each with the reason.
  default List<String> leftOut() {
    return List.of();
  }

  /// Makes the places.
  default void prepare() throws ShoalException, IOException, InterruptedException {}

  /// Compares the plan with the room for it, where an earlier attempt left something: before this
  /// nothing says how much of it is here.
  default void requireRoom() throws ShoalException, IOException {}

  /// Whether the sink itself asks the swarm for leaves, a few at a time; otherwise all are wanted
  /// at once.
  default boolean asksForLeaves() {
    return false;
  }

  /// A leaf in dag-pb form came as a node; its file bytes are inside.
  default void placeNode(int position, Cid cid)
      throws ShoalException, IOException, InterruptedException {}

  /// Looks for a leaf on this machine, and puts it into place if it is there.
  Optional<Found> find(int position, Cid cid)
      throws ShoalException, IOException, InterruptedException;

  /// Takes a leaf's verified bytes.
  ChunkReceiver.Taker taker(int position, Cid cid);

  /// The taker of a leaf has ended well.
  default void arrived(int position) throws MalformedContentException {}

  /// Asks for more leaves if there is room for them.
  default void advance() throws ShoalException, IOException {}

  /// Whether every leaf was asked for.
  default boolean allAskedFor() {
    return true;
  }

  /// Whether peers are needed now.
  default boolean lacks() {
    return true;
  }

  /// Every leaf is in its place, and checkpointed: makes the result visible.
  default void complete() throws ShoalException, IOException {}

  /// Closes the files. Written bytes stay.
  default void close() throws IOException {}
}
