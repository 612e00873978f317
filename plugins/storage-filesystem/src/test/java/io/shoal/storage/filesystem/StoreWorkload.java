package io.shoal.storage.filesystem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore.Removal;
import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.FileClaims;
import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.FileRef;
import io.shoal.api.ShoalException;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One run: a store on a [SimulatedDisk], random calls, faults and crashes, and beside it a model
/// of what must be there.
final class StoreWorkload {
  private static final Path ROOT = Path.of("/sim");
  private static final Path USER = ROOT.resolve("user");
  private static final int CHUNKS = 24;
  private static final int FILES = 4;
  private static final int LIVES = 4;
  private static final int CALLS_A_LIFE = 40;

  /// A file that claims were made on, as the model sees it.
  private static final class Adopted {
    Path path;
    Optional<Path> movedTo = Optional.empty();
    FileRef ref;
    final List<Segment> claimed = new ArrayList<>();
    final List<Segment> synced = new ArrayList<>();

    Adopted(Path path, FileRef ref) {
      this.path = path;
      this.ref = ref;
    }
  }

  private final SplittableRandom random;
  private final TestContext context;
  private final SimulatedDisk disk = new SimulatedDisk(USER);
  private final List<String> history = new ArrayList<>();
  private final Map<Cid, byte[]> contents = new HashMap<>();
  // So that some is forced behind the writers in most lives, the chunks being tiny.
  private static final long FORCE_BEHIND_BYTES = 300;

  private final List<Cid> cids = new ArrayList<>();
  private final Set<Cid> committed = new HashSet<>();
  private final Set<Cid> durable = new HashSet<>();
  private final Set<Cid> uncertain = new HashSet<>();
  private final Map<Integer, Adopted> adopted = new HashMap<>();
  private FilesystemStore store;

  StoreWorkload(long seed, TestContext context) {
    this.random = new SplittableRandom(seed);
    this.context = context;
    for (int i = 0; i < CHUNKS; i++) {
      byte[] bytes = TestData.bytes(i, i * 5);
      Cid cid = TestData.cid(bytes);
      cids.add(cid);
      contents.put(cid, bytes);
    }
    store = new FilesystemStore(disk, new ForceThreads(1, FORCE_BEHIND_BYTES));
  }

  List<String> history() {
    return List.copyOf(history);
  }

  void run() throws Exception {
    for (int life = 0; life < LIVES; life++) {
      live();
      store.close();
      if (random.nextInt(3) == 0) {
        history.add("kill");
        disk.kill();
      } else {
        history.add("power loss");
        disk.losePower(random);
        committed.clear();
        committed.addAll(durable);
      }
      adopted.values().forEach(file -> file.claimed.retainAll(file.synced));
      store = new FilesystemStore(disk, new ForceThreads(1, FORCE_BEHIND_BYTES));
      store.start(context);
      check(true);
    }
    store.close();
  }

  private void live() throws Exception {
    List<SimulatedDisk.Fault> faults = List.of(SimulatedDisk.Fault.values());
    SimulatedDisk.Fault fault = faults.get(random.nextInt(faults.size()));
    disk.faultIn(random.nextInt(1, 150), fault);
    history.add("fault " + fault);
    try {
      if (random.nextInt(4) == 0) {
        store.close();
        store = new FilesystemStore(disk, new ForceThreads(1, FORCE_BEHIND_BYTES));
        store.start(context);
      } else if (history.size() == 1) {
        store.start(context);
      }
    } catch (ShoalException e) {
      disk.noFault();
      if (disk.stopped()) {
        return;
      }
      store.start(context);
    }
    for (int i = 0; i < CALLS_A_LIFE && !disk.stopped(); i++) {
      call();
    }
    if (!disk.stopped()) {
      disk.noFault();
      check(false);
    }
  }

