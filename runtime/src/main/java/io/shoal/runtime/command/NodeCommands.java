package io.shoal.runtime.command;

import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What a node does for its user: the same whether it runs in this process ([Node]) or in another
/// one on this machine ([RemoteNode]).
///
/// Every call blocks until it is done, from any thread, several at once; interruption ends it
/// within a second with [InterruptedException], and what was verified or imported so far is kept.
/// Failures:
/// * [NotFoundException]: the content, provider or pin is nowhere to be found;
/// * [VerificationFailedException]: bytes were had, but wrong ones, and there is no other source;
/// * [DeadlineException]: the time allowed is over;
/// * [io.shoal.api.UserFaultException]: the user must change something;
/// * any other [ShoalException], and [IOException] for a failed medium.
public interface NodeCommands extends NameCommands, AutoCloseable {

  /// Imports files and folders. Each result is told once its content is durable.
  ///
  /// @param each told in the order of the paths
  void add(AddRequest request, ProgressListener progress, Consumer<Added> each)
      throws ShoalException, IOException, InterruptedException;

  /// Takes over the chunk files of an older store: every file in a folder that is named by the
  /// SHA-256 of its bytes in 64 hex digits is checked, stored as a raw chunk and pinned. The folder
  /// is only read; sub-folders are looked into.
  ///
  /// @param folder absolute
  TakenOver takeOver(Path folder, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException;

  /// Downloads, verifies and puts into place.
  Fetched get(GetRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException;

  /// Looks for providers and tells each once, as soon as it is known whether it can be reached.
  void find(Reference reference, Duration timeout, Consumer<FoundProvider> each)
      throws ShoalException, IOException, InterruptedException;

  /// The roots that this node has: pinned, adopted or incomplete.
  List<RootEntry> roots() throws ShoalException, IOException;

  /// What is in a folder of which the node has the nodes; a file gives one entry, itself.
  List<FolderEntry> list(Reference reference)
      throws ShoalException, IOException, InterruptedException;

  /// What is known of a reference here. Of what is not here at all, others are asked what they say.
  ContentStat stat(Reference reference) throws ShoalException, IOException, InterruptedException;

  /// Writes a file's bytes in order, each leaf as soon as it is verified, from here or from peers;
  /// what fails later leaves what was written, which is right. Nothing is kept of it. `out` is
  /// flushed after each leaf and stays open.
  ///
  /// @param timeout the most time without a verified byte; a slow `out` has all the time it needs
  void cat(Reference reference, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException;

  /// Keeps a root that is here from garbage collection.
  void pin(Reference reference) throws ShoalException, IOException, InterruptedException;

  /// Lets a root go: it is announced no longer, and the next collection takes what nothing else
  /// keeps. Adopted files stay where they are.
  void unpin(Reference reference) throws ShoalException, IOException, InterruptedException;

  /// Sets who may learn of a root that is here or of which a download has begun. The rule is
  /// durable and outlives [#unpin]; it ends with the collection that finds nothing of the root
  /// here. Made private, a root is withdrawn at once: what others hold of it expires by itself.
  ///
  /// @throws NotFoundException it is no root here
  Shared share(Reference reference, Sharing sharing)
      throws ShoalException, IOException, InterruptedException;

  /// Removes the chunks that no pin and no running work needs.
  Collected gc() throws ShoalException, IOException, InterruptedException;

  /// Reads every copy of every chunk and checks it; copies that are rotten are set aside.
  Verified verify(VerifyRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException;

  /// How the node does, and why what does not move does not move.
  NodeStatus status() throws ShoalException, IOException;

  /// The peers it knows, connected ones first.
  List<PeerEntry> peers() throws ShoalException, IOException;

  /// The plugins that were found, the unusable ones included.
  List<PluginEntry> plugins() throws ShoalException, IOException;

  /// What can be asked about the inside of the active discoveries, in the order of the
  /// configuration; see [io.shoal.api.Inspection].
  List<InspectionEntry> inspections() throws ShoalException, IOException;

  /// Asks a discovery about its inside and tells each line as soon as it is known. Takes at most a
  /// minute.
  ///
  /// @throws io.shoal.api.InvalidInputException no active discovery knows the question, or its
  ///   arguments are wrong
  void inspect(InspectRequest request, Consumer<InspectionLine> each)
      throws ShoalException, IOException, InterruptedException;

  @Override
  void close();

  /// What to import.
  ///
  /// @param paths absolute
  /// @param name instead of the file's own name; only with a single path
  /// @param inPlace whether to serve the files where they are instead of copying them
  /// @param leafSizeBytes 262,144 to 1,048,576
  /// @param wholeDigest whether to compute each file's whole SHA-256 as well, for `sha256:`
  ///   references
  /// @param privately whether the roots become private before anything of them is told; without it
  ///   a root that is private already stays so
  record AddRequest(
      List<Path> paths,
      Optional<String> name,
      boolean inPlace,
      int leafSizeBytes,
      boolean wholeDigest,
      boolean privately) {}

  /// What was imported.
  ///
  /// @param root its root
  /// @param name the file's or folder's name
  /// @param sizeBytes file bytes in it
  /// @param files how many files it holds
  /// @param chunks how many distinct chunks it has
  /// @param newBytes bytes that the store did not have before
  /// @param sha256 the whole file's digest in hex, if it was asked for and this is a file
  /// @param skipped what was left out, each with the reason: symbolic links, devices
  /// @param sharing its rule now: `public` or `private`
  record Added(
      String root,
      String name,
      long sizeBytes,
      long files,
      long chunks,
      long newBytes,
      Optional<String> sha256,
      List<String> skipped,
      String sharing) {}

  /// What was taken over of an older store.
  ///
  /// @param chunks how many chunk files were right
  /// @param sizeBytes their bytes
  /// @param newBytes bytes that the store did not have before
  /// @param leftOut files that were not taken, each with the reason: another hash than the name
  ///   says, larger than a chunk may be
  record TakenOver(long chunks, long sizeBytes, long newBytes, List<String> leftOut) {}

  /// What to download.
  ///
  /// @param reference what
  /// @param target where to, absolute: a path to create, or a folder that exists, in which the
  ///   suggested name or the CID is used; empty for the current folder given in `folder`
  /// @param folder the user's current folder, absolute
  /// @param peers addresses to use instead of discovery, if not empty
  /// @param timeout the most time in all; empty for five minutes without a single verified byte
  /// @param keep whether to write a copy into the store and pin it
  /// @param sync whether to force the files to the medium before success is told
  /// @param replace whether a file that is in the way may be replaced
  /// @param privately whether the root becomes private before anything of it is told; without it a
  ///   root that is private already stays so
  record GetRequest(
      Reference reference,
      Optional<Path> target,
      Path folder,
      List<PeerAddress> peers,
      Optional<Duration> timeout,
      boolean keep,
      boolean sync,
      boolean replace,
      boolean privately) {}

  /// What was downloaded.
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
  record Fetched(
      String root,
      String path,
      long sizeBytes,
      long bytesTransferred,
      long bytesReused,
      long durationMillis,
      Map<String, Long> bytesByPeer,
      Map<String, Long> bytesByTransport,
      Map<String, Long> chunksByPeer) {}

  /// Who may learn of a root. Whoever knows its CID and an address of this node may fetch it either
  /// way, as far as `access` allows.
  enum Sharing {
    /// Everybody: it is announced as the configuration says.
    PUBLIC,
    /// Nobody by this node: neither the root nor its chunks nor its whole-file digest is announced,
    /// nobody who asks for the digest is told, and only who takes part in its very swarm learns of
    /// others who do. What is part of a public root is reached through that.
    PRIVATE;

    /// As results say it and users type it: `public` or `private`.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A root's rule as it stands now.
  ///
  /// @param root its CID
  /// @param sharing `public` or `private`
  record Shared(String root, String sharing) {}

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

  /// A root that is here.
  ///
  /// @param root its CID
  /// @param name its name, if it has one
  /// @param sizeBytes file bytes in it
  /// @param kind `file` or `folder`
  /// @param kept `pinned`, `adopted` or `partial`
  /// @param note what the user should know: an adopted file that changed, a download that is
  ///   incomplete; else empty
  /// @param sharing its rule: `public` or `private`
  record RootEntry(
      String root,
      String name,
      long sizeBytes,
      String kind,
      String kept,
      String note,
      String sharing) {}

  /// Something in a folder.
  ///
  /// @param cid its root
  /// @param name its name
  /// @param sizeBytes file bytes in it
  /// @param kind `file`, `folder` or `symlink`
  record FolderEntry(String cid, String name, long sizeBytes, String kind) {}

  /// What is known of a reference.
  ///
  /// @param root its root
  /// @param kind `file`, `folder`, `symlink` or `unknown`
  /// @param name a name for it, if known
  /// @param sizeBytes file bytes in it, -1 if not known
  /// @param chunks distinct chunks, -1 if not known
  /// @param chunksHere how many of them are here
  /// @param pinned whether it is pinned
  /// @param sha256 the whole file's digest, if known
  /// @param hearsay whether nothing of it is here and this is what others say, which nobody checked
  /// @param sharing its rule, `public` or `private`, if it is a root here
  record ContentStat(
      String root,
      String kind,
      Optional<String> name,
      long sizeBytes,
      long chunks,
      long chunksHere,
      boolean pinned,
      Optional<String> sha256,
      boolean hearsay,
      Optional<String> sharing) {}

  /// What a garbage collection did.
  record Collected(long chunksRemoved, long bytesRemoved, long chunksKept) {}

  /// How to check the store.
  ///
  /// @param repair whether to fetch again from peers what was rotten or is missing of pinned roots
  /// @param bytesPerSecond how fast to read; [Long#MAX_VALUE] for as fast as the disk can
  record VerifyRequest(boolean repair, long bytesPerSecond) {}

  /// What a check of the store found.
  ///
  /// @param chunksChecked how many chunks were read
  /// @param bytesChecked their bytes
  /// @param corrupt CIDs of chunks that were rotten and set aside
  /// @param missing CIDs that pinned roots need and that are not here
  /// @param repaired how many of the two were fetched again
  record Verified(
      long chunksChecked,
      long bytesChecked,
      List<String> corrupt,
      List<String> missing,
      long repaired) {}

  /// How the node does.
  ///
  /// @param peerId who it is
  /// @param version of the program
  /// @param uptimeMillis since it was ready
  /// @param endpoints where it accepts connections
  /// @param discoveries how each discovery does
  /// @param store how full the store is
  /// @param transfers downloads and imports that run, with what they wait for
  /// @param uploads what goes out
  /// @param names signed names that it keeps alive
  /// @param bans the last hundred that hold, the newest first
  /// @param access who may take part
  /// @param check when the store was last checked, and what was found
  /// @param advice lines for the user: isolated, not reachable from outside, adopted files that
  ///   changed, announcements that are late
  record NodeStatus(
      String peerId,
      String version,
      long uptimeMillis,
      List<String> endpoints,
      List<DiscoveryEntry> discoveries,
      StoreUsage store,
      List<TransferEntry> transfers,
      UploadEntry uploads,
      NamesEntry names,
      List<BanEntry> bans,
      AccessEntry access,
      CheckEntry check,
      List<String> advice) {}

  /// Who is kept away.
  ///
  /// @param kind `identity` or `address`: banned; `host` or `network`: strangers from there are not
  ///   asked for anything
  /// @param whom a peer id, an address, a host or a prefix
  /// @param reason why
  /// @param leftMillis how long it lasts yet
  /// @param times how often in a row
  record BanEntry(String kind, String whom, String reason, long leftMillis, int times) {}

  /// Who may take part.
  ///
  /// @param mode `open`, `allow-list` or `shared-secret`
  /// @param turnedAway connections of others since the start
  record AccessEntry(String mode, long turnedAway) {}

  /// How a discovery does; see [io.shoal.api.DiscoveryStatus].
  record DiscoveryEntry(
      String plugin,
      Optional<String> endpoint,
      int reachablePeers,
      long announcedKeys,
      long overdueKeys,
      long lagMillis,
      Map<String, String> details) {}

  /// A download that runs.
  ///
  /// @param root what
  /// @param name its name, if known
  /// @param sizeBytes its size, -1 if not known
  /// @param doneBytes verified bytes
  /// @param bytesPerSecond over the last seconds
  /// @param peers connected peers that have something of it
  /// @param state one line: `downloading`, or what it waits for and since when
  record TransferEntry(
      String root,
      String name,
      long sizeBytes,
      long doneBytes,
      long bytesPerSecond,
      int peers,
      String state) {}

  /// What goes out.
  record UploadEntry(
      long sentBytes, long bytesPerSecond, int activeRequests, int waitingRequests, int peers) {}

  /// When the store was last checked, and what was found.
  ///
  /// @param endedMillis when the last check ended, in milliseconds since the epoch; 0 if none did
  /// @param chunks how many it read
  /// @param bytes how many bytes
  /// @param rotten how many of the chunks had a copy that was rotten or could not be read
  /// @param missing how many chunks that pinned roots need were not here afterwards
  /// @param runningBytes what the scheduled check that runs has read so far, -1 if none runs
  /// @param nextMillis when the next one begins, in milliseconds since the epoch; 0 for never, or
  ///   if no node runs
  record CheckEntry(
      long endedMillis,
      long chunks,
      long bytes,
      long rotten,
      long missing,
      long runningBytes,
      long nextMillis) {}

  /// A peer that is known.
  ///
  /// @param peerId who, if proven
  /// @param address where
  /// @param connected whether a connection stands
  /// @param agent its program
  /// @param roundTripMillis measured, -1 if not yet
  /// @param receivedBytes chunk bytes from it
  /// @param sentBytes chunk bytes to it
  /// @param failures since the last success
  /// @param score 0 to 100
  /// @param banned the reason and the end of its ban, if there is one
  record PeerEntry(
      Optional<String> peerId,
      String address,
      boolean connected,
      String agent,
      long roundTripMillis,
      long receivedBytes,
      long sentBytes,
      int failures,
      int score,
      Optional<String> banned) {}

  /// A plugin that was found.
  ///
  /// @param id its id
  /// @param kinds the kinds of its extensions: `storage`, `transport`, `discovery`, `verification`
  /// @param version its version
  /// @param location the jar or folder
  /// @param state `started`, `installed` (usable, not active) or `failed`
  /// @param active whether the configuration names it
  /// @param problem why it failed and what to do, if it did
  record PluginEntry(
      String id,
      List<String> kinds,
      String version,
      String location,
      String state,
      boolean active,
      Optional<String> problem) {}

  /// Something that can be asked.
  ///
  /// @param plugin which discovery answers
  /// @param name of the question
  /// @param arguments what goes after it, for the help
  /// @param description one line
  record InspectionEntry(String plugin, String name, String arguments, String description) {}

  /// A question to a discovery.
  ///
  /// @param question its name; where several discoveries have it the first is asked, and
  ///   `PLUGIN/NAME` asks a certain one
  /// @param arguments as the user typed them
  record InspectRequest(String question, List<String> arguments) {}

  /// A line of an answer.
  ///
  /// @param header whether a table begins here, with the names of its columns
  /// @param cells the names, or the cells of a row
  record InspectionLine(boolean header, List<String> cells) {}

  /// Told how far something is, at most ten times a second, from one thread at a time; must not
  /// block.
  @FunctionalInterface
  interface ProgressListener {

    /// Hears nothing.
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
