package io.shoal.runtime.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The commands of a node that bring content in and out: add, get, find, cat. Failures and threads
/// as in [NodeCommands].
///
/// Longer than other classes since requests and results have a line for each of their fields.
public interface ContentCommands {

  /// Imports files and folders. Each result is reported once its content is durable, about a second
  /// after that was read at the latest. A path that cannot be imported does not end the others.
  ///
  /// @param each receives the results in the order of the paths
  /// @param failed receives the paths that were not imported
  void add(
      AddRequest request,
      ProgressListener progress,
      Consumer<Added> each,
      Consumer<NotAdded> failed)
      throws ShoalException, IOException, InterruptedException;

  /// As the other; when all that could be was imported, throws the first failure of a path.
  default void add(AddRequest request, ProgressListener progress, Consumer<Added> each)
      throws ShoalException, IOException, InterruptedException {
    List<NotAdded> failed = new ArrayList<>();
    add(request, progress, each, failed::add);
    if (!failed.isEmpty()) {
      throw failed.getFirst().asException();
    }
  }

  /// Takes over the chunk files of an older store: every file in a folder that is named by the
  /// SHA-256 of its bytes in 64 hex digits is checked, stored as a raw chunk and pinned. The folder
  /// is only read; its sub-folders are included.
  ///
  /// @param folder absolute
  TakenOver takeOver(Path folder, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException;

  /// Downloads, verifies and puts into place.
  Fetched get(GetRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException;

  /// Looks for providers and reports each once, as soon as it is known whether it can be reached.
  void find(Reference reference, Duration timeout, Consumer<FoundProvider> each)
      throws ShoalException, IOException, InterruptedException;

  /// Writes a file's bytes in order, each leaf as soon as it is verified, from here or from peers;
  /// a later failure leaves what was written, which is right. Nothing of it is kept. `out` is
  /// flushed after each leaf and stays open.
  ///
  /// @param peers addresses to use instead of discovery, if not empty
  /// @param timeout the most time without a verified byte; a slow `out` has all the time it needs
  void cat(Reference reference, List<PeerAddress> peers, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException;

  /// As the other, from whatever peers discovery finds.
  default void cat(Reference reference, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    cat(reference, List.of(), timeout, out);
  }

  /// An import to do.
  ///
  /// @param paths absolute
  /// @param name instead of the file's own name; only with a single path
  /// @param inPlace whether to serve the files where they are instead of copying them
  /// @param leafSizeBytes 262,144 to 1,048,576
  /// @param wholeDigest whether to compute each file's whole SHA-256 as well, for `sha256:`
  ///   references
  /// @param privately whether the roots become private before anything of them is announced;
  ///   without it a root that is private already stays so
  /// @param portable whether names that some systems cannot hold are refused
  /// @param preserve whether rights and times of files are kept, which gives another root
  record AddRequest(
      List<Path> paths,
      Optional<String> name,
      boolean inPlace,
      int leafSizeBytes,
      boolean wholeDigest,
      boolean privately,
      boolean portable,
      boolean preserve) {

    /// The leaf size if the user sets none.
    public static final int DEFAULT_LEAF_SIZE_BYTES = 1 << 20;

    /// Begins to describe an import: copied into the store, in the largest leaves, without whole
    /// digests, unless more is said.
    ///
    /// @param paths absolute
    public static Builder builder(List<Path> paths) {
      return new Builder(paths);
    }

    /// Describes an import. Used by one thread.
    public static final class Builder {
      private final List<Path> paths;
      private Optional<String> name = Optional.empty();
      private boolean inPlace;
      private int leafSizeBytes = DEFAULT_LEAF_SIZE_BYTES;
      private boolean wholeDigest;
      private boolean privately;
      private boolean portable;
      private boolean preserve;

      private Builder(List<Path> paths) {
        this.paths = List.copyOf(paths);
      }

      /// Instead of the file's own name; only with a single path.
      public Builder name(String name) {
        this.name = Optional.of(name);
        return this;
      }

      /// Whether to serve the files where they are instead of copying them.
      public Builder inPlace(boolean inPlace) {
        this.inPlace = inPlace;
        return this;
      }

      /// 262,144 to 1,048,576.
      public Builder leafSizeBytes(int bytes) {
        leafSizeBytes = bytes;
        return this;
      }

      /// Whether to compute each file's whole SHA-256 as well, for `sha256:` references.
      public Builder wholeDigest(boolean wholeDigest) {
        this.wholeDigest = wholeDigest;
        return this;
      }

      /// Whether the roots become private before anything of them is announced.
      public Builder privately(boolean privately) {
        this.privately = privately;
        return this;
      }

      /// Whether names that some systems cannot hold are refused.
      public Builder portable(boolean portable) {
        this.portable = portable;
        return this;
      }

      /// Whether rights and times of files are kept, which gives another root.
      public Builder preserve(boolean preserve) {
        this.preserve = preserve;
        return this;
      }

      public AddRequest build() {
        return new AddRequest(
            paths, name, inPlace, leafSizeBytes, wholeDigest, privately, portable, preserve);
      }
    }
  }

  /// An import that is done.
  ///
  /// @param root its root
  /// @param name the file's or folder's name
  /// @param sizeBytes file bytes in it
  /// @param files how many files it holds
  /// @param chunks how many distinct chunks it has
  /// @param newBytes bytes that the store did not have before
  /// @param sha256 the whole file's digest in hex, if it was asked for and this is a file
  /// @param skipped paths that were skipped, each with the reason: symbolic links, devices
  /// @param sharing its rule now: `public` or `private`
  /// @param unportable how many of its names some systems cannot hold
  /// @param firstUnportable the first of them with the reason
  /// @param changed files that were changed while they were read: what was added of them may never
  ///   have been in them
  /// @param link what to send to others: the root with its name, its size, and where this node is
  record Added(
      String root,
      String name,
      long sizeBytes,
      long files,
      long chunks,
      long newBytes,
      Optional<String> sha256,
      List<String> skipped,
      String sharing,
      long unportable,
      Optional<String> firstUnportable,
      List<String> changed,
      String link) {}

  /// A path that was not imported.
  ///
  /// @param path as in the request
  /// @param reason one line: the thing, the cause, the cure
  /// @param misuse whether the path or its content is not what can be added at all
  record NotAdded(String path, String reason, boolean misuse) {

    /// The same as a failure.
    public UserFaultException asException() {
      return misuse ? new InvalidInputException(reason) : new UserFaultException(reason);
    }
  }

  /// The chunks that were taken over from an older store.
  ///
  /// @param chunks how many chunk files were right
  /// @param sizeBytes their bytes
  /// @param newBytes bytes that the store did not have before
  /// @param leftOut files that were not taken, each with the reason: another hash than the name
  ///   says, larger than a chunk may be
  record TakenOver(long chunks, long sizeBytes, long newBytes, List<String> leftOut) {}

  /// A download to do.
  ///
  /// @param reference what
  /// @param target where to, absolute: a path to create, or a folder that exists, in which the
  ///   suggested name is used, else one that this node or a peer knows, else the CID; empty for the
  ///   current folder given in `folder`
  /// @param folder the user's current folder, absolute
  /// @param peers addresses to use instead of discovery, if not empty
  /// @param timeout the most time in all; empty for five minutes without a single verified byte
  /// @param keep whether to write a copy into the store and pin it
  /// @param sync whether to force the files to the medium before success is reported
  /// @param replace whether a file that is in the way may be replaced
  /// @param privately whether the root becomes private before anything of it is announced; without
  ///   it a root that is private already stays so
  /// @param maxSizeBytes the most bytes that its files may have; a larger download is refused
  ///   before its first byte
  /// @param noPreserve whether files get rights and times as any new file does, not those that
  ///   their DAG has
  record GetRequest(
      Reference reference,
      Optional<Path> target,
      Path folder,
      List<PeerAddress> peers,
      Optional<Duration> timeout,
      boolean keep,
      boolean sync,
      boolean replace,
      boolean privately,
      Optional<Long> maxSizeBytes,
      boolean noPreserve) {

    /// Begins to describe a download: of whatever peers discovery finds, into the folder, without a
    /// copy in the store, unless more is said.
    ///
    /// @param reference what
    /// @param folder the user's current folder, absolute
    public static Builder builder(Reference reference, Path folder) {
      return new Builder(reference, folder);
    }

    /// Describes a download. Used by one thread.
    public static final class Builder {
      private final Reference reference;
      private final Path folder;
      private Optional<Path> target = Optional.empty();
      private List<PeerAddress> peers = List.of();
      private Optional<Duration> timeout = Optional.empty();
      private boolean keep;
      private boolean sync;
      private boolean replace;
      private boolean privately;
      private Optional<Long> maxSizeBytes = Optional.empty();
      private boolean noPreserve;

      private Builder(Reference reference, Path folder) {
        this.reference = reference;
        this.folder = folder;
      }

      /// Where to, absolute: a path to create, or a folder that exists.
      public Builder target(Path target) {
        this.target = Optional.of(target);
        return this;
      }

      /// Addresses to use instead of discovery.
      public Builder peers(List<PeerAddress> peers) {
        this.peers = List.copyOf(peers);
        return this;
      }

      /// The most time in all, instead of five minutes without a single verified byte.
      public Builder timeout(Duration timeout) {
        this.timeout = Optional.of(timeout);
        return this;
      }

      /// Whether to write a copy into the store and pin it.
      public Builder keep(boolean keep) {
        this.keep = keep;
        return this;
      }

      /// Whether to force the files to the medium before success is reported.
      public Builder sync(boolean sync) {
        this.sync = sync;
        return this;
      }

      /// Whether a file that is in the way may be replaced.
      public Builder replace(boolean replace) {
        this.replace = replace;
        return this;
      }

      /// Whether the root becomes private before anything of it is announced.
      public Builder privately(boolean privately) {
        this.privately = privately;
        return this;
      }

      /// The most bytes that its files may have.
      public Builder maxSizeBytes(long bytes) {
        maxSizeBytes = Optional.of(bytes);
        return this;
      }

      /// Whether files get rights and times as any new file does, not those that their DAG has.
      public Builder noPreserve(boolean noPreserve) {
        this.noPreserve = noPreserve;
        return this;
      }

      public GetRequest build() {
        return new GetRequest(
            reference,
            target,
            folder,
            peers,
            timeout,
            keep,
            sync,
            replace,
            privately,
            maxSizeBytes,
            noPreserve);
      }
    }
  }

  /// A download that is done.
  ///
  /// @param root its root
  /// @param path where it is
  /// @param sizeBytes file bytes in it
  /// @param bytesTransferred chunk bytes that came from peers in this call, those that were thrown
  ///   away included
  /// @param bytesReused chunk bytes that were here already
  /// @param durationMillis from the call to the rename
  /// @param bytesByPeer chunk bytes by peer id or, where it is not proven, address
  /// @param bytesByTransport chunk bytes by scheme
  /// @param chunksByPeer chunks by peer, keyed as `bytesByPeer`
  /// @param skipped paths in it that were left out, each with the reason: symbolic links, content
  ///   that is not a file
  /// @param unwritable what was not written since the destination cannot hold its name, each with
  ///   the reason
  /// @param nameFrom who calls it so, where the reference gave no name: `this node` or `peer` and
  ///   its id or address; empty also where it is called by its id
  record Fetched(
      String root,
      String path,
      long sizeBytes,
      long bytesTransferred,
      long bytesReused,
      long durationMillis,
      Map<String, Long> bytesByPeer,
      Map<String, Long> bytesByTransport,
      Map<String, Long> chunksByPeer,
      List<String> skipped,
      List<String> unwritable,
      Optional<String> nameFrom) {}

  /// A provider of a root.
  ///
  /// @param address where
  /// @param peerId who, if known or proven
  /// @param reach whether it answered
  /// @param have what it says to have: `complete`, `partial`, `none` or `unknown`
  /// @param detail why it could not be reached, else empty
  record FoundProvider(
      String address, Optional<String> peerId, Reach reach, String have, String detail) {}

  /// Whether a provider answered.
  enum Reach {
    REACHABLE,
    UNREACHABLE,
    UNCHECKED
  }

  /// Receives how far something is, at most ten times a second, from one thread at a time; must not
  /// block.
  @FunctionalInterface
  interface ProgressListener {

    /// Ignores all.
    ProgressListener SILENT = progress -> {};

    /// @param progress the state now
    void progress(Progress progress);
  }

  /// How far something is.
  ///
  /// @param phase one or two words: `finding`, `folder`, `downloading`, `importing`, `checking`
  /// @param doneBytes bytes so far
  /// @param totalBytes all of them, -1 if not known
  /// @param bytesPerSecond over the last seconds
  /// @param peers how many peers take part
  /// @param message what it waits for, else empty
  record Progress(
      String phase,
      long doneBytes,
      long totalBytes,
      long bytesPerSecond,
      int peers,
      String message) {}
}
