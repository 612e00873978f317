package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.naming.NamePublisher;
import io.shoal.runtime.naming.NameValue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a user does with names, where it touches what is here.
final class NameWork {
  /// How long others are asked about a root that is not here: a hint is not worth more.
  private static final Duration HEARSAY_PATIENCE = Duration.ofSeconds(10);

  private final NodeCore core;
  private final StoreWork store;
  private final TransferWork transfers;

  NameWork(NodeCore core, StoreWork store, TransferWork transfers) {
    this.core = core;
    this.store = store;
    this.transfers = transfers;
  }

  NameCommands.PublishedName publish(NameCommands.PublishRequest request)
      throws ShoalException, IOException, InterruptedException {
    TransferWork.Resolved resolved =
        transfers.resolve(request.reference(), Optional.of(request.timeout()), List.of());
    return core.publisher().publish(request, facts(resolved));
  }

  /// A root may be published before it is here: then the name, the size and the kind are what the
  /// reference says, or unknown.
  private NamePublisher.Facts facts(TransferWork.Resolved resolved)
      throws ShoalException, IOException {
    NodeCommands.ContentStat stat;
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

  NodeCommands.ContentStat stat(Cid root) throws ShoalException, IOException, InterruptedException {
    try {
      return store.stat(root);
    } catch (NotFoundException e) {
      NameValue.Target said = core.names().about(root, HEARSAY_PATIENCE).orElseThrow(() -> e);
      return new NodeCommands.ContentStat(
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
