package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.download.LeafWindow;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.limit.StreamMemory;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The command `cat`: writes a file's bytes out in order as they are verified.
final class CatWork {
  private final LocalStore local;
  private final ReferenceResolver resolver;
  private final Downloads downloads;
  private final DownloadRunner runner;
  private final StreamMemory memory;

  CatWork(
      LocalStore local,
      ReferenceResolver resolver,
      Downloads downloads,
      DownloadRunner runner,
      StreamMemory memory) {
    this.local = local;
    this.resolver = resolver;
    this.downloads = downloads;
    this.runner = runner;
    this.memory = memory;
  }

  void cat(Reference reference, List<PeerAddress> peers, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    ReferenceResolver.Resolved resolved = resolver.resolve(reference, Optional.of(timeout), peers);
    Cid root = resolved.root();
    try (CollectionLock.Hold held = local.temporaryPins().hold(root)) {
      // A collection that runs already does not know of the hold.
      new LocalDag(local).reachable(root, local.temporaryPins()::lookFor);
      Optional<String> unproven = resolver.unprovenDigest(resolved);
      if (unproven.isPresent()) {
        check(resolved, peers, unproven.get(), timeout);
      }
      stream(resolved, peers, timeout, out);
    }
  }

  /// The root that peers name for a digest is proven only by all of its bytes: so all is fetched
  /// before the first byte goes out.
  private void check(
      ReferenceResolver.Resolved what, List<PeerAddress> peers, String sha256, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    Cid root = what.root();
    runner.intoStore(root, Optional.of(timeout));
    MessageDigest digest = Sha256.begin();
    stream(what, peers, timeout, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    if (!HexFormat.of().formatHex(digest.digest()).equals(sha256)) {
      throw new VerificationFailedException(
          "sha256:%s: the peers' hint led to %s, which is something else; nothing was written: ask who gave you the digest for the root"
              .formatted(sha256, root));
    }
  }

  /// Keeps a few leaves ahead in memory and stores none: of what peers send, only the DAG's nodes
  /// stay in the store until the next collection.
  private void stream(
      ReferenceResolver.Resolved what, List<PeerAddress> peers, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    try (LeafWindow window = new LeafWindow(memory)) {
      Download download = runner.streamed(what, peers, window, timeout);
      CompletableFuture<ContentCommands.Fetched> ended =
          downloads.start(download).whenComplete((fetched, failure) -> window.end());
      writeOut(window, download, ended, out);
      downloads.await(download, ended);
    }
  }

  private void writeOut(
      LeafWindow window,
      Download download,
      CompletableFuture<ContentCommands.Fetched> ended,
      OutputStream out)
      throws IOException, InterruptedException {
    boolean written = false;
    try {
      for (Optional<byte[]> leaf = window.take(); leaf.isPresent(); leaf = window.take()) {
        download.wake();
        out.write(leaf.get());
        out.flush();
      }
      written = true;
    } finally {
      if (!written) {
        downloads.stop(download, ended);
      }
    }
  }
}
