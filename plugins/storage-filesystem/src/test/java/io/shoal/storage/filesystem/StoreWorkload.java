package io.shoal.storage.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.FileClaims;
import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.FileRef;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.disk.SimulatedDisk;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One run: a store on a [SimulatedDisk], random calls, faults and crashes, and beside it a model
/// of what must be there. Where the disk lies (leaves a step out or changes a bit in silence), what
/// the step was about may be gone or wrong, nothing else may; and what is wrong an audit must find.
///
/// Longer than other classes since all calls of the store are checked against one model.
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
  private static final long NOTE_AFTER_BYTES = 150;

  private final List<Cid> cids = new ArrayList<>();
  private final Set<Cid> committed = new HashSet<>();
  private final Set<Cid> durable = new HashSet<>();
  private final Set<Cid> uncertain = new HashSet<>();
  private final Map<Integer, Adopted> adopted = new HashMap<>();

  /// Chunks that the disk lied about: may be gone or wrong until they are audited.
  private final Set<Cid> tainted = new HashSet<>();

  /// Whether the disk lied about a name in a folder: nothing becomes durable for sure in this life.
  private boolean liedAboutNames;

  /// Whether it lied about the journal: records after the lie may not be readable.
  private boolean liedAboutClaims;

  /// Whether it ever lied about a user's file or a claim: claims may be wrong until they are
  /// audited.
  private boolean liedAboutFiles;

  private final StrikeTable strikes;
  private String doing = "start";
  private FilesystemStore store;

  /// @param strikes counts where faults struck
  StoreWorkload(long seed, TestContext context, StrikeTable strikes) {
    this.random = new SplittableRandom(seed);
    this.context = context;
    this.strikes = strikes;
    for (int i = 0; i < CHUNKS; i++) {
      byte[] bytes = TestData.bytes(i, i * 5);
      Cid cid = TestData.cid(bytes);
      cids.add(cid);
      contents.put(cid, bytes);
    }
    store = new FilesystemStore(disk, new ForceThreads(1, FORCE_BEHIND_BYTES), NOTE_AFTER_BYTES);
  }

  List<String> history() {
    return List.copyOf(history);
  }

  void run() throws Exception {
    for (int life = 0; life < LIVES; life++) {
      live();
      noteStrike();
      store.close();
      distrustNames();
      liedAboutNames = false;
      liedAboutClaims = false;
      if (random.nextInt(3) == 0) {
        history.add("kill");
        disk.kill();
      } else {
        history.add("power loss");
        disk.losePower(random);
        rotAtRest();
        committed.clear();
        committed.addAll(durable);
      }
      adopted.values().forEach(file -> file.claimed.retainAll(file.synced));
      store = new FilesystemStore(disk, new ForceThreads(1, FORCE_BEHIND_BYTES), NOTE_AFTER_BYTES);
      store.start(context);
      check(true);
      repair();
    }
    store.close();
  }

  /// What lay on the medium for long is not what it was.
  private void rotAtRest() {
    Cid cid = cids.get(random.nextInt(CHUNKS));
    ChunkKey key = ChunkKey.of(cid).orElseThrow();
    Path path = Path.of("/sim/store/chunks", key.folderName(), key.fileName());
    if (random.nextInt(3) == 0 && disk.rot(path, random)) {
      history.add("rot " + cids.indexOf(cid));
      taint(cid);
    }
  }

  /// After a lie about names, what was not durable before may be there and not last.
  private void distrustNames() {
    if (liedAboutNames) {
      cids.stream().filter(cid -> !durable.contains(cid)).forEach(this::taint);
    }
  }

  private void taint(Cid cid) {
    tainted.add(cid);
    durable.remove(cid);
    committed.remove(cid);
    uncertain.add(cid);
  }

  /// Takes the disk's lies into the model.
  private void noteStrike() {
    Optional<SimulatedDisk.Strike> strike = disk.takeStrike();
    strike.ifPresent(
        found -> {
          strikes.count(found, doing);
          history.add(found + " while " + doing);
        });
    if (strike.isEmpty() || !strike.get().fault().silent()) {
      return;
    }
    Path path = strike.get().path();
    String name = String.valueOf(path.getFileName());
    if (path.startsWith(USER) || name.startsWith("references")) {
      adopted.clear();
      liedAboutClaims = true;
      liedAboutFiles = true;
    } else if (strike.get().step() == SimulatedDisk.Step.SYNC_FOLDER
        || strike.get().step() == SimulatedDisk.Step.MAKE_FOLDER
        || name.equals("boot")) {
      liedAboutNames = true;
    } else {
      cids.stream()
          .filter(cid -> name.contains(ChunkKey.of(cid).orElseThrow().fileName()))
          .toList()
          .forEach(this::taint);
    }
  }

  private void live() throws Exception {
    List<SimulatedDisk.Fault> faults = List.of(SimulatedDisk.Fault.values());
    SimulatedDisk.Fault fault = faults.get(random.nextInt(faults.size()));
    disk.faultIn(random.nextInt(1, 150), fault);
    history.add("fault " + fault);
    try {
      if (random.nextInt(4) == 0) {
        store.close();
        store =
            new FilesystemStore(disk, new ForceThreads(1, FORCE_BEHIND_BYTES), NOTE_AFTER_BYTES);
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
    noteStrike();
    for (int i = 0; i < CALLS_A_LIFE && !disk.stopped(); i++) {
      call();
      noteStrike();
    }
    if (!disk.stopped()) {
      disk.noFault();
      check(false);
    }
  }

  private void call() throws Exception {
    Cid cid = cids.get(random.nextInt(CHUNKS));
    int number = random.nextInt(FILES);
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> put(cid);
      case 3 -> delete(cid);
      case 4, 5 -> sync("add");
      case 6 -> userFile(number);
      case 7, 8 -> download(number);
      case 9 -> relocate(number);
      case 10 -> forget(number);
      case 11 -> collect();
      case 12 -> repair();
      default -> restart();
    }
  }

  private void put(Cid cid) {
    doing = "add";
    history.add("put " + cids.indexOf(cid));
    try {
      boolean fresh = store.find(cid).isEmpty();
      TestData.put(store, contents(cid));
      Optional<SimulatedDisk.Strike> lie = disk.strike().filter(found -> found.fault().silent());
      if (lie.isPresent()) {
        taint(cid); // also where the step was about its temporary file
      } else if (fresh || !tainted.contains(cid)) {
        committed.add(cid);
        uncertain.remove(cid);
      }
    } catch (Exception e) {
      history.add("failed: " + e.getMessage());
      uncertain.add(cid);
    }
  }

  private byte[] contents(Cid cid) {
    return Optional.ofNullable(contents.get(cid)).orElseThrow();
  }

  private void delete(Cid cid) {
    doing = "delete";
    history.add("delete " + cids.indexOf(cid));
    durable.remove(cid);
    committed.remove(cid);
    uncertain.add(cid);
    adopted.values().forEach(file -> dropClaims(file, cid));
    try {
      if (random.nextBoolean()) {
        store.delete(cid);
      } else {
        TestData.discard(store, cid);
      }
    } catch (IOException | RetryableException e) {
      history.add("failed: " + e.getMessage());
    }
  }

  /// Removes what a random set of roots does not need, as a collection does.
  private void collect() throws IOException {
    doing = "gc";
    List<Cid> found = new ArrayList<>();
    store.chunks(chunk -> found.add(chunk.cid()));
    for (Cid cid : cids) {
      if (found.contains(cid) && random.nextInt(6) == 0) {
        delete(cid);
        doing = "gc";
      }
    }
    sync("gc");
  }

  /// Reads every copy of what is here, has corrupt ones quarantined and stores them again.
  private void repair() throws Exception {
    doing = "repair";
    history.add("repair");
    boolean quiet = true;
    for (Cid cid : cids) {
      try {
        AtomicInteger removed = new AtomicInteger();
        store.copies(
            cid,
            copy -> {
              if (!isRightOrMayBeWrong(cid, copy) && copy.discard()) {
                removed.incrementAndGet();
              }
              return true;
            });
        if (removed.get() > 0) {
          history.add("quarantined " + cids.indexOf(cid));
          put(cid);
          doing = "repair";
        }
      } catch (IOException e) {
        history.add("failed: " + e.getMessage());
        quiet = false;
      }
      noteStrike();
    }
    sync("repair");
    if (quiet && !disk.stopped()) {
      for (Cid cid : cids) {
        Optional<ChunkReader> copy = store.open(cid);
        assertTrue(
            copy.isEmpty() || isRight(cid, copy.get()) || tainted.contains(cid),
            () -> "still corrupt: " + cids.indexOf(cid));
      }
    }
  }

  private boolean isRightOrMayBeWrong(Cid cid, ChunkReader copy)
      throws IOException, RetryableException {
    boolean right = isRight(cid, copy);
    assertTrue(
        right || tainted.contains(cid) || liedAboutFiles && !copy.owned(),
        () -> "corrupt without a cause: " + cids.indexOf(cid));
    return right;
  }

  private boolean isRight(Cid cid, ChunkReader copy) throws IOException, RetryableException {
    return Arrays.equals(contents(cid), TestData.bytesOf(copy));
  }

  private static void dropClaims(Adopted file, Cid cid) {
    file.claimed.removeIf(segment -> segment.cid().equals(cid));
    file.synced.removeIf(segment -> segment.cid().equals(cid));
  }

  private void sync(String of) {
    doing = of;
    history.add("sync");
    try {
      store.sync();
      noteStrike();
      if (liedAboutNames || liedAboutClaims) {
        adopted.clear();
      }
      if (!liedAboutNames) {
        durable.addAll(committed);
        tainted.removeAll(committed); // until then a power loss can bring the wrong bytes back
      }
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
    doing = "add in place";
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
      Adopted file = new Adopted(path, files.refer(path));
      claim(files, file, new Segment(TestData.cid(bytes), 0, bytes.length));
      adopted.put(number, file);
    } catch (IOException | ShoalException e) {
      history.add("failed: " + e.getMessage());
    }
  }

  /// A download gets one chunk more.
  private void download(int number) {
    doing = "get";
    Path path = USER.resolve("part" + number);
    history.add("download " + path);
    @Nullable Adopted known = adopted.get(number);
    try {
      FileBacked files = store.fileBacked().orElseThrow();
      if (disk.content(path).isEmpty()) {
        disk.userWrites(path, new byte[0]);
        known = null;
      }
      FileRef ref = files.referGrowing(path);
      Adopted file = known != null && known.ref.equals(ref) ? known : new Adopted(path, ref);
      Path done = USER.resolve("done" + number);
      if (disk.stat(done).filter(other -> other.inode() == ref.inode()).isPresent()) {
        file.movedTo = Optional.of(done); // an attempt to move it came half-way
      }
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
    doing = "get";
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
    doing = "start";
    history.add("restart");
    // No caller is left to learn what could not be forced: as after any end without a sync.
    List<Cid> gone =
        committed.stream().filter(cid -> !durable.contains(cid) && isGone(cid)).toList();
    gone.forEach(committed::remove);
    uncertain.addAll(gone);
    store.close();
    adopted.values().forEach(file -> file.claimed.retainAll(file.synced));
    store = new FilesystemStore(disk, new ForceThreads(1, FORCE_BEHIND_BYTES), NOTE_AFTER_BYTES);
    try {
      store.start(context);
    } catch (ShoalException e) {
      history.add("failed: " + e.getMessage());
      if (!disk.stopped()) {
        store.start(context);
      }
    }
    noteStrike();
    distrustNames();
  }

  /// Whether the store's own copy is not there; what lies in a user's file is none.
  private boolean isGone(Cid cid) {
    try {
      return store.find(cid).filter(StoredChunk::owned).isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void check(boolean afterCrash) throws Exception {
    if (!afterCrash && committed.stream().anyMatch(cid -> !durable.contains(cid) && isGone(cid))) {
      // What could not be forced behind the writers is gone, and the next sync says so.
      int before = history.size();
      sync("add");
      assertEquals(before + 2, history.size(), "an unreported loss");
    }
    for (Cid cid : cids) {
      Optional<ChunkReader> reader = store.open(cid);
      if (reader.isPresent()) {
        try (ChunkReader open = reader.get()) {
          isRightOrMayBeWrong(cid, open);
        }
      }
      boolean must = durable.contains(cid) || !afterCrash && committed.contains(cid);
      assertTrue(reader.isPresent() || !must, () -> "lost: " + cids.indexOf(cid));
    }
    Map<Cid, StoredChunk> reported = new HashMap<>();
    store.chunks(
        chunk -> {
          assertEquals(null, reported.put(chunk.cid(), chunk), "reported twice: " + chunk);
          return true;
        });
    assertEquals(reported.size(), store.usage().chunks());
    assertEquals(
        reported.values().stream()
            .filter(StoredChunk::owned)
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
    assertTrue(claims.isPresent(), () -> "no reference to " + file.path);
    FileClaims found = claims.get();
    assertTrue(
        found.segments().containsAll(file.synced),
        () -> "claims of " + file.path + " are gone: " + found);
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
