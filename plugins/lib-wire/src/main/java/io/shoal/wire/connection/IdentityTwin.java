package io.shoal.wire.connection;

import io.shoal.api.PeerId;
import io.shoal.wire.address.HostPort;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notices another node that runs with this node's identity: a data folder was copied. Peers take
/// the two for one, and neither reaches the other. Usable from any thread.
public final class IdentityTwin {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityTwin.class);

  private final PeerId self;
  private volatile Optional<String> problem = Optional.empty();

  public IdentityTwin(PeerId self) {
    this.self = self;
  }

  /// A node there proved to have this node's key, and is not this node.
  ///
  /// @return the problem with its cure
  String met(InetSocketAddress at) {
    String now =
        "another node, at %s, runs with this node's identity %s, so that peers take the two for one: stop it and remove runtime files and identity.key from its copy of the data folder"
            .formatted(HostPort.of(at.getAddress(), at.getPort()), self);
    if (problem.isEmpty()) {
      LOG.warn("{}", now);
    }
    problem = Optional.of(now);
    return now;
  }

  /// For the user.
  public List<String> advice() {
    return problem.stream().toList();
  }
}
