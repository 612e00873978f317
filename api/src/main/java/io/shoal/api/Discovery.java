package io.shoal.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds peers that have a root or a chunk, and announces what this node has.
///
/// Any number of discoveries work side by side; the node merges what they find. Each result of a
/// discovery is a hint: content is verified, and an address is dialled only within the limits of
/// the node.
///
/// A discovery that only reads, such as a list of peers in a file, implements [#findProviders] and
/// [#status] and leaves the rest as it is.
///
/// All methods may be called from any number of threads at once.
public non-sealed interface Discovery extends Extension {

  /// Says where this node is reached from now on. Called once after [#start], before anything is
  /// announced, and again whenever it changes, each time with all endpoints. Calls come one after
  /// the other. Returns at once.
  ///
  /// What is announced is announced at the new endpoints by itself, with its next renewal at the
  /// latest; endpoints that are gone are renewed no longer. A discovery that finds peers without
  /// regard to content, as in a local network, reports this node from here on, whether or not
  /// anything is announced.
  ///
  /// @param endpoints what the transports listen at; an unspecified host (`0.0.0.0`, `[::]`) means
  ///   "wherever you saw me". None: this node cannot be reached. How many of them cannot be
  ///   announced at all is in [DiscoveryStatus#inexpressibleEndpoints]
  default void reachableAt(List<PeerAddress> endpoints) {}

  /// Announces that this node has `cid` at its endpoints, and goes on renewing that until
  /// [#withdraw] or [#close]. Returns when the announcement is taken up, which may be before any
  /// other party heard of it; [#status] says how far it is. It may wait only until earlier calls
  /// are taken up. An announcement that fails is tried again by itself. Announcing again what is
  /// announced does nothing.
  ///
  /// Nothing of this survives a restart: the node announces again at every start. It may announce a
  /// million CIDs one after the other, so a discovery queues and paces them.
  ///
  /// @param cid what this node has, in version 1
  /// @throws InterruptedException interrupted; whether it is taken up is not known
  default void announce(Cid cid) throws InterruptedException {}

  /// Stops renewing. Copies that other parties hold expire by themselves. Does nothing for a CID
  /// that is not announced. Returns at once.
  ///
  /// @param cid what was given to [#announce]
  default void withdraw(Cid cid) {}

  /// Looks for providers and reports each to `sink` as soon as it is known, from the calling
  /// thread, each address once. Returns when the search is exhausted or the sink has enough, at
  /// most two minutes. The address of this node itself may be among them: the node does not dial
  /// it.
  ///
  /// A CID of the codec [Cid#TORRENT_INFO] names a BitTorrent swarm: its digest is the info-hash,
  /// and the scheme is `bt`.
  ///
  /// @param cid what is searched
  /// @param schemes the transports' schemes that the node can dial; others are of no use to it
  /// @param sink takes what is found
  /// @throws RetryableException the search could not be made at all now (no peer of the discovery
  ///   answers); the message says why and what to do
  /// @throws ShoalException it cannot be made at all until somebody acts: a server refuses the key
  ///   of the configuration ([UserFaultException])
  /// @throws InterruptedException interrupted
  void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws ShoalException, InterruptedException;

  /// Its state: for `shoal status`, and for the line that advises an isolated user. Cheap, never
  /// blocks, and has an answer before [#start] and after [#close] too.
  ///
  /// @return the state of now, or of less than a second ago
  DiscoveryStatus status();

  /// As its [#status] says.
  ///
  /// @return [DiscoveryStatus#advice]
  @Override
  default List<String> advice() {
    return status().advice();
  }

  /// The ability to hold small signed records, if this discovery has it. The same answer from
  /// [#start] to [#close]; configuration may turn it off.
  ///
  /// @return the ability, or empty
  default Optional<SignedRecords> signedRecords() {
    return Optional.empty();
  }

  /// Takes providers as they are found.
  @FunctionalInterface
  interface ProviderSink {
    /// Takes one provider. Only the discovery knows over which link it learned an address, so it is
    /// the one that keeps strangers from pointing this node at ports of its own machine or network:
    /// it reports no address whose scope is narrower than that link's. A loopback address is
    /// reported only if it came from loopback, one of a private network only if it came from that
    /// or from loopback, a global one always; unspecified and multicast addresses never. The node
    /// adds its own limits: it dials no port below 1024, and no host often. What the operator named
    /// ([Provider#fromOperator]) has neither rule nor limit.
    ///
    /// @param provider a peer that may have it
    /// @return whether to go on; `false` ends the search
    boolean found(Provider provider);
  }
}
