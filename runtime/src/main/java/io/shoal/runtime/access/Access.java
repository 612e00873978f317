package io.shoal.runtime.access;

import io.shoal.api.PeerId;
import io.shoal.api.SwarmSecret;
import java.util.Optional;
import java.util.Set;

/// Which peers may take part: this node exchanges nothing about content with any other.
public sealed interface Access {

  /// Every peer that knows an id.
  record Open() implements Access {}

  /// Some peers, by their proven identity.
  record AllowList(Set<PeerId> peers) implements Access {
    public AllowList {
      peers = Set.copyOf(peers);
    }
  }

  /// All peers that prove that they have the same secret.
  record Secret(SharedSecret secret) implements Access {}

  /// The word for it in the configuration and in `status`.
  default String word() {
    return switch (this) {
      case Open _ -> "open";
      case AllowList _ -> "allow-list";
      case Secret _ -> "shared-secret";
    };
  }

  /// The secret, as plugins may use it.
  default Optional<SwarmSecret> swarmSecret() {
    return switch (this) {
      case Secret(SharedSecret secret) -> Optional.of(secret);
      case Open _, AllowList _ -> Optional.empty();
    };
  }
}
