package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.PluginContext;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecords;
import io.shoal.api.Transport;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.limit.BulkPool;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.testing.JdkSha256;
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
  final MemoryNetwork network = new MemoryNetwork();
  final RecordBoard records = new RecordBoard();
  private final Map<Cid, Set<PeerAddress>> announced = new ConcurrentHashMap<>();
  private final Path folder;
  private final List<TestNode> nodes = new ArrayList<>();

  TestSwarm(Path folder) {
    this.folder = folder;
  }

  /// Waits until something has come about, at most so long.
  static void await(Duration limit, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "waited too long");
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /// A node and what a test asks of it.
  final class TestNode implements AutoCloseable {
    final String name;
    final NodeCore core;
    final PeerId id;
    final ChunkStore store;
    final StoreWork work;
    final TransferWork transfers;
    final NameWork names;
    final BulkPool pool = new BulkPool(2);
    final Transport transport;

    private TestNode(
        String name,
        Node.Mode mode,
        ChunkStore store,
        List<ActivePlugins.Active<Discovery>> discoveries,
        String... settings)
        throws ShoalException, IOException, InterruptedException {
      this.name = name;
      this.store = store;
      byte[] key = new byte[32];
      new Random(name.hashCode()).nextBytes(key);
      id = PeerId.ofEd25519(key);
      Configuration configuration = Configuration.defaults();
      for (int i = 0; i < settings.length; i += 2) {
        configuration = configuration.with(settings[i], settings[i + 1]);
      }
      JdkSha256 verifier = new JdkSha256();
      ActivePlugins.Active<io.shoal.api.Verifier> active =
          new ActivePlugins.Active<>("verification", verifier);
      transport = network.transport(name, id);
      ActivePlugins plugins =
          new ActivePlugins(
              new ActivePlugins.Active<>("storage", store),
              active,
              Map.of(verifier.multihashCode(), active),
              discoveries,
              List.of(new ActivePlugins.Active<>("transport", transport)));
      NodeSettings node = configuration.settings();
      Access access = node.access().resolve(node.tlsRequired());
      boolean started = false;
      try {
        core = new NodeCore(id, plugins, node, access, folder.resolve("data-" + name), mode);
        core.start();
        started = true;
      } finally {
        if (!started) {
          pool.close();
        }
      }
      work = new StoreWork(core);
      transfers = new TransferWork(core, pool, 2);
      names = new NameWork(core, work, transfers);
    }

    Cid add(Path file) throws ShoalException, IOException, InterruptedException {
      return Cid.parse(add(file, false).root());
    }

    NodeCommands.Added add(Path file, boolean privately)
        throws ShoalException, IOException, InterruptedException {
      List<NodeCommands.Added> added = new ArrayList<>();
      transfers.add(
          new NodeCommands.AddRequest(
              List.of(file),
              Optional.empty(),
              false,
              ImportProfile.MIN_LEAF_SIZE_BYTES,
              true,
              privately),
          NodeCommands.ProgressListener.SILENT,
          added::add);
      return added.getFirst();
    }

    NodeCommands.Fetched get(Cid root, String to, Duration timeout, TestNode... from)
        throws ShoalException, IOException, InterruptedException {
      return get(new Reference.Content(root, Optional.empty()), to, timeout, false, from);
    }

    NodeCommands.Fetched get(
        Reference reference, String to, Duration timeout, boolean keep, TestNode... from)
        throws ShoalException, IOException, InterruptedException {
      return get(reference, to, timeout, keep, false, from);
    }

    NodeCommands.Fetched get(
        Reference reference,
        String to,
        Duration timeout,
        boolean keep,
        boolean privately,
        TestNode... from)
        throws ShoalException, IOException, InterruptedException {
      List<PeerAddress> peers = new ArrayList<>();
      for (TestNode node : from) {
        peers.add(MemoryNetwork.address(node.name));
      }
      return transfers.get(
          new NodeCommands.GetRequest(
              reference,
              Optional.of(folder.resolve(to)),
              folder,
              peers,
              Optional.of(timeout),
              keep,
              false,
              false,
              privately),
          NodeCommands.ProgressListener.SILENT);
    }

    NodeCommands.Collected collect() throws ShoalException, IOException, InterruptedException {
      return core.collection().run();
    }

    @Override
    public void close() {
      core.close();
      transport.close();
      pool.close();
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
    return kept(
        new TestNode(
            name,
            mode,
            store,
            List.of(new ActivePlugins.Active<>("discovery", discovery())),
            settings));
  }

  TestNode nodeWithoutDiscovery(String name)
      throws ShoalException, IOException, InterruptedException {
    return kept(new TestNode(name, Node.Mode.SERVE, new PlainStore(), List.of()));
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

  /// What is announced now.
  Set<Cid> announced() {
    return Set.copyOf(announced.keySet());
  }

  /// Everybody reads what anybody announced.
  private final class Board implements Discovery {
    private final Map<Cid, Set<PeerAddress>> mine = new ConcurrentHashMap<>();

    @Override
    public void start(PluginContext context) {}

    @Override
    public void close() {}

    @Override
    public Map<PeerAddress, Announcement> announce(Cid cid, List<PeerAddress> endpoints) {
      mine.put(cid, Set.copyOf(endpoints));
      announced.computeIfAbsent(cid, any -> new CopyOnWriteArraySet<>()).addAll(endpoints);
      return Map.of();
    }

    @Override
    public void withdraw(Cid cid) {
      Set<PeerAddress> endpoints = mine.getOrDefault(cid, Set.of());
      mine.remove(cid);
      announced.computeIfPresent(
          cid, (any, all) -> all.removeAll(endpoints) && all.isEmpty() ? null : all);
    }

    @Override
    public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink) {
      for (PeerAddress address : announced.getOrDefault(cid, Set.of())) {
        if (!sink.found(address)) {
          return;
        }
      }
    }

    @Override
    public DiscoveryStatus status() {
      return new DiscoveryStatus(Optional.empty(), 1, 0, 0, Duration.ZERO, List.of(), Map.of());
    }

    @Override
    public Optional<SignedRecords> signedRecords() {
      return Optional.of(records);
    }
  }
}
