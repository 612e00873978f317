package io.shoal.runtime;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.testing.BytesReader;
import io.shoal.runtime.testing.SimulatedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// A store that keeps exactly what its contract says and no more: what was not synced is lost by a
/// power loss or not, a claim is durable once the bytes that it stands on are, and what could not
/// be made durable is not here any more. Users' files lie on a [SimulatedFiles], whose faults are
/// the store's as well.
final class ModelStore implements ChunkStore, FileBacked {
  private static final class Adopted {
    final long inode;
    final List<Path> paths = new ArrayList<>();
    FileRef ref;
    List<Segment> claims = new ArrayList<>();
    List<Segment> durable = new ArrayList<>();

    /// Whether it grows as far as is durable: a power loss can take its rename back.
    boolean durablyGrowing;

    Adopted(FileRef ref) {
      this.ref = ref;
      this.inode = ref.inode();
      this.durablyGrowing = ref.growing();
      paths.add(ref.path());
    }
  }

  private final SimulatedFiles files;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Multihash, byte[]> owned = new HashMap<>();
  private final Set<Multihash> durable = new HashSet<>();
  private final Map<Long, Adopted> adopted = new HashMap<>();

  ModelStore(SimulatedFiles files) {
    this.files = files;
  }

  /// The process has ended, and with it what it kept in memory.
  ///
  /// @param power whether the power has failed too
  void crash(boolean power, Random random) throws IOException {
    lock.lock();
    try {
      if (power) {
        owned.keySet().removeIf(hash -> !durable.contains(hash) && random.nextBoolean());
      }
      durable.addAll(owned.keySet());
      for (Adopted file : List.copyOf(adopted.values())) {
        file.claims = new ArrayList<>(file.durable);
        settle(file);
      }
    } finally {
      lock.unlock();
    }
  }

  /// A file that a crash caught between two names.
  private void settle(Adopted file) throws IOException {
    for (Path path : file.paths.reversed()) {
      Optional<SimulatedFiles.Stat> stat = files.stat(path.toString());
      if (stat.isPresent() && stat.get().inode() == file.inode) {
        boolean moved = file.paths.indexOf(path) > 0;
        file.ref = ref(path, stat.get(), file.durablyGrowing && !moved);
        return;
      }
    }
  }

  /// A bit of a chunk that the store owns rots.
  Optional<Multihash> rot(Random random) {
    lock.lock();
    try {
      List<Multihash> some =
          owned.entrySet().stream()
              .filter(each -> each.getValue().length > 0)
              .map(Map.Entry::getKey)
              .toList();
      if (some.isEmpty()) {
        return Optional.empty();
      }
      Multihash victim = some.get(random.nextInt(some.size()));
      byte[] bytes = owned.getOrDefault(victim, new byte[1]).clone();
      bytes[random.nextInt(bytes.length)] ^= 1;
      owned.put(victim, bytes);
      return Optional.of(victim);
    } finally {
      lock.unlock();
    }
  }

  /// The bytes of a file of which claims would survive a crash now.
  long durableClaimBytes(Path path) {
    lock.lock();
    try {
      return adopted.values().stream()
          .filter(file -> file.ref.path().equals(path))
          .flatMap(file -> file.durable.stream())
          .mapToLong(Segment::sizeBytes)
          .sum();
    } finally {
      lock.unlock();
    }
  }

  private static FileRef ref(Path path, SimulatedFiles.Stat stat, boolean growing) {
    return new FileRef(path, stat.sizeBytes(), stat.modified(), stat.inode(), growing);
  }

  private FileState state(Adopted file) throws IOException {
    Optional<SimulatedFiles.Stat> stat = files.stat(file.ref.path().toString());
    if (stat.isEmpty()) {
      return FileState.MISSING;
    }
    if (stat.get().inode() != file.inode) {
      return FileState.CHANGED;
    }
    if (file.ref.growing()) {
      return FileState.GROWING;
    }
    boolean same =
        stat.get().sizeBytes() == file.ref.sizeBytes()
            && stat.get().modified() == file.ref.modifiedNanos();
    return same ? FileState.INTACT : FileState.CHANGED;
  }

