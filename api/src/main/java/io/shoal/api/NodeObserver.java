package io.shoal.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Hears of what happens in a node: for hooks, mirrors and notifications. An observer changes
/// nothing by what it returns or throws.
///
/// ### Calls
///
/// Events come on virtual threads, one at a time for an observer, in the order in which they
/// happened, first [#ready], last [#stopping]. Each call may block for a minute; then it is
/// interrupted. The node does not wait for any but the last: up to 1,024 events wait for a slow
/// observer, and beyond that the oldest is left out, which the node logs and counts. So an observer
/// that must know everything compares with [NodeAccess#roots] at times. What a call throws is
/// logged in one line, and the next event comes all the same.
///
/// Observers run in every node that may connect to peers, also for the time of a single `shoal
/// get`; not for commands that only work on the store, such as `shoal add` while no node runs.
@Experimental
public non-sealed interface NodeObserver extends Extension {

  /// The node is ready: [PluginContext#node] works from here on.
  default void ready() {}

  /// A download into a file, a folder or the store ended, well or not; files are in their place.
  /// One that only waited for room on the disk has not ended. What is only read through (`shoal
  /// cat`) and a `get` of what is there already are no downloads.
  ///
  /// @param download what it was
  default void downloadEnded(Download download) {}

  /// A root was added to those that this node has and keeps: all of it is here and durable.
  ///
  /// @param root the root
  default void rootAdded(Root root) {}

  /// A root is not kept any more, nor announced: the user or a plugin released it.
  ///
  /// @param root the root as it was
  default void rootReleased(Root root) {}

  /// The node is about to stop: downloads have ended, nobody connects any more, and what is here
  /// can still be read. The last event; the node waits for it, and for those before it, five
  /// seconds in all.
  default void stopping() {}

  /// A root of this node. Made by the node; later versions may tell more.
  interface Root {

    /// The root.
    ///
    /// @return in version 1
    Cid cid();

    /// Its name.
    ///
    /// @return empty if the node has none for it
    Optional<String> name();

    /// Where the user's files lie that are served in place.
    ///
    /// @return absolute; empty for a root whose chunks are in the store
    Optional<Path> path();

    /// The bytes of its files together.
    ///
    /// @return its size in bytes
    long sizeBytes();

    /// Whether it is a folder.
    ///
    /// @return false for a file
    boolean isFolder();

    /// Whether the user forbade to announce it. A plugin that passes on what it hears leaves such a
    /// root out.
    ///
    /// @return the sharing rule at the time of the event
    boolean isPrivate();
  }

  /// A download that ended. Made by the node; later versions may tell more.
  interface Download {

    /// What was downloaded.
    ///
    /// @return in version 1
    Cid root();

    /// Where the file or folder was to be put, and is if nothing failed.
    ///
    /// @return absolute; empty for a download into the store alone
    Optional<Path> path();

    /// How many bytes its files have.
    ///
    /// @return the size in bytes; 0 if it failed before that was known
    long sizeBytes();

    /// How long it took, with the time that it waited for room.
    ///
    /// @return not negative
    Duration took();

    /// Why it failed.
    ///
    /// @return one line; empty if all of it is here and checked
    Optional<String> failure();

    /// Whether the user forbade to announce the root.
    ///
    /// @return the sharing rule at the time of the event
    boolean isPrivate();
  }
}
