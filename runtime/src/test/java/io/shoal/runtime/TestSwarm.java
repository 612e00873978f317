package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.NodeObserver;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.Provider;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecords;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.testing.MemoryNetwork;
import io.shoal.runtime.testing.PlainStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Several nodes in this process, with real runtimes and plugins in memory.
final class TestSwarm implements AutoCloseable {
  final MemoryNetwork network;
  final RecordBoard records = new RecordBoard();
  private final Map<Cid, Set<PeerAddress>> announced = new ConcurrentHashMap<>();
  final Path folder;
  private final List<TestNode> nodes = new ArrayList<>();

  TestSwarm(Path folder) {
    this(folder, new MemoryNetwork());
  }

  TestSwarm(Path folder, MemoryNetwork network) {
    this.folder = folder;
    this.network = network;
  }

  /// Waits until a condition is true, at most so long.
  static void await(Duration limit, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "waited too long");
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /// What every node of it searches with.
  Discovery discovery() {
    return new Board();
  }

  TestNode node(String name, String... settings)
      throws ShoalException, IOException, InterruptedException {
    return node(name, Node.Mode.SERVE, new PlainStore(), settings);
  }

  TestNode node(String name, Node.Mode mode, ChunkStore store, String... settings)
      throws ShoalException, IOException, InterruptedException {
    return node(name, mode, store, List.of(), settings);
  }

  TestNode node(
      String name,
      Node.Mode mode,
      ChunkStore store,
      List<ActivePlugins.Active<NodeObserver>> observers,
      String... settings)
      throws ShoalException, IOException, InterruptedException {
    return kept(
        new TestNode(
            this,
            name,
            mode,
            store,
            List.of(new ActivePlugins.Active<>("discovery", discovery())),
            observers,
            settings));
  }

  TestNode nodeWithoutDiscovery(String name)
      throws ShoalException, IOException, InterruptedException {
    return kept(new TestNode(this, name, Node.Mode.SERVE, new PlainStore(), List.of(), List.of()));
  }

  private TestNode kept(TestNode node) {
    nodes.add(node);
    return node;
  }

  Path file(String name, int sizeBytes, long seed) throws IOException {
    byte[] bytes = new byte[sizeBytes];
    new Random(seed).nextBytes(bytes);
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    return file;
  }

  @Override
  public void close() {
    nodes.forEach(TestNode::close);
  }

  /// Where a key is announced now.
  Set<PeerAddress> announcedAt(Cid cid) {
    return Set.copyOf(announced.getOrDefault(cid, Set.of()));
  }

  /// Forgets what nodes announced that have ended.
  void forgetAnnounced() {
    announced.clear();
  }

  /// What is announced now.
  Set<Cid> announced() {
    return Set.copyOf(announced.keySet());
  }

  /// Every node finds what any node announced.
  private final class Board implements Discovery {
    private final Set<Cid> keys = ConcurrentHashMap.newKeySet();
    private volatile List<PeerAddress> endpoints = List.of();

    @Override
    public void start(PluginContext context) {}

    @Override
    public void close() {}

    @Override
    public void reachableAt(List<PeerAddress> all) {
      List<PeerAddress> before = endpoints;
      endpoints = List.copyOf(all);
      for (Cid key : keys) {
        remove(key, before);
        announce(key);
      }
    }

    private void remove(Cid key, List<PeerAddress> places) {
      announced.computeIfPresent(
          key, (any, all) -> all.removeAll(places) && all.isEmpty() ? null : all);
    }

    @Override
    public void announce(Cid cid) {
      keys.add(cid);
      announced.computeIfAbsent(cid, any -> new CopyOnWriteArraySet<>()).addAll(endpoints);
    }

    @Override
    public void withdraw(Cid cid) {
      keys.remove(cid);
      remove(cid, endpoints);
    }

    @Override
    public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink) {
      for (PeerAddress address : announced.getOrDefault(cid, Set.of())) {
        if (!sink.found(Provider.at(address))) {
          return;
        }
      }
    }

    @Override
    public DiscoveryStatus status() {
      return DiscoveryStatus.builder().reachablePeers(1).build();
    }

    @Override
    public Optional<SignedRecords> signedRecords() {
      return Optional.of(records);
    }
  }
}