  @Override
  public void start(PluginContext context) {}

  @Override
  public void close() {}

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException {
    lock.lock();
    try {
      byte[] bytes = owned.get(cid.multihash());
      if (bytes != null) {
        return Optional.of(new BytesReader(bytes, true, () -> discard(cid.multihash(), bytes)));
      }
      for (Adopted file : adopted.values()) {
        FileState state = state(file);
        if (state == FileState.INTACT || state == FileState.GROWING) {
          for (Segment segment : file.claims) {
            if (segment.cid().multihash().equals(cid.multihash())) {
              return Optional.of(
                  new BytesReader(read(file, segment), false, () -> discard(file, segment)));
            }
          }
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private byte[] read(Adopted file, Segment segment) throws IOException {
    String path = "claimed " + file.ref.path();
    SimulatedFiles.Node node = files.open(file.ref.path().toString(), false, false, false);
    ByteBuffer into = ByteBuffer.allocate(segment.sizeBytes());
    files.read(path, node, into, segment.offsetBytes(), files.life());
    return into.array();
  }

  private boolean discard(Multihash hash, byte[] read) {
    lock.lock();
    try {
      // Arrays are equal if they are the same: another copy stays.
      boolean same = owned.remove(hash, read);
      if (same) {
        durable.remove(hash);
      }
      return same;
    } finally {
      lock.unlock();
    }
  }

  private boolean discard(Adopted file, Segment segment) {
    lock.lock();
    try {
      file.durable.remove(segment);
      return file.claims.remove(segment);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) throws IOException {
    return open(cid).map(reader -> new StoredChunk(cid, reader.sizeBytes(), reader.owned()));
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException, StoreFullException {
    step("create a chunk");
    byte[] copy = new byte[bytes.remaining()];
    step("write a chunk");
    bytes.get(copy);
    step("store a chunk");
    lock.lock();
    try {
      return owned.putIfAbsent(cid.multihash(), copy) == null;
    } finally {
      lock.unlock();
    }
  }

  private void step(String what) throws IOException, StoreFullException {
    try {
      files.storeStep(what);
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No space left")) {
        throw new StoreFullException("the model's disk is full: free some space", e);
      }
      throw e;
    }
  }

  @Override
  public boolean delete(Cid cid) throws IOException {
    files.storeStep("delete a chunk");
    lock.lock();
    try {
      boolean removed = owned.remove(cid.multihash()) != null;
      durable.remove(cid.multihash());
      for (Adopted file : adopted.values()) {
        removed |= file.claims.removeIf(claim -> claim.cid().multihash().equals(cid.multihash()));
        file.durable.removeIf(claim -> claim.cid().multihash().equals(cid.multihash()));
      }
      return removed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void chunks(ChunkSink each) {
    Map<Multihash, StoredChunk> all = new HashMap<>();
    lock.lock();
    try {
      adopted
          .values()
          .forEach(
              file ->
                  file.claims.forEach(
                      claim ->
                          all.put(
                              claim.cid().multihash(),
                              new StoredChunk(claim.cid(), claim.sizeBytes(), false))));
      owned.forEach(
          (hash, bytes) ->
              all.put(hash, new StoredChunk(Cid.of(Cid.RAW, hash), bytes.length, true)));
    } finally {
      lock.unlock();
    }
    for (StoredChunk chunk : List.copyOf(all.values())) {
      if (!each.chunk(chunk)) {
        return;
      }
    }
  }

  @Override
  public StoreUsage usage() {
    return StoreUsage.builder().build();
  }

  @Override
  public void sync() throws IOException {
    lock.lock();
    try {
      boolean synced = false;
      try {
        files.storeStep("sync the chunks");
        synced = true;
      } finally {
        if (!synced) {
          owned.keySet().retainAll(durable);
        }
      }
      durable.addAll(owned.keySet());
      for (Adopted file : List.copyOf(adopted.values())) {
        if (!file.claims.equals(file.durable)) {
          force(file);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void force(Adopted file) throws IOException {
    FileState state = state(file);
    if (state != FileState.INTACT && state != FileState.GROWING) {
      adopted.remove(file.inode);
      return;
    }
    String path = file.ref.path().toString();
    boolean forced = false;
    try {
      files.force(path, files.open(path, false, false, false));
      String folder = SimulatedFiles.parent(path);
      files.force(folder, files.open(folder, false, false, false));
      forced = true;
    } finally {
      if (!forced) {
        adopted.remove(file.inode);
      }
    }
    file.durable = new ArrayList<>(file.claims);
    file.durablyGrowing = file.ref.growing();
  }

  @Override
  public Optional<FileBacked> fileBacked() {
    return Optional.of(this);
  }

  private FileRef begin(Path path, boolean growing) throws IOException, UserFaultException {
    lock.lock();
    try {
      SimulatedFiles.Stat stat =
          files
              .stat(path.toString())
              .orElseThrow(() -> new UserFaultException(path + ": no such file: check the path"));
      Adopted known = adopted.get(stat.inode());
      FileState wanted = growing ? FileState.GROWING : FileState.INTACT;
      if (known != null && known.ref.path().equals(path) && state(known) == wanted) {
        return known.ref;
      }
      // Another file has the path now.
      adopted.values().removeIf(file -> file.ref.path().equals(path));
      FileRef ref = ref(path, stat, growing);
      adopted.put(stat.inode(), new Adopted(ref));
      return ref;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public FileRef refer(Path path) throws IOException, UserFaultException {
    return begin(path, false);
  }

  @Override
  public FileRef referGrowing(Path path) throws IOException, UserFaultException {
    return begin(path, true);
  }

  @Override
  public void adopt(FileRef ref, List<Segment> segments) throws IOException, ChunkChangedException {
    lock.lock();
    try {
      Adopted file = adopted.get(ref.inode());
      if (file == null || !file.ref.equals(ref)) {
        throw new ChunkChangedException(ref.path() + " changed: fetch it again");
      }
      switch (state(file)) {
        case INTACT, GROWING -> file.claims.addAll(segments);
        case CHANGED, MISSING ->
            throw new ChunkChangedException(ref.path() + " changed: fetch it again");
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public FileRef relocate(FileRef ref, Path target, boolean replace)
      throws IOException, UserFaultException {
    lock.lock();
    try {
      Adopted file = adopted.get(ref.inode());
      if (file == null || !file.ref.equals(ref)) {
        throw new IOException(ref.path() + " changed: fetch it again");
      }
      if (!replace && files.stat(target.toString()).isPresent()) {
        throw new UserFaultException(target + " is there: move it away");
      }
      file.paths.add(target);
      files.move(ref.path().toString(), target.toString());
      file.ref = ref(target, files.stat(target.toString()).orElseThrow(), false);
      return file.ref;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void forget(FileRef ref) {
    lock.lock();
    try {
      Adopted file = adopted.get(ref.inode());
      if (file != null && file.ref.equals(ref)) {
        adopted.remove(ref.inode());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<FileClaims> claims(Path path) throws IOException {
    lock.lock();
    try {
      for (Adopted file : adopted.values()) {
        if (file.ref.path().equals(path)) {
          return Optional.of(new FileClaims(file.ref, state(file), List.copyOf(file.claims)));
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void references(Consumer<FileClaims> each) throws IOException {
    List<FileClaims> all = new ArrayList<>();
    lock.lock();
    try {
      for (Adopted file : adopted.values()) {
        all.add(new FileClaims(file.ref, state(file), List.copyOf(file.claims)));
      }
    } finally {
      lock.unlock();
    }
    all.forEach(each);
  }
}
