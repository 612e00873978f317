package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.content.FolderPath;
import io.shoal.runtime.discovery.DigestLookup;
import io.shoal.runtime.discovery.PeerNetwork;
import io.shoal.runtime.discovery.ProviderSearch;
import io.shoal.runtime.discovery.SingleChunks;
import io.shoal.runtime.naming.NameResolver;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the root that a user's reference names.
final class ReferenceResolver {
  private static final Logger LOG = LoggerFactory.getLogger(ReferenceResolver.class);

  /// For the resolution of a name, where the user sets no time.
  private static final Duration NAME_PATIENCE = Duration.ofSeconds(60);

  /// For each node on the way to a path, where the user sets no time.
  private static final Duration NODE_PATIENCE = Duration.ofSeconds(60);

  private final LocalStore local;
  private final RootIndex index;
  private final DigestLookup digests;
  private final NameResolver names;
  private final PeerNetwork network;

  ReferenceResolver(
      LocalStore local,
      RootIndex index,
      DigestLookup digests,
      NameResolver names,
      PeerNetwork network) {
    this.network = network;
    this.local = local;
    this.index = index;
    this.digests = digests;
    this.names = names;
  }

  /// The root that a reference names.
  ///
  /// @param name what it is called, if the reference says
  /// @param digest what its bytes must hash to as a whole, if that is all the user knows
  /// @param providersOf the root that its providers announce: itself, or the folder that it is in
  /// @param hints where a provider may be, as the reference says
  /// @param claimedBytes how large it is, as the reference says
  record Resolved(
      Cid root,
      Optional<String> name,
      Optional<String> digest,
      Cid providersOf,
      List<PeerAddress> hints,
      OptionalLong claimedBytes) {}

  /// The root, from here or from other peers.
  ///
  /// @param peers addresses to use instead of discovery, if there are any
  Resolved resolve(Reference reference, Optional<Duration> timeout, List<PeerAddress> peers)
      throws ShoalException, IOException, InterruptedException {
    return switch (reference) {
      case Reference.Content content ->
          whole(content.root().toV1(), content.name(), Optional.empty(), reference);
      case Reference.WholeDigest digest -> {
        Optional<Cid> root = digests.find(digest.hex(), timeout, peers);
        yield whole(
            root.orElseThrow(
                () ->
                    new NotFoundException(
                        "no peer knows a file with sha256:"
                            + digest.hex()
                            + ": ask for its root, or have it added with --sha256")),
            Optional.empty(),
            Optional.of(digest.hex()),
            reference);
      }
      case Reference.SignedName name -> named(name, timeout.orElse(NAME_PATIENCE));
      case Reference.InFolder inside -> {
        Resolved folder = resolve(inside.folder(), timeout, peers);
        try (SingleChunks chunks =
            new SingleChunks(network, local, folder.root(), peers, folder.hints())) {
          Cid found =
              inFolder(
                  folder.root(), inside, node -> chunks.bring(node, timeout.orElse(NODE_PATIENCE)));
          yield new Resolved(
              found,
              inside.name().or(() -> Optional.of(inside.lastName())),
              Optional.empty(),
              folder.root(),
              folder.hints(),
              OptionalLong.empty());
        }
      }
    };
  }

  private static Resolved whole(
      Cid root, Optional<String> name, Optional<String> digest, Reference reference) {
    OptionalLong bytes =
        reference instanceof Reference.Content content ? content.sizeBytes() : OptionalLong.empty();
    return new Resolved(root, name, digest, root, reference.peers(), bytes);
  }

  /// What is at the path, or at the path that it is when percent-encoded.
  private Cid inFolder(Cid folder, Reference.InFolder inside, FolderPath.NodeSource absent)
      throws ShoalException, IOException, InterruptedException {
    try (CollectionLock.Hold held = local.temporaryPins().hold(folder)) {
      try {
        return FolderPath.find(local, folder, inside.path(), absent);
      } catch (NoSuchPathException e) {
        Optional<Reference.InFolder> decoded = inside.decoded();
        if (decoded.isPresent()) {
          return FolderPath.find(local, folder, decoded.get().path(), absent);
        }
        throw e;
      }
    } catch (NoSuchPathException e) {
      throw new NotFoundException(String.valueOf(e.getMessage()), e);
    }
  }

  private Resolved named(Reference.SignedName name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    NameCommands.ResolvedName found = names.resolve(name, timeout);
    found.notes().forEach(note -> LOG.info("{}: {}", name.text(), note));
    return whole(
        Cid.parse(found.root()),
        found.fileName().or(() -> Optional.of(name.name())),
        Optional.empty(),
        name);
  }

  /// Reports each provider of what a reference names; of a part of a folder, those of the folder.
  void findProviders(
      Reference reference, Duration timeout, Consumer<ContentCommands.FoundProvider> each)
      throws ShoalException, IOException, InterruptedException {
    Reference announced = reference instanceof Reference.InFolder in ? in.folder() : reference;
    Cid root = resolve(announced, Optional.of(timeout), List.of()).root();
    new ProviderSearch(network, root).run(timeout, each);
  }

  /// As [#resolve], with what is here alone; peers are asked only for names.
  Cid resolveHere(Reference reference) throws ShoalException, IOException, InterruptedException {
    return switch (reference) {
      case Reference.Content content -> content.root().toV1();
      case Reference.WholeDigest digest -> {
        Optional<Cid> known = index.byDigest(digest.hex()).map(KeptRoot::cid);
        Cid raw = DigestLookup.key(digest.hex());
        yield known.isPresent() || !local.has(raw)
            ? known.orElseThrow(
                () -> new NotFoundException("no file with sha256:" + digest.hex() + " is here"))
            : raw;
      }
      case Reference.SignedName name -> named(name, NAME_PATIENCE).root();
      case Reference.InFolder inside -> {
        Cid folder = resolveHere(inside.folder());
        yield inFolder(
            folder,
            inside,
            node -> {
              throw new NotFoundException(
                  folder + " is not here, or not all of its nodes: get it first");
            });
      }
    };
  }

  /// The whole-file digest that the content must still be checked against: a peer named the root,
  /// and not this node or the digest itself.
  Optional<String> unprovenDigest(Resolved resolved) {
    return resolved
        .digest()
        .filter(hex -> !resolved.root().equals(DigestLookup.key(hex)))
        .filter(
            hex ->
                index.byDigest(hex).filter(kept -> kept.cid().equals(resolved.root())).isEmpty());
  }
}
