package io.shoal.runtime.command;

import io.shoal.api.ShoalException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The commands of a node on what is in its store: list, pin, share, collect, verify. Failures and
/// threads as in [NodeCommands].
public interface StoreCommands {

  /// The roots that this node has: pinned, adopted or incomplete.
  List<RootEntry> roots() throws ShoalException, IOException;

  /// The entries of a folder whose nodes are here; a file gives one entry, itself.
  List<FolderEntry> list(Reference reference)
      throws ShoalException, IOException, InterruptedException;

  /// Facts about a reference, as far as they are known here. If nothing of it is here, other peers
  /// are asked.
  ContentStat stat(Reference reference) throws ShoalException, IOException, InterruptedException;

  /// Protects a root that is here from garbage collection.
  void pin(Reference reference) throws ShoalException, IOException, InterruptedException;

  /// Releases a root: it is no longer announced, and the next collection removes the chunks that
  /// nothing else keeps. Adopted files stay where they are.
  void unpin(Reference reference) throws ShoalException, IOException, InterruptedException;

  /// Sets the sharing rule of a root that is here or of which a download has begun. The rule is
  /// durable and outlives [#unpin]; it ends with the collection that finds nothing of the root
  /// here. Made private, a root is withdrawn at once: announcements that other peers hold expire by
  /// themselves.
  ///
  /// @throws NotFoundException it is not a root here
  Shared share(Reference reference, Sharing sharing)
      throws ShoalException, IOException, InterruptedException;

  /// Removes the chunks that no pin and no running work needs, and forgets adopted roots whose file
  /// is gone or has other bytes now. One whose folder is gone as well stays: its medium may come
  /// back.
  Collected gc() throws ShoalException, IOException, InterruptedException;

  /// Reads every copy of every chunk and checks it; corrupt copies are quarantined. Files that are
  /// served in place and look changed are read again, and served on if their bytes are the same.
  Verified verify(VerifyRequest request, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException;

  /// A root that is here.
  ///
  /// @param root its CID
  /// @param name its name, if it has one
  /// @param sizeBytes file bytes in it
  /// @param kind `file` or `folder`
  /// @param kept `pinned`, `adopted`, `partial`, `cached` for one that a download left in a store
  ///   which cannot serve users' files, or `lost` for an adopted root whose file is gone or was
  ///   changed
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
  /// @param kind `file`, `folder`, `symlink`, or `other` for content that is not a file
  record FolderEntry(String cid, String name, long sizeBytes, String kind) {}

  /// Facts about a reference.
  ///
  /// @param root its root
  /// @param kind `file`, `folder`, `symlink`, `other` for content that is not a file, or `unknown`
  /// @param name a name for it, if known
  /// @param sizeBytes file bytes in it, -1 if not known
  /// @param chunks distinct chunks, -1 if not known
  /// @param chunksHere how many of them are here
  /// @param pinned whether it is pinned
  /// @param sha256 the whole file's digest, if known
  /// @param hearsay whether nothing of it is here and this is what other peers claim, unchecked
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
      Optional<String> sharing) {

    /// Those of content of which no more is known than how many of its chunks are here.
    public static ContentStat unknown(String root, long chunksHere, Optional<String> sharing) {
      return new ContentStat(
          root,
          "unknown",
          Optional.empty(),
          -1,
          -1,
          chunksHere,
          false,
          Optional.empty(),
          false,
          sharing);
    }
  }

  /// Which peers may learn of a root. A peer that knows its CID and an address of this node may
  /// fetch it either way, as far as `access` allows.
  enum Sharing {
    /// All: it is announced as the configuration says.
    PUBLIC,
    /// None by this node: neither the root nor its chunks nor its whole-file digest is announced,
    /// questions for the digest are not answered, and only peers of its own swarm learn of other
    /// peers in it. Chunks that are also part of a public root are reached through that.
    PRIVATE;

    /// As results say it and users type it: `public` or `private`.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A root's rule now.
  ///
  /// @param root its CID
  /// @param sharing `public` or `private`
  record Shared(String root, String sharing) {}

  /// The result of a garbage collection.
  ///
  /// @param rootsForgotten roots whose files are gone for good
  record Collected(long chunksRemoved, long bytesRemoved, long chunksKept, long rootsForgotten) {}

  /// How to check the store.
  ///
  /// @param repair whether to fetch again from peers what was corrupt or is missing of roots in the
  ///   store
  /// @param bytesPerSecond how fast to read; [Long#MAX_VALUE] for as fast as the disk can
  record VerifyRequest(boolean repair, long bytesPerSecond) {}

  /// The result of a check of the store.
  ///
  /// @param chunksChecked how many chunks were read
  /// @param bytesChecked their bytes
  /// @param corrupt CIDs of chunks that were corrupt and quarantined
  /// @param missing CIDs that are not here, of roots that are kept in the store
  /// @param repaired how many of the two were fetched again
  record Verified(
      long chunksChecked,
      long bytesChecked,
      List<String> corrupt,
      List<String> missing,
      long repaired) {}

  /// The result of a copy of one store into another.
  ///
  /// @param chunksCopied how many came along
  /// @param bytesCopied their bytes
  /// @param chunksThere how many were in the other store already
  /// @param chunksLeftOut how many have no good copy
  record Copied(long chunksCopied, long bytesCopied, long chunksThere, long chunksLeftOut) {}
}
