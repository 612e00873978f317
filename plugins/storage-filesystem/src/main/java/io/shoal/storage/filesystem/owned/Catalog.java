package io.shoal.storage.filesystem.owned;

import io.shoal.api.ChunkStore.ChunkSink;
import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.Cid;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.chunk.StagedChunk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The state in memory of owned chunks: which there are, which of them are staged, which folders
/// changed since the last sync. Thread-safe; does no IO, so its lock is never held for long.
public final class Catalog {
  /// How many entries are looked at before the lock is released for other threads.
  private static final int LISTED_AT_ONCE = 1024;

  /// Where an owned chunk is.
  ///
  /// @param stagedNumber set while it is staged
  record Owned(int sizeBytes, Optional<Long> stagedNumber) {}

  private final ChunkIndex index;
  // Guarded by the index.
  private final Map<ChunkKey, StagedChunk> staged = new HashMap<>();
  private final Set<String> changedFolders = new HashSet<>();

  /// @param index shared with the claims on adopted files; its monitor guards it and all of this
  public Catalog(ChunkIndex index) {
    this.index = index;
  }

  /// Makes a durable chunk visible.
  void addDurable(ChunkKey key, int sizeBytes) {
    synchronized (index) {
      if (ownedEntry(key) == ChunkIndex.NONE) {
        index.add(key, sizeBytes, Cid.RAW, ChunkIndex.OWNED, 0, ChunkIndex.NONE);
      }
    }
  }

  /// Makes a staged chunk visible.
  ///
  /// @return whether it was not there before
  boolean addStaged(StagedChunk chunk) {
    synchronized (index) {
      if (ownedEntry(chunk.key()) != ChunkIndex.NONE) {
        return false;
      }
      index.add(chunk.key(), chunk.sizeBytes(), Cid.RAW, ChunkIndex.OWNED, 0, ChunkIndex.NONE);
      staged.put(chunk.key(), chunk);
      return true;
    }
  }

  public Optional<Owned> owned(ChunkKey key) {
    synchronized (index) {
      int entry = ownedEntry(key);
      return entry == ChunkIndex.NONE ? Optional.empty() : Optional.of(owned(key, entry));
    }
  }

  /// Takes a chunk away.
  ///
  /// @return where it was, or empty if it was not there
  Optional<Owned> removeOwned(ChunkKey key) {
    synchronized (index) {
      int entry = ownedEntry(key);
      if (entry == ChunkIndex.NONE) {
        return Optional.empty();
      }
      Owned found = owned(key, entry);
      index.removeOwned(entry);
      staged.remove(key);
      changedFolders.add(key.folderName());
      return Optional.of(found);
    }
  }

  private Owned owned(ChunkKey key, int entry) {
    @Nullable StagedChunk waiting = staged.get(key);
    return new Owned(index.sizeBytes(entry), Optional.ofNullable(waiting).map(StagedChunk::number));
  }

  private int ownedEntry(ChunkKey key) {
    int entry = index.find(key);
    return entry != ChunkIndex.NONE && index.file(entry) == ChunkIndex.OWNED
        ? entry
        : ChunkIndex.NONE;
  }

  /// All chunks that wait for a sync now.
  List<StagedChunk> staged() {
    synchronized (index) {
      return List.copyOf(staged.values());
    }
  }

  int stagedCount() {
    synchronized (index) {
      return staged.size();
    }
  }

  /// Marks a chunk as moved to its durable place.
  ///
  /// @return `false` if it was removed meanwhile: its file must go
  boolean promoted(StagedChunk chunk) {
    synchronized (index) {
      changedFolders.add(chunk.key().folderName());
      return staged.remove(chunk.key(), chunk);
    }
  }

  /// Takes a staged chunk away whose bytes could not be made durable.
  void removeStaged(StagedChunk chunk) {
    synchronized (index) {
      if (staged.remove(chunk.key(), chunk)) {
        index.removeOwned(ownedEntry(chunk.key()));
      }
    }
  }

  /// Names may have come or gone in a folder that the next sync has to force.
  void folderChanged(String name) {
    synchronized (index) {
      changedFolders.add(name);
    }
  }

  /// The folders under `chunks` in which names came or went since the last call.
  Set<String> takeChangedFolders() {
    synchronized (index) {
      Set<String> taken = new HashSet<>(changedFolders);
      changedFolders.clear();
      return taken;
    }
  }

  /// Hands out every chunk, without the lock, until `each` has enough.
  public void forEach(ChunkSink each) {
    List<StoredChunk> found = new ArrayList<>(LISTED_AT_ONCE);
    int next = 0;
    int end;
    do {
      synchronized (index) {
        end = index.entries();
        int stop = Math.min(end, next + LISTED_AT_ONCE);
        for (; next < stop; next++) {
          if (index.headOfKey(next)) {
            boolean owned = index.file(next) == ChunkIndex.OWNED;
            Cid cid = index.key(next).cid(index.codec(next));
            found.add(new StoredChunk(cid, index.sizeBytes(next), owned));
          }
        }
      }
      for (StoredChunk chunk : found) {
        if (!each.chunk(chunk)) {
          return;
        }
      }
      found.clear();
    } while (next < end);
  }

  public long ownedBytes() {
    synchronized (index) {
      return index.ownedBytes();
    }
  }

  public long adoptedBytes() {
    synchronized (index) {
      return index.adoptedBytes();
    }
  }

  public long chunks() {
    synchronized (index) {
      return index.chunks();
    }
  }
}
