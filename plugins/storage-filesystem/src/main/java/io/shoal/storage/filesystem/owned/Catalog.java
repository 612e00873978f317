package io.shoal.storage.filesystem.owned;

import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.Cid;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the store knows in memory about its own chunks: which there are, which of them are staged,
/// which folders changed since the last sync. Thread-safe; does no IO, so its lock is never held
/// for long.
public final class Catalog {
  /// How many entries are looked at before the lock is let go for others.
  private static final int TELL_AT_ONCE = 1024;

  /// A chunk that was committed and not synced.
  ///
  /// @param number keeps apart two that are committed one after the other under one key
  public record Staged(ChunkKey key, long number, int sizeBytes) {}

  /// Where an owned chunk is.
  ///
  /// @param stagedNumber set while it is staged
  record Owned(int sizeBytes, Optional<Long> stagedNumber) {}

  private final ReentrantLock lock;
  private final ChunkIndex index;
  // Guarded by the lock.
  private final Map<ChunkKey, Staged> staged = new HashMap<>();
  private final Set<String> changedFolders = new HashSet<>();

  /// @param lock guards the index, which the claims of adopted files share
  public Catalog(ReentrantLock lock, ChunkIndex index) {
    this.lock = lock;
    this.index = index;
  }

  /// Makes a durable chunk visible.
  void addDurable(ChunkKey key, int sizeBytes) {
    lock.lock();
    try {
      if (ownedEntry(key) == ChunkIndex.NONE) {
        index.add(key, sizeBytes, Cid.RAW, ChunkIndex.OWNED, 0, ChunkIndex.NONE);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Makes a staged chunk visible.
  ///
  /// @return whether it was not there before
  boolean addStaged(Staged chunk) {
    lock.lock();
    try {
      if (ownedEntry(chunk.key()) != ChunkIndex.NONE) {
        return false;
      }
      index.add(chunk.key(), chunk.sizeBytes(), Cid.RAW, ChunkIndex.OWNED, 0, ChunkIndex.NONE);
      staged.put(chunk.key(), chunk);
      return true;
    } finally {
      lock.unlock();
    }
  }

  public Optional<Owned> owned(ChunkKey key) {
    lock.lock();
    try {
      int entry = ownedEntry(key);
      return entry == ChunkIndex.NONE ? Optional.empty() : Optional.of(owned(key, entry));
    } finally {
      lock.unlock();
    }
  }

  /// Takes a chunk away.
  ///
  /// @return where it was, or empty if it was not there
  Optional<Owned> removeOwned(ChunkKey key) {
    lock.lock();
    try {
      int entry = ownedEntry(key);
      if (entry == ChunkIndex.NONE) {
        return Optional.empty();
      }
      Owned found = owned(key, entry);
      index.removeOwned(entry);
      staged.remove(key);
      changedFolders.add(key.folderName());
      return Optional.of(found);
    } finally {
      lock.unlock();
    }
  }

  private Owned owned(ChunkKey key, int entry) {
    @Nullable Staged waiting = staged.get(key);
    return new Owned(index.sizeBytes(entry), Optional.ofNullable(waiting).map(Staged::number));
  }

  private int ownedEntry(ChunkKey key) {
    int entry = index.find(key);
    return entry != ChunkIndex.NONE && index.file(entry) == ChunkIndex.OWNED
        ? entry
        : ChunkIndex.NONE;
  }

  /// All chunks that wait for a sync now.
  List<Staged> staged() {
    lock.lock();
    try {
      return List.copyOf(staged.values());
    } finally {
      lock.unlock();
    }
  }

  int stagedCount() {
    lock.lock();
    try {
      return staged.size();
    } finally {
      lock.unlock();
    }
  }

  /// Marks a chunk as moved to its durable place.
  ///
  /// @return `false` if it was removed meanwhile: its file must go
  boolean promoted(Staged chunk) {
    lock.lock();
    try {
      changedFolders.add(chunk.key().folderName());
      return staged.remove(chunk.key(), chunk);
    } finally {
      lock.unlock();
    }
  }

  /// Takes a staged chunk away whose bytes could not be made durable.
  void removeStaged(Staged chunk) {
    lock.lock();
    try {
      if (staged.remove(chunk.key(), chunk)) {
        index.removeOwned(ownedEntry(chunk.key()));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Names may have come or gone in a folder that the next sync has to force.
  void folderChanged(String name) {
    lock.lock();
    try {
      changedFolders.add(name);
    } finally {
      lock.unlock();
    }
  }

  /// The folders under `chunks` in which names came or went since the last call.
  Set<String> takeChangedFolders() {
    lock.lock();
    try {
      Set<String> taken = new HashSet<>(changedFolders);
      changedFolders.clear();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /// Tells every chunk, without the lock.
  public void tell(Consumer<StoredChunk> each) {
    List<StoredChunk> found = new ArrayList<>(TELL_AT_ONCE);
    int next = 0;
    int end;
    do {
      lock.lock();
      try {
        end = index.entries();
        int stop = Math.min(end, next + TELL_AT_ONCE);
        for (; next < stop; next++) {
          if (index.headOfKey(next)) {
            boolean adopted = index.file(next) != ChunkIndex.OWNED;
            Cid cid = index.key(next).cid(index.codec(next));
            found.add(new StoredChunk(cid, index.sizeBytes(next), adopted));
          }
        }
      } finally {
        lock.unlock();
      }
      found.forEach(each);
      found.clear();
    } while (next < end);
  }

  public long ownedBytes() {
    lock.lock();
    try {
      return index.ownedBytes();
    } finally {
      lock.unlock();
    }
  }

  public long adoptedBytes() {
    lock.lock();
    try {
      return index.adoptedBytes();
    } finally {
      lock.unlock();
    }
  }

  public long chunks() {
    lock.lock();
    try {
      return index.chunks();
    } finally {
      lock.unlock();
    }
  }
}
