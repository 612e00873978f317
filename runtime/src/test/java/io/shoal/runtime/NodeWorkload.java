package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.store.RootCompleteness;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.MemoryNetwork;
import io.shoal.runtime.testing.PlainStore;
import io.shoal.runtime.testing.SimulatedFileSystem;
import io.shoal.runtime.testing.SimulatedFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// One run of a node on a disk that breaks, with a seed node that does not, and beside it a model
/// of what must be there.
final class NodeWorkload {
  private static final int LIVES = 3;
  private static final int CALLS_A_LIFE = 3;
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// What many runs came upon.
  static final class Totals {
    private final Map<String, Integer> struck = new TreeMap<>();
    private int lives;
    private int powerLosses;
    private int adds;
    private int gets;

    @Override
    public String toString() {
      return "%,d lives, %,d of them ended by the power; %,d adds and %,d gets acknowledged; struck: %s"
          .formatted(lives, powerLosses, adds, gets, struck);
    }
  }

  private final Random random;
  private final Totals totals;
  private final SimulatedFiles files = new SimulatedFiles();
  private final Path home = new SimulatedFileSystem(files).getPath("/home");
  private final ModelStore store = new ModelStore(files);
  private final List<String> history = new ArrayList<>();
  private final Map<Cid, byte[]> added = new LinkedHashMap<>();
  private int userFiles;
  private boolean fetched;
  private boolean fetchedDurably;

  NodeWorkload(long seed, Totals totals) {
    this.random = new Random(seed);
    this.totals = totals;
  }

  List<String> history() {
    return List.copyOf(history);
  }

  private static TestNode node(TestSwarm swarm, String name, ChunkStore store) throws Exception {
    return swarm.node(
        name, Node.Mode.SERVE, store, "digests.whenIdle", "false", "verify.interval", "off");
  }

  void run() throws Exception {
    Files.createDirectories(home);
    try (TestSwarm swarm = new TestSwarm(home)) {
      TestNode seed = node(swarm, "seed", new PlainStore());
      Path source = swarm.file("in", LEAF * (1 + random.nextInt(4)) + random.nextInt(1000), 1);
      byte[] content = Files.readAllBytes(source);
      Cid root = seed.add(source);
      for (int life = 0; life < LIVES; life++) {
        live(swarm, seed, root);
        crash();
        check(swarm, seed, root, content);
      }
    }
  }

  private void live(TestSwarm swarm, TestNode seed, Cid root) throws Exception {
    totals.lives++;
    SimulatedFiles.Fault[] faults = SimulatedFiles.Fault.values();
    files.forceAll();
    files.faultIn(1 + random.nextInt(45), faults[random.nextInt(faults.length)]);
    Optional<TestNode> node = Optional.empty();
    try {
      node = Optional.of(node(swarm, "node", store));
      for (int i = 0; i < CALLS_A_LIFE && !files.stopped(); i++) {
        call(swarm, node.get(), seed, root);
      }
    } catch (IOException | ShoalException e) {
      history.add("start failed: " + e.getMessage());
    }
    files.struck().ifPresent(this::remember);
    files.stop();
    node.ifPresent(TestNode::close);
  }

  private void remember(String where) {
    history.add(where);
    String what = where.replaceFirst(" of .*", "");
    totals.struck.merge(what, 1, Integer::sum);
  }

  private void call(TestSwarm swarm, TestNode node, TestNode seed, Cid root) throws Exception {
    int what = random.nextInt(8);
    boolean sync = random.nextBoolean();
    int size = random.nextInt(3 * LEAF);
    try {
      switch (what) {
        case 0, 1, 2 -> add(swarm, node, size);
        case 3, 4, 5 -> get(node, seed, root, sync);
        case 6 -> {
          history.add("gc");
          node.collect();
        }
        default -> {
          history.add("repair");
          repair(node);
        }
      }
    } catch (IOException | ShoalException e) {
      history.add("failed: " + e.getMessage());
    }
  }

  private void add(TestSwarm swarm, TestNode node, int size) throws Exception {
    String name = "mine" + userFiles++;
    history.add("add " + name);
    files.quiet(true);
    Path file;
    byte[] content;
    try {
      file = swarm.file(name, size, userFiles);
      content = Files.readAllBytes(file);
    } finally {
      files.quiet(false);
    }
    Cid root = node.add(file);
    added.put(root, content);
    totals.adds++;
    history.add("added");
  }

