package io.shoal.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds peers that have a root or a chunk, and announces what this node has.
///
/// Any number of discoveries work side by side; the node merges what they find. Each result of a
/// discovery is a hint: content is verified, and an address is dialled only within the limits of
/// the node.
public non-sealed interface Discovery extends Extension {

  /// Announces that this node has `cid` at `endpoints`, and goes on renewing that until [#withdraw]
  /// or [#close]. Blocks until the first announcement ended, at most a minute; renewals follow by
  /// themselves, before the announcement expires. Announcing again with other endpoints replaces
  /// them.
  ///
  /// Nothing of this survives a restart: the node announces again at every start.
  ///
  /// @param endpoints what [Transport#listen] returned; an unspecified host (`0.0.0.0`, `[::]`)
  ///   means "wherever you saw me"
  /// @return the outcome for each endpoint, in any order
  /// @throws InterruptedException interrupted; renewing goes on
  Map<PeerAddress, Announcement> announce(Cid cid, List<PeerAddress> endpoints)
      throws InterruptedException;

  /// Stops renewing. Copies that other parties hold expire by themselves. Does nothing for a CID
  /// that is not announced.
  void withdraw(Cid cid);

  /// Looks for providers and reports each to `sink` as soon as it is known, from the calling
  /// thread, each address once. Returns when the search is exhausted or the sink has enough, at
  /// most two minutes.
  ///
  /// @param schemes the transports' schemes that the node can dial; others are of no use to it
  /// @throws RetryableException the search could not be made at all now (no peer of the discovery
  ///   answers); the message says why and what to do
  /// @throws InterruptedException interrupted
  void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws RetryableException, InterruptedException;

  /// Its state: for `shoal status`, and for the line that advises an isolated user. Cheap, never
  /// blocks.
  DiscoveryStatus status();

  /// The ability to hold small signed records, if this discovery has it. The same answer from
  /// [#start] to [#close]; configuration may turn it off.
  Optional<SignedRecords> signedRecords();

  /// The ability to show how it works inside, if this discovery has it. Always the same answer.
  default Optional<Inspection> inspection() {
    return Optional.empty();
  }

  /// The outcome of an announcement for one endpoint.
  enum Announcement {
    /// At least one other party keeps it now.
    ANNOUNCED,
    /// This discovery cannot express such an address; that will not change.
    NOT_EXPRESSIBLE,
    /// No party took it this time; it is tried again by itself.
    FAILED
  }

  /// Takes providers as they are found.
  @FunctionalInterface
  interface ProviderSink {
    /// Takes one provider. Only the discovery knows over which link it learned an address, so it is
    /// the one that keeps strangers from pointing this node at ports of its own machine or network:
    /// it reports no address whose scope is narrower than that link's. A loopback address is
    /// reported only if it came from loopback, one of a private network only if it came from that
    /// or from loopback, a global one always; unspecified and multicast addresses never. The node
    /// adds its own limits: it dials no port below 1024, and no host often.
    ///
    /// @param provider where a provider is said to be
    /// @return whether to go on; `false` ends the search
    boolean found(PeerAddress provider);
  }
}
