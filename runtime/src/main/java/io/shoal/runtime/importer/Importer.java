package io.shoal.runtime.importer;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.api.Verifier;
import io.shoal.runtime.store.ChunkNamer;
import io.shoal.runtime.store.RootCompleteness;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/// Brings files and folders into the store: reads each byte once, hashes and stores on all cores,
/// and makes several of them durable in one group. Chunks that are here already are not written
/// again.
///
/// Hidden files and empty folders are included. Symbolic links are not followed, and like devices
/// and sockets they are skipped and reported. A name that fails [NameRules] ends the import before
/// the first byte is read; those that some systems cannot hold are counted, or refused on request.
///
/// So are data folders of nodes and files with a key of this node ([NodeSecrets]): a published key
/// cannot be called back.
///
/// Thread-safe; every call has buffers of its own.
public final class Importer {
  /// Leaves in work for each core: one is hashed while the next is written and a third is read.
  private static final int BUFFERS_PER_CORE = 3;

  /// Bytes of leaves on their way to a store that each call waits for: outside the heap.
  private static final int REMOTE_BYTES = 32 << 20;

  /// Hears what is read, from the thread that imports.
  @FunctionalInterface
  public interface Reading {
    /// @param bytes how many more
    void more(long bytes) throws IOException, ShoalException;
  }

  /// What is in the store, and not durable yet.
  ///
  /// @param chunks all of it, unless they are too many
  public record Imported(ImportResult result, Optional<List<Cid>> chunks) {}

  private final ChunkStore store;
  private final ChunkNamer namer;
  private final Executor bulkPool;
  private final int buffers;
  private final Path dataFolder;

  /// @param dataFolder the node's own: its keys are never imported
  /// @param bulkPool runs the hashing and storing
  /// @param parallelism how many threads the pool has
  public Importer(
      ChunkStore store, Verifier verifier, Path dataFolder, Executor bulkPool, int parallelism) {
    this.dataFolder = dataFolder;
    this.store = store;
    this.namer = new ChunkNamer(verifier);
    this.bulkPool = bulkPool;
    this.buffers = parallelism * BUFFERS_PER_CORE;
  }

  /// Imports a path as a root of its own. When this throws, what was stored is unreferenced and
  /// collected later.
  ///
  /// @param name instead of the path's own name
  /// @throws io.shoal.api.StoreFullException there is no room
  /// @throws UserFaultException the path is missing, unreadable, or not to be published as it is
  public Imported read(Path path, Optional<String> name, ImportOptions options, Reading read)
      throws IOException, ShoalException, InterruptedException {
    if (options.inPlace() && store.fileBacked().isEmpty()) {
      throw new UserFaultException(
          "the active store cannot serve files in place: leave out --in-place to copy them");
    }
    try {
      return importOne(path, name, options, read);
    } catch (ClosedByInterruptException e) {
      throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
    } catch (NoSuchFileException e) {
      throw new UserFaultException(e.getFile() + ": no such file or folder: check the path", e);
    } catch (AccessDeniedException e) {
      throw new UserFaultException(
          e.getFile() + ": no right to read it: change its rights or leave it out", e);
    } catch (FileSystemException e) {
      if (e.getFile() == null || !Path.of(e.getFile()).startsWith(path)) {
        throw e; // the store's
      }
      String reason = Optional.ofNullable(e.getReason()).orElse("it cannot be read");
      throw new UserFaultException(
          e.getFile() + ": " + reason + ": check the file and its disk", e);
    }
  }

  /// Makes durable what was imported, in one group.
  ///
  /// @throws IOException something could not be made durable, also where another caller's sync met
  ///   the fault
  /// @throws io.shoal.api.StoreFullException there is no room at the sync
  public void settle(List<Imported> group) throws IOException, ShoalException {
    store.sync();
    for (Imported one : group) {
      if (one.chunks().isPresent()) {
        RootCompleteness.require(store, one.result().root(), one.chunks().get());
      } else {
        RootCompleteness.require(store, one.result().root());
      }
    }
  }

  private Imported importOne(Path path, Optional<String> name, ImportOptions options, Reading read)
      throws IOException, ShoalException, InterruptedException {
    int leafSizeBytes = options.profile().leafSizeBytes();
    boolean remote = store.traits().contains(ChunkStore.Trait.REMOTE);
    int leaves = remote ? Math.max(buffers, REMOTE_BYTES / leafSizeBytes) : buffers;
    try (LeafPipeline pipeline = new LeafPipeline(bulkPool, remote, leaves, leafSizeBytes)) {
      TreeImport tree =
          new TreeImport(store, namer, pipeline, options, NodeSecrets.of(dataFolder), read);
      ImportResult result = tree.run(path, name);
      return new Imported(result, tree.chunks());
    }
  }
}