  private void get(TestNode node, TestNode seed, Cid root, boolean sync) throws Exception {
    history.add("get" + (sync ? " --sync" : ""));
    fetch(node, seed, root, sync);
    fetched = true;
    fetchedDurably |= sync;
    totals.gets++;
    history.add("got");
  }

  private ContentCommands.Fetched fetch(TestNode node, TestNode seed, Cid root, boolean sync)
      throws Exception {
    return node.get(
        ContentCommands.GetRequest.builder(new Reference.Content(root, Optional.empty()), home)
            .target(home.resolve("out"))
            .peers(List.of(MemoryNetwork.address(seed.name)))
            .timeout(PATIENCE)
            .sync(sync)
            .build());
  }

  private static void repair(TestNode node) throws Exception {
    node.repair(Duration.ofSeconds(5));
  }

  private void crash() throws IOException {
    if (random.nextInt(3) == 0) {
      history.add("kill");
      files.revive();
      store.crash(false, random);
    } else {
      history.add("power loss");
      totals.powerLosses++;
      files.losePower(random);
      store.crash(true, random);
      fetched &= fetchedDurably;
    }
  }

  private void check(TestSwarm swarm, TestNode seed, Cid root, byte[] content) throws Exception {
    everythingHeldIsRight();
    Path out = home.resolve("out");
    if (fetched) {
      assertArrayEquals(content, Files.readAllBytes(out), "a file that was fetched");
    }
    try (TestNode node = node(swarm, "node", store)) {
      for (Map.Entry<Cid, byte[]> each : added.entrySet()) {
        assertTrue(node.kept(each.getKey()).isPresent(), "a root is forgotten");
        RootCompleteness.require(store, each.getKey());
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        node.cat(
            new Reference.Content(each.getKey(), Optional.empty()), Duration.ofSeconds(5), read);
        assertArrayEquals(each.getValue(), read.toByteArray());
      }
      rotAndRepair(node);
      if (!fetched) {
        goOn(node, seed, root, content);
      }
    }
  }

  /// Nothing is held that is not what its id says: after a crash nothing has hashed it in this
  /// process.
  private void everythingHeldIsRight() throws IOException, RetryableException {
    List<ChunkStore.StoredChunk> held = new ArrayList<>();
    store.chunks(held::add);
    for (ChunkStore.StoredChunk chunk : held) {
      try (ChunkReader reader = store.open(chunk.cid()).orElse(null)) {
        if (reader != null) {
          ByteBuffer bytes = ByteBuffer.allocate(reader.sizeBytes());
          reader.read(bytes, 0);
          assertTrue(
              Arrays.equals(Blocks.sha256(bytes.array()), chunk.cid().multihash().digest()),
              "a claim that survived does not stand on its bytes");
        }
      }
    }
  }

  /// Of what was added only what other peers have can come back; here no peer has it, so it is only
  /// seen that nothing wrong is left.
  private void rotAndRepair(TestNode node) throws Exception {
    if (added.isEmpty() || random.nextInt(4) != 0) {
      return;
    }
    Optional<io.shoal.api.Multihash> victim = store.rot(random);
    if (victim.isPresent()) {
      StoreCommands.Verified found = node.verify();
      assertEquals(1, found.corrupt().size(), "corruption that was not found");
      everythingHeldIsRight();
      for (Map.Entry<Cid, byte[]> each : Map.copyOf(added).entrySet()) {
        // The user still has the file: added again, it is whole again.
        Path again = home.resolve("again");
        Files.write(again, each.getValue());
        assertEquals(each.getKey(), node.add(again));
      }
    }
  }

  /// The same command again ends well, and checks only what was not synced.
  private void goOn(TestNode node, TestNode seed, Cid root, byte[] content) throws Exception {
    Path out = home.resolve("out");
    Path part = home.resolve("out.part");
    if (random.nextBoolean()) {
      return; // the next life goes on with it
    }
    if (Files.exists(out)) {
      // It was renamed, and the caller did not learn of it: an unforced file may be anything.
      Files.delete(out);
    }
    long claimed = Files.exists(part) ? store.durableClaimBytes(part) : 0;
    files.takeReadBytes(part.toString());
    ContentCommands.Fetched got = fetch(node, seed, root, true);
    long read = files.takeReadBytes(part.toString());
    assertTrue(
        read <= content.length - claimed,
        "synced bytes were checked again: %d of %d, %d claimed: %s"
            .formatted(read, content.length, claimed, got));
    assertTrue(got.bytesTransferred() <= 3L * LEAF + content.length - claimed, got.toString());
    assertArrayEquals(content, Files.readAllBytes(out));
    Files.delete(out);
  }
}
