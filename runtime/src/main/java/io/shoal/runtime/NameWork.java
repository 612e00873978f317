package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.naming.NamePublisher;
import io.shoal.runtime.naming.NameResolver;
import io.shoal.runtime.naming.NameValue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The commands on names that need to know what is here.
final class NameWork {
  /// How long peers are asked about a root that is not here: a hint is not worth more.
  private static final Duration HEARSAY_PATIENCE = Duration.ofSeconds(10);

  private final NameResolver names;
  private final NamePublisher publisher;
  private final StoreWork store;
  private final ReferenceResolver resolver;

  NameWork(
      NameResolver names, NamePublisher publisher, StoreWork store, ReferenceResolver resolver) {
    this.names = names;
    this.publisher = publisher;
    this.store = store;
    this.resolver = resolver;
  }

  NameCommands.PublishedName publish(NameCommands.PublishRequest request)
      throws ShoalException, IOException, InterruptedException {
    ReferenceResolver.Resolved resolved =
        resolver.resolve(request.reference(), Optional.of(request.timeout()), List.of());
    return publisher.publish(request, facts(resolved));
  }

  /// A root may be published before it is here: then the name, the size and the kind are what the
  /// reference says, or unknown.
  private NamePublisher.Facts facts(ReferenceResolver.Resolved resolved)
      throws ShoalException, IOException {
    StoreCommands.ContentStat stat;
    try {
      stat = store.stat(resolved.root());
    } catch (NotFoundException e) {
      return new NamePublisher.Facts(resolved.root(), resolved.name(), -1, Optional.empty());
    }
    Optional<String> name =
        resolved.name().or(stat::name).filter(given -> NameRules.fault(given).isEmpty());
    return new NamePublisher.Facts(
        resolved.root(),
        name,
        stat.sizeBytes(),
        Optional.of(stat.kind()).filter(kind -> !kind.equals("unknown")));
  }

  NameCommands.PublishingKey key(HostKey key, Optional<Path> file) {
    return new NameCommands.PublishingKey(
        key.peerId().toCid().toString(), file.map(Path::toString), List.of());
  }

  StoreCommands.ContentStat stat(Cid root)
      throws ShoalException, IOException, InterruptedException {
    try {
      return store.stat(root);
    } catch (NotFoundException e) {
      NameValue.Target said = names.about(root, HEARSAY_PATIENCE).orElseThrow(() -> e);
      return new StoreCommands.ContentStat(
          root.toString(),
          said.kind().orElse("unknown"),
          said.fileName(),
          said.sizeBytes(),
          -1,
          0,
          false,
          Optional.empty(),
          true,
          Optional.empty());
    }
  }
}
