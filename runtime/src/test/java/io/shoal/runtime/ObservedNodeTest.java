package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.NodeObserver;
import io.shoal.api.ShoalException;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.testing.PlainStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an observer hears of a node.
@Timeout(120)
class ObservedNodeTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;
  private TestSwarm swarm;
  private final Ear ear = new Ear();

  @BeforeEach
  void open() {
    swarm = new TestSwarm(folder);
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private static final class Ear implements NodeObserver {
    final BlockingQueue<List<Object>> heard = new LinkedBlockingQueue<>();

    List<Object> next() throws InterruptedException {
      return Optional.ofNullable(heard.poll(30, TimeUnit.SECONDS)).orElse(List.of());
    }

    @Override
    public void ready() {
      heard.add(List.of("ready"));
    }

    @Override
    public void downloadEnded(Download download) {
      heard.add(
          List.of(
              "ended",
              download.root(),
              download.path(),
              download.sizeBytes(),
              download.failure().isPresent(),
              download.isPrivate(),
              download.took().isNegative()));
    }

    @Override
    public void rootAdded(Root root) {
      heard.add(about("added", root));
    }

    @Override
    public void rootReleased(Root root) {
      heard.add(about("released", root));
    }

    private static List<Object> about(String event, Root root) {
      return List.of(
          event, root.cid(), root.name(), root.sizeBytes(), root.isFolder(), root.isPrivate());
    }

    @Override
    public void stopping() {
      heard.add(List.of("stopping"));
    }
  }

  private TestNode observed() throws Exception {
    return swarm.node(
        "observed",
        Node.Mode.SERVE,
        new PlainStore(),
        List.of(new ActivePlugins.Active<>("observer-test", ear)));
  }

  @Test
  void everyEventComesOnceFromTheFirstToTheLast() throws Exception {
    TestNode first = swarm.node("first");
    Cid there = first.add(swarm.file("there", LEAF * 2, 1));
    Path mine = swarm.file("mine", 9, 2);
    TestNode node = observed();
    Cid added = node.add(mine);
    node.add(mine);
    Cid hidden = Cid.parse(node.add(swarm.file("hidden", 8, 3), true).root());
    node.get(there, "out", LONG, first);
    node.get(there, "out", LONG, first);
    node.access.pin(there);
    node.unpin(there);
    node.close();

    assertEquals(List.of("ready"), ear.next());
    assertEquals(about("added", added, "mine", 9, false), ear.next());
    assertEquals(about("added", hidden, "hidden", 8, true), ear.next());
    Optional<Path> out = Optional.of(folder.resolve("out"));
    assertEquals(List.of("ended", there, out, 2L * LEAF, false, false, false), ear.next());
    assertEquals(about("added", there, there.toString(), 2 * LEAF, false), ear.next());
    assertEquals("released", ear.next().getFirst());
    assertEquals(List.of("stopping"), ear.next());
    assertEquals(List.of(), new ArrayList<>(ear.heard));
  }

  private static List<Object> about(
      String event, Cid root, String name, long sizeBytes, boolean isPrivate) {
    return List.of(event, root, Optional.of(name), sizeBytes, false, isPrivate);
  }

  @Test
  void aDownloadThatFailsIsReportedWithItsReason() throws Exception {
    TestNode node = observed();
    Cid nowhere = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
    assertThrows(ShoalException.class, () -> node.get(nowhere, "out", SHORT));
    assertEquals(List.of("ready"), ear.next());
    Optional<Path> out = Optional.of(folder.resolve("out"));
    assertEquals(List.of("ended", nowhere, out, 0L, true, false, false), ear.next());
  }
}
