package io.shoal.api;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The node itself, as far as a plugin may use it: for gateways, mirrors and policies. Made by the
/// node.
///
/// Usable from any number of threads at once. The node is ready some time after every plugin was
/// started; until then a call waits, at most ten seconds, and ends with a [RetryableException]. So
/// [Extension#start] makes no such call: the node waits for it in its turn. [NodeObserver#ready]
/// says when the node is ready. Once the node is closed every method throws
/// [IllegalStateException].
@Experimental
public interface NodeAccess {

  /// The roots that [#open] opens: what this node has and may give to others.
  ///
  /// @return in version 1, in no order
  /// @throws RetryableException the node is not ready yet
  /// @throws InterruptedException interrupted
  List<Cid> roots() throws RetryableException, InterruptedException;

  /// Opens a root that is here and may be given to others, or what is in it at `path`. Only what is
  /// here is looked at: nothing is fetched, and the content may turn out to have gaps.
  ///
  /// Roots that were added or downloaded are here, and those whose download to a file runs. A root
  /// with the rule `private` counts as not here, so that nobody learns of it. The rule is looked at
  /// here alone: a content that is open already can be read to its end.
  ///
  /// @param root the root, of any version
  /// @param path names with `/` between them, not encoded; empty for the root itself. It may come
  ///   from a stranger as it is
  /// @return the content, which the caller closes; empty if the root is not here, or is private
  /// @throws NoSuchPathException the root is here, and has nothing at `path`, or something that is
  ///   neither file nor folder
  /// @throws RetryableException a part that leads to `path` is not here, 256 contents are open, or
  ///   the node is not ready yet
  /// @throws PermanentException what is here is not a valid file or folder
  /// @throws IOException the medium failed; [java.io.InterruptedIOException], with the thread's
  ///   flag set, if interrupted
  /// @throws InterruptedException interrupted
  Optional<Content> open(Cid root, String path)
      throws ShoalException, IOException, InterruptedException;

  /// Waits for the turn of a peer that is served in another system's way, such as a browser. It
  /// stands in the same line as the peers that ask for chunks, and its bytes count in the same
  /// limits. The peer is known by its host, whatever the port; one on this machine by its whole
  /// address. Waits at most 30 s.
  ///
  /// @param to where the bytes go; the scheme need not be one that a transport has
  /// @return the turn, which the caller closes
  /// @throws RefusedException with [Refusal.Denied] if the peer is banned, if this node serves
  ///   nobody, or if `access` is not `open`, since the peers of another system prove nothing that
  ///   its rules could be held to; with [Refusal.Busy] if too many wait, or the turn did not come
  ///   in time
  /// @throws RetryableException the node is not ready yet
  /// @throws InterruptedException interrupted
  Upload upload(PeerAddress to) throws RefusedException, RetryableException, InterruptedException;

  /// Searches by all active discoveries at once, and returns when all have ended, as
  /// [Discovery#findProviders]. Says to strangers that this node looks for `cid`.
  ///
  /// @param cid what is searched
  /// @param schemes those that the caller can use, also such that no transport has
  /// @param sink is given each address once, from the calling thread, at most 10,000; the rules of
  ///   [Discovery.ProviderSink#found] for narrow addresses hold
  /// @throws RetryableException no discovery could make the search now, or the node is not ready
  ///   yet
  /// @throws ShoalException no discovery could make the search until somebody acts
  /// @throws InterruptedException interrupted
  void findProviders(Cid cid, Set<String> schemes, Discovery.ProviderSink sink)
      throws ShoalException, InterruptedException;

  /// Fetches what is missing of a root into the store, as `shoal get --keep` does, and pins it. All
  /// of it is durable when this returns. For a root that is here already it only pins. Ends if five
  /// minutes pass without a verified byte.
  ///
  /// @param root the root
  /// @throws ShoalException as `shoal get`: it cannot be found or fetched, or the user must act;
  ///   what arrived stays until the next garbage collection
  /// @throws IOException the medium failed
  /// @throws InterruptedException interrupted, or the node stops
  void pin(Cid root) throws ShoalException, IOException, InterruptedException;

  /// Releases a root that [#pin], `shoal pin` or `shoal get --keep` pinned: it is announced no
  /// longer, and the next garbage collection removes it. Does nothing if it is not here. Unpin only
  /// what you pinned: the node does not know whose pin it is.
  ///
  /// @param root the root
  /// @throws UserFaultException it lies in the user's own files: only the user releases it
  /// @throws RetryableException the node is not ready yet
  /// @throws IOException the index of roots could not be written; the root stays
  /// @throws InterruptedException interrupted
  void unpin(Cid root) throws ShoalException, IOException, InterruptedException;
}