  private void call() throws Exception {
    Cid cid = cids.get(random.nextInt(CHUNKS));
    int number = random.nextInt(FILES);
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> put(cid);
      case 3 -> delete(cid);
      case 4, 5 -> sync();
      case 6 -> userFile(number);
      case 7, 8 -> download(number);
      case 9 -> relocate(number);
      case 10 -> forget(number);
      default -> restart();
    }
  }

  private void put(Cid cid) {
    history.add("put " + cids.indexOf(cid));
    try {
      TestData.put(store, contents(cid));
      committed.add(cid);
      uncertain.remove(cid);
    } catch (Exception e) {
      history.add("failed: " + e.getMessage());
      uncertain.add(cid);
    }
  }

  private byte[] contents(Cid cid) {
    return Optional.ofNullable(contents.get(cid)).orElseThrow();
  }

  private void delete(Cid cid) {
    history.add("delete " + cids.indexOf(cid));
    durable.remove(cid);
    committed.remove(cid);
    uncertain.add(cid);
    adopted.values().forEach(file -> dropClaims(file, cid));
    try {
      store.delete(cid, random.nextBoolean() ? Removal.UNREFERENCED : Removal.CORRUPT);
    } catch (IOException e) {
      history.add("failed: " + e.getMessage());
    }
  }

  private static void dropClaims(Adopted file, Cid cid) {
    file.claimed.removeIf(segment -> segment.cid().equals(cid));
    file.synced.removeIf(segment -> segment.cid().equals(cid));
  }

  private void sync() {
    history.add("sync");
    try {
      store.sync();
      durable.addAll(committed);
      for (Adopted file : adopted.values()) {
        file.synced.clear();
        file.synced.addAll(file.claimed);
      }
    } catch (IOException e) {
      history.add("failed: " + e.getMessage());
      // What came since the last sync must be taken as lost, and a file that could not be forced is
      // not trusted any more.
      uncertain.addAll(committed);
      committed.clear();
      committed.addAll(durable);
      uncertain.removeAll(durable);
      adopted.clear();
    }
  }

  /// A user's file is written and added in place.
  private void userFile(int number) {
    Path path = USER.resolve("file" + number);
    history.add("add " + path);
    adopted.remove(number);
    adopted
        .values()
        .removeIf(other -> other.path.equals(path) || other.movedTo.equals(Optional.of(path)));
    byte[] bytes = contents(cids.get(random.nextInt(CHUNKS)));
    disk.userWrites(path, bytes);
    try {
      FileBacked files = store.fileBacked().orElseThrow();
      Adopted file = new Adopted(path, files.openFile(path));
      claim(files, file, new Segment(TestData.cid(bytes), 0, bytes.length));
      adopted.put(number, file);
    } catch (IOException | ShoalException e) {
      history.add("failed: " + e.getMessage());
    }
  }

  /// A download gets one chunk more.
  private void download(int number) {
    Path path = USER.resolve("part" + number);
    history.add("download " + path);
    @Nullable Adopted known = adopted.get(number);
    try {
      FileBacked files = store.fileBacked().orElseThrow();
      if (disk.content(path).isEmpty()) {
        disk.userWrites(path, new byte[0]);
        known = null;
      }
      FileRef ref = files.openGrowing(path);
      Adopted file = known != null && known.ref.equals(ref) ? known : new Adopted(path, ref);
      // A power loss may have brought a file back that had been moved on.
      adopted.values().removeIf(other -> other.ref.inode() == ref.inode());
      adopted.put(number, file);
      byte[] bytes = contents(cids.get(random.nextInt(CHUNKS)));
      long offset = disk.content(path).orElseThrow().length;
      disk.appends(path, bytes);
      claim(files, file, new Segment(TestData.cid(bytes), offset, bytes.length));
    } catch (IOException | ShoalException e) {
      history.add("failed: " + e.getMessage());
    }
  }

  private static void claim(FileBacked files, Adopted file, Segment segment)
      throws IOException, ShoalException {
    files.adopt(file.ref, List.of(segment));
    file.claimed.add(segment);
  }

  private void relocate(int number) {
    @Nullable Adopted file = adopted.get(number);
    if (file == null || !file.ref.growing()) {
      return;
    }
    Path target = USER.resolve("done" + number);
    boolean replace = random.nextBoolean();
    history.add("relocate " + file.path + (replace ? " over " : " to ") + target);
    try {
      file.movedTo = Optional.of(target);
      file.ref = store.fileBacked().orElseThrow().relocate(file.ref, target, replace);
      // The file of that name before is gone, and so is the one that the next download of this
      // number begins.
      adopted.remove(number);
      adopted.values().removeIf(other -> other.path.equals(target));
      adopted.put(number + FILES, file);
    } catch (IOException | ShoalException e) {
      history.add("failed: " + e.getMessage());
      if (!(e instanceof ShoalException)) {
        return;
      }
      file.movedTo = Optional.empty();
    }
  }

  private void forget(int number) throws IOException {
    @Nullable Adopted file = adopted.remove(number);
    if (file != null) {
      history.add("forget " + file.path);
      store.fileBacked().orElseThrow().forget(file.ref);
    }
  }

  private void restart() throws Exception {
    history.add("restart");
    // Nobody is left to be told of what could not be forced: as after any end without a sync.
    List<Cid> gone =
        committed.stream().filter(cid -> !durable.contains(cid) && isGone(cid)).toList();
    gone.forEach(committed::remove);
    uncertain.addAll(gone);
    store.close();
    adopted.values().forEach(file -> file.claimed.retainAll(file.synced));
    store = new FilesystemStore(disk, new ForceThreads(1, FORCE_BEHIND_BYTES));
    try {
      store.start(context);
    } catch (ShoalException e) {
      history.add("failed: " + e.getMessage());
      if (!disk.stopped()) {
        store.start(context);
      }
    }
  }

  private boolean isGone(Cid cid) {
    try {
      return !store.contains(cid);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void check(boolean afterCrash) throws Exception {
    if (!afterCrash && committed.stream().anyMatch(cid -> !durable.contains(cid) && isGone(cid))) {
      // What could not be forced behind the writers is gone, and the next sync says so.
      int before = history.size();
      sync();
      assertEquals(before + 2, history.size(), "an untold loss: " + history);
    }
    for (Cid cid : cids) {
      Optional<ChunkReader> reader = store.open(cid);
      if (reader.isPresent()) {
        try (ChunkReader open = reader.get()) {
          assertArrayEquals(contents(cid), TestData.bytesOf(open), "wrong bytes of " + cid);
        }
      }
      boolean must = durable.contains(cid) || !afterCrash && committed.contains(cid);
      assertTrue(reader.isPresent() || !must, "lost: " + cid + " " + history);
    }
    Map<Cid, StoredChunk> told = new HashMap<>();
    store.cids(chunk -> assertEquals(null, told.put(chunk.cid(), chunk), "told twice: " + chunk));
    assertEquals(told.size(), store.usage().chunks());
    assertEquals(
        told.values().stream()
            .filter(chunk -> !chunk.adopted())
            .mapToLong(StoredChunk::sizeBytes)
            .sum(),
        store.usage().ownedBytes());
    for (Adopted file : adopted.values()) {
      checkClaims(file);
    }
  }

  private void checkClaims(Adopted file) throws Exception {
    if (file.synced.isEmpty()) {
      return;
    }
    Optional<FileClaims> claims = claims(file, file.path);
    if (claims.isEmpty() && file.movedTo.isPresent()) {
      claims = claims(file, file.movedTo.get());
    }
    assertTrue(
        claims.isPresent(),
        "no reference to "
            + file.path
            + ": "
            + store.fileBacked().orElseThrow().claims(file.path)
            + " "
            + disk.stat(file.path)
            + " "
            + history);
    assertTrue(
        claims.get().segments().containsAll(file.synced),
        "claims of " + file.path + " are gone: " + claims.get() + " " + history);
  }

  /// The claims at a path, if they are on that very file; another of that name may have come since.
  private Optional<FileClaims> claims(Adopted file, Path path) throws IOException {
    return store
        .fileBacked()
        .orElseThrow()
        .claims(path)
        .filter(claims -> claims.ref().inode() == file.ref.inode())
        .filter(claims -> claims.state() != FileState.MISSING);
  }
}
