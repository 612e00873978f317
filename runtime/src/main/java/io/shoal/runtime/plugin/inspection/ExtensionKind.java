package io.shoal.runtime.plugin.inspection;

import io.shoal.api.ChunkStore;
import io.shoal.api.Discovery;
import io.shoal.api.Extension;
import io.shoal.api.NodeObserver;
import io.shoal.api.Transport;
import io.shoal.api.Verifier;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The kinds of extensions, in the order in which they are started: verifiers before stores, and
/// both before those that let strangers in.
public enum ExtensionKind {
  VERIFICATION(Verifier.class),
  STORAGE(ChunkStore.class),
  DISCOVERY(Discovery.class),
  TRANSPORT(Transport.class),
  OBSERVER(NodeObserver.class);

  private final Class<? extends Extension> type;

  ExtensionKind(Class<? extends Extension> type) {
    this.type = type;
  }

  /// The interface that an extension of this kind implements.
  public Class<? extends Extension> type() {
    return type;
  }

  /// The kinds that a node needs.
  ///
  /// @param peers whether it may connect to peers, or only works on its store
  public static Set<ExtensionKind> needed(boolean peers) {
    return peers
        ? EnumSet.allOf(ExtensionKind.class)
        : EnumSet.of(ExtensionKind.STORAGE, ExtensionKind.VERIFICATION);
  }

  /// Its name in the configuration: `storage` for `active.storage`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The kind whose interface has this name.
  static Optional<ExtensionKind> ofType(String className) {
    return Stream.of(values()).filter(kind -> kind.type.getName().equals(className)).findAny();
  }
}
