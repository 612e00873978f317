package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.RootCompleteness;
import io.shoal.runtime.testing.SimulatedFileSystem;
import io.shoal.runtime.testing.SimulatedFiles;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Garbage collection beside what a node does at the same time, with real threads.
class CollectionTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /// Different contents; they share leaves, so that what one root lets go another one needs.
  private static final int CONTENTS = 6;

  private static final int ROUNDS = Boolean.getBoolean("shoal.full") ? 400 : 25;

  private final SimulatedFiles files = new SimulatedFiles();
  private final Path home = new SimulatedFileSystem(files).getPath("/home");
  private final ModelStore store = new ModelStore(files);
  private final Map<Cid, byte[]> pinned = new ConcurrentHashMap<>();
  private TestSwarm swarm;
  private TestNode node;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectories(home);
    swarm = new TestSwarm(home);
    node = swarm.node("node", Node.Mode.SERVE, store, "digests.whenIdle", "false");
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private static byte[] content(int number) {
    byte[] bytes = new byte[LEAF * 3 + number];
    new Random(number % 3).nextBytes(bytes);
    return bytes;
  }

  @Test
  void addsGetsAndReadsBesideCollectionsLoseNothing() throws Exception {
    TestNode seed = swarm.node("seed");
    List<Cid> fetched = new ArrayList<>();
    for (int i = 0; i < CONTENTS; i++) {
      Path file = Files.write(home.resolve("seed-file" + i), content(i));
      fetched.add(seed.add(file));
    }
    AtomicInteger running = new AtomicInteger(4);
    List<Callable<Boolean>> work =
        List.of(
            ending(running, () -> addAndUnpin(1)),
            ending(running, () -> addAndUnpin(2)),
            ending(running, () -> fetch(seed, fetched)),
            ending(running, this::readWhatIsPinned),
            () -> collectWhile(running));
    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      List<Future<Boolean>> results = new ArrayList<>();
      work.forEach(each -> results.add(threads.submit(each)));
      for (Future<Boolean> result : results) {
        assertTrue(result.get());
      }
    }
    for (Map.Entry<Cid, byte[]> each : pinned.entrySet()) {
      RootCompleteness.require(store, each.getKey());
      assertArrayEquals(each.getValue(), read(each.getKey()));
    }
    node.collect();
    assertEquals(reachable(), owned(), "nothing unneeded is left, and nothing needed is gone");
  }

  private static Callable<Boolean> ending(AtomicInteger running, Callable<Boolean> work) {
    return () -> {
      try {
        return work.call();
      } finally {
        running.decrementAndGet();
      }
    };
  }

  /// Each thread has contents of its own, or it could unpin what the other one just added.
  private boolean addAndUnpin(int thread) throws Exception {
    Random random = new Random(thread);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] content = content(thread * 100 + random.nextInt(CONTENTS));
      Path file = Files.write(home.resolve("add" + thread), content);
      Cid root = node.add(file);
      RootCompleteness.require(store, root);
      pinned.put(root, content);
      if (random.nextBoolean()) {
        pinned.remove(root);
        node.unpin(root);
      }
    }
    return true;
  }

  private boolean fetch(TestNode seed, List<Cid> roots) throws Exception {
    Random random = new Random(3);
    for (int round = 0; round < ROUNDS; round++) {
      int number = random.nextInt(CONTENTS);
      boolean keep = random.nextBoolean();
      Path out = home.resolve("got" + round);
      Reference reference = new Reference.Content(roots.get(number), Optional.empty());
      node.get(reference, out.toString(), PATIENCE, keep, seed);
      assertArrayEquals(content(number), Files.readAllBytes(out));
      if (keep) {
        RootCompleteness.require(store, roots.get(number));
        pinned.put(roots.get(number), content(number));
      }
    }
    return true;
  }

  private boolean readWhatIsPinned() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      for (Map.Entry<Cid, byte[]> each : Map.copyOf(pinned).entrySet()) {
        try {
          assertArrayEquals(each.getValue(), read(each.getKey()));
        } catch (NotFoundException | DeadlineException e) {
          assertTrue(!pinned.containsKey(each.getKey()), "a pinned root cannot be read: " + e);
        }
      }
    }
    return true;
  }

  private boolean collectWhile(AtomicInteger running) throws Exception {
    while (running.get() > 0) {
      try {
        node.collect();
      } catch (RetryableException e) {
        Thread.onSpinWait(); // adds took all its patience
      }
    }
    return true;
  }

  private byte[] read(Cid root) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    node.cat(new Reference.Content(root, Optional.empty()), Duration.ofSeconds(20), out);
    return out.toByteArray();
  }

  private Set<Multihash> reachable() throws Exception {
    Set<Multihash> reachable = new HashSet<>();
    for (KeptRoot root : node.index().all()) {
      node.dag().reachable(root.cid(), cid -> reachable.add(cid.multihash()));
    }
    reachable.retainAll(owned());
    return reachable;
  }

  private Set<Multihash> owned() {
    Set<Multihash> owned = new HashSet<>();
    store.chunks(
        chunk -> {
          if (chunk.owned()) {
            owned.add(chunk.cid().multihash());
          }
          return true;
        });
    return owned;
  }

  @Test
  void aReaderThatWasOpenGoesOnWhenItsChunkIsCollected() throws Exception {
    Path file = Files.write(home.resolve("in"), content(0));
    Cid root = node.add(file);
    byte[] block = node.load(root).orElseThrow();
    try (ChunkReader lease = store.open(root).orElseThrow()) {
      node.unpin(root);
      assertEquals(4, node.collect().chunksRemoved());
      ByteBuffer read = ByteBuffer.allocate(lease.sizeBytes());
      lease.read(read, 0);
      assertArrayEquals(block, read.array());
    }
  }

  @Test
  void whatIsKeptNeedsNoFileOfTheUserAlsoIfThatWasFetchedBefore() throws Exception {
    TestNode seed = swarm.node("seed");
    Cid root = seed.add(Files.write(home.resolve("in"), content(4)));
    Reference reference = new Reference.Content(root, Optional.empty());
    Path out = home.resolve("out");
    node.get(reference, out.toString(), PATIENCE, false, seed);
    node.get(reference, out.toString(), PATIENCE, true, seed);
    Files.delete(out);
    seed.close();

    node.collect();

    RootCompleteness.require(store, root);
    assertArrayEquals(content(4), read(root));
  }

  @Test
  void referencesToFilesThatAreGoneAreLetGo() throws Exception {
    Files.createDirectories(home.resolve("medium"));
    Path deleted = Files.write(home.resolve("deleted"), content(0));
    Path changed = Files.write(home.resolve("changed"), content(1));
    Path kept = Files.write(home.resolve("kept"), content(2));
    Path unplugged = Files.write(home.resolve("medium/unplugged"), content(3));
    for (Path file : List.of(deleted, changed, kept, unplugged)) {
      addInPlace(file);
    }
    Files.delete(deleted);
    Files.write(changed, content(5));
    Files.delete(unplugged);
    Files.delete(home.resolve("medium"));

    node.collect();

    List<Path> left = new ArrayList<>();
    store.references(claims -> left.add(claims.ref().path()));
    assertEquals(Set.of(kept, unplugged), Set.copyOf(left));
    assertEquals(Optional.empty(), store.claims(deleted).map(FileBacked.FileClaims::ref));
  }

  private void addInPlace(Path file) throws Exception {
    node.add(
        ContentCommands.AddRequest.builder(List.of(file)).inPlace(true).leafSizeBytes(LEAF).build(),
        added -> {});
  }
}
