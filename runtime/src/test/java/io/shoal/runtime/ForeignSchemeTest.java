package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.Scheme;
import io.shoal.api.ServeAnswer;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.file.WholeDigests;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.MemoryNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Peers of schemes that can do less than the node's own: it uses what they can do, and nothing
/// else.
@Timeout(120)
class ForeignSchemeTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String[] ALLOWED = {"transport.plain", "[mem]"};

  @TempDir Path folder;

  static Stream<Scheme> schemes() {
    return Stream.of(
        Scheme.of("mem"),
        Scheme.of("mem", Scheme.Trait.AVAILABILITY),
        Scheme.of("mem", Scheme.Trait.SYMMETRIC, Scheme.Trait.AVAILABILITY),
        Scheme.of(
            "mem", Scheme.Trait.CONFIDENTIAL, Scheme.Trait.PROVES_BOTH, Scheme.Trait.AVAILABILITY));
  }

  /// Two that fetch from a seed and from each other at the same time: there is news to report,
  /// peers to introduce and chunks to divide.
  @ParameterizedTest
  @MethodSource("schemes")
  void whatTheSchemeHasIsUsedAndNothingElse(Scheme scheme) throws Exception {
    MemoryNetwork network = new MemoryNetwork(scheme);
    try (TestSwarm swarm = new TestSwarm(folder, network);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Path file = swarm.file("in", LEAF * 40, 7);
      Cid root = swarm.node("origin", ALLOWED).add(file);
      TestNode seed = swarm.node("seed", ALLOWED);
      TestNode first = swarm.node("first", ALLOWED);
      TestNode second = swarm.node("second", ALLOWED);

      boolean reports = scheme.has(Scheme.Trait.AVAILABILITY);
      if (!reports) {
        // Nobody would say that it came.
        seed.add(file);
      }
      Future<?> one = threads.submit(() -> first.get(root, "one", LONG, seed, second));
      Future<?> two = threads.submit(() -> second.get(root, "two", LONG, seed, first));
      if (reports) {
        TestSwarm.await(
            LONG, () -> first.connected().size() >= 2 && second.connected().size() >= 2);
        seed.add(file);
      }
      one.get();
      two.get();

      assertEquals(-1, Files.mismatch(file, folder.resolve("one")));
      assertEquals(-1, Files.mismatch(file, folder.resolve("two")));
      assertEquals(List.of(), network.misuses());
    }
  }

  @Test
  void whereThereAreNoMessagesNobodyIsAskedForADigest() throws Exception {
    MemoryNetwork network = new MemoryNetwork(Scheme.of("mem"));
    try (TestSwarm swarm = new TestSwarm(folder, network)) {
      TestNode knowing = swarm.node("knowing", ALLOWED);
      Path file = swarm.file("in", LEAF * 3, 7);
      knowing.add(file);
      TestNode asking = swarm.node("asking", ALLOWED);
      Reference digest = new Reference.WholeDigest(WholeDigests.of(file));

      assertThrows(NotFoundException.class, () -> asking.get(digest, "out", SHORT, false, knowing));

      assertEquals(List.of(), network.misuses());
    }
  }

  /// The peer answers what was asked, and asks nothing.
  @Test
  void aPeerThatWasDialledMayNotAskWhereTheSchemeGoesOneWay() throws Exception {
    MemoryNetwork network = new MemoryNetwork(Scheme.of("mem", Scheme.Trait.AVAILABILITY));
    try (TestSwarm swarm = new TestSwarm(folder, network)) {
      TestNode dialled = swarm.node("dialled", ALLOWED);
      TestNode dialling = swarm.node("dialling", ALLOWED);
      Cid there = dialled.add(swarm.file("there", LEAF, 7));
      Cid here = dialling.add(swarm.file("here", LEAF, 8));
      dialling.get(there, "out", LONG, dialled);
      PeerConnection inbound = dialled.connected().getFirst();
      PeerConnection outbound = dialling.connected().getFirst();

      assertEquals(
          new ServeAnswer.Refuse(new Refusal.Denied()),
          network.askAnyway(inbound, ChunkRequest.of(here)));
      assertInstanceOf(
          ServeAnswer.Serve.class, network.askAnyway(outbound, ChunkRequest.of(there)));
    }
  }

  @Test
  void aSchemeThatDoesNotEncryptIsNotUsedUnlessItIsNamed() throws Exception {
    try (TestSwarm swarm = new TestSwarm(folder, new MemoryNetwork(Scheme.of("mem")))) {
      TestNode silent = swarm.node("silent");
      assertEquals(List.of(), silent.status().endpoints());
      TestNode open = swarm.node("open", ALLOWED);
      assertTrue(open.status().endpoints().contains(MemoryNetwork.address("open").toString()));
    }
  }

  @Test
  void endpointsThatChangeAreAnnounced() throws Exception {
    MemoryNetwork network = new MemoryNetwork();
    try (TestSwarm swarm = new TestSwarm(folder, network)) {
      TestNode node = swarm.node("node");
      Cid root = node.add(swarm.file("in", LEAF * 3, 7));
      TestSwarm.await(LONG, () -> swarm.announcedAt(root).contains(MemoryNetwork.address("node")));

      network.move("node", "elsewhere");

      TestSwarm.await(
          LONG, () -> swarm.announcedAt(root).contains(MemoryNetwork.address("elsewhere")));
      assertEquals(
          List.of(MemoryNetwork.address("elsewhere").toString()), node.status().endpoints());
      TestNode other = swarm.node("other");
      other.get(root, "out", LONG);
    }
  }
}
