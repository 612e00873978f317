package io.shoal.wire.connection;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.RemotePeer;
import io.shoal.wire.Frame;
import io.shoal.wire.WireLimits;
import io.shoal.wire.address.HostPort;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// The hellos of a connection: what this node says of itself, and what the peer's hello and its
/// certificate say of the peer. On the event loop.
///
/// @param dialled the address that this node dialled; empty if the peer did
record Handshake(
    ConnectionContext shared, String scheme, Optional<PeerAddress> dialled, Carrier carrier) {

  /// The facts of a peer that said hello.
  ///
  /// @param channelBinding of the handshake; empty without TLS
  /// @param maxRequests how many requests it takes at once
  record Greeting(RemotePeer remote, Optional<byte[]> channelBinding, int maxRequests) {}

  Frame.Hello ownHello() {
    return new Frame.Hello(
        shared.nonce(),
        WireLimits.MAX_REQUESTS,
        shared.listenPorts().getOrDefault(scheme, 0),
        scheme,
        shared.agent(),
        List.of());
  }

  /// Takes in the peer's hello.
  ///
  /// @throws PeerFaultException it is this node itself, or its certificate proves no peer id
  Greeting greeted(Frame.Hello hello) throws PeerFaultException {
    Optional<PeerProof> proof = carrier.proof();
    Optional<PeerId> proven = proof.map(PeerProof::peerId);
    if (!hello.nonce().equals(shared.nonce()) && proven.filter(shared.self()::equals).isPresent()) {
      throw new PeerFaultException(shared.twin().met(carrier.remote()));
    }
    if (hello.nonce().equals(shared.nonce())) {
      throw new PeerFaultException(
          "the address leads to this node itself, " + shared.self() + ": dial another");
    }
    InetSocketAddress seen = carrier.remote();
    PeerAddress address =
        dialled.orElseGet(
            () -> PeerAddress.of(HostPort.of(seen.getAddress(), seen.getPort()).uri(scheme)));
    Optional<PeerAddress> listens =
        hello.listenPort() == 0
            ? Optional.empty()
            : Optional.of(
                new PeerAddress(
                    HostPort.of(seen.getAddress(), hello.listenPort()).uri(scheme), proven));
    RemotePeer remote =
        RemotePeer.at(new PeerAddress(address.uri(), proven))
            .listenAddress(listens)
            .provenId(proven)
            .agent(hello.agent())
            .outbound(dialled.isPresent())
            .build();
    return new Greeting(remote, proof.map(PeerProof::channelBinding), hello.maxRequests());
  }
}
