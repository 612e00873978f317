package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.Provider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// Some started discoveries that know each other: what all parts of [DiscoveryContract] need. A
/// plugin's tests extend that.
public abstract class DiscoveryFixture extends SignedRecordsContract {
  static final int INSTANCES = 3;

  /// The port of the first instance's endpoint; each further one has the next.
  static final int FIRST_PORT = 4601;

  private boolean begun;
  private final List<TestContext> contexts = new ArrayList<>();
  final List<Discovery> nodes = new ArrayList<>();

  private Path folder = Path.of("");

  DiscoveryFixture() {}

  /// What a discovery can do.
  public enum Trait {
    /// Reports this node to others. Without it, as for a list of peers in a file, nothing that this
    /// node calls is seen by others.
    ANNOUNCES,
    /// Reports the peers that have announced the content, and no others. Without it every peer that
    /// it knows is reported whatever is searched, as [Provider#unannounced].
    FINDS_BY_CONTENT,
    /// Holds signed records, see [Discovery#signedRecords].
    RECORDS,
    /// Meets only those that its configuration leads to. Without it, as in a local network, it
    /// meets all that are there.
    MEETS_BY_CONFIGURATION
  }

  /// What this discovery can do.
  ///
  /// @return all traits unless overridden
  protected Set<Trait> traits() {
    return EnumSet.allOf(Trait.class);
  }

  @Override
  final Discovery extension() {
    return newDiscovery();
  }

  @Override
  final TestContext context(Path empty) {
    return configure(TestContext.in(empty), List.of());
  }

  @Override
  final List<Discovery> instances() {
    return nodes;
  }

  @Override
  final boolean holdsRecords() {
    return has(Trait.RECORDS);
  }

  final boolean has(Trait trait) {
    return traits().contains(trait);
  }

  /// Whether one instance finds exactly what another announces.
  final boolean isWhole() {
    return has(Trait.ANNOUNCES) && has(Trait.FINDS_BY_CONTENT);
  }

  /// A discovery that is not started.
  ///
  /// @return a new one at each call
  protected abstract Discovery newDiscovery();

  /// Sets what an instance needs to meet those that were started before it: listening on loopback
  /// at a port that the system chooses, and the way to the other instances.
  ///
  /// @param plain has a data folder and no configuration
  /// @param before what the instances that were started before say of themselves, oldest first
  /// @return the context to start it with
  protected abstract TestContext configure(TestContext plain, List<DiscoveryStatus> before);

  /// An address that this discovery can announce, of a scheme of the test's choice.
  ///
  /// @param port above 1023
  /// @return the same address for the same port
  protected PeerAddress endpoint(int port) {
    return PeerAddress.of("tcps://127.0.0.1:" + port);
  }

  /// Whether the instances know each other well enough to find what any of them announces.
  ///
  /// @param instances all of them, started
  /// @return true as soon as the tests may begin
  protected boolean ready(List<Discovery> instances) {
    return instances.stream().allMatch(instance -> instance.status().reachablePeers() > 0);
  }

  /// Starts the instances.
  ///
  /// @param folder for their data
  /// @param test for what
  /// @throws Exception as the discovery throws it
  @BeforeEach
  public void startNodes(@TempDir Path folder, TestInfo test) throws Exception {
    if (isAboutLife(test)) {
      return;
    }
    begun = true;
    this.folder = folder;
    for (int i = 0; i < INSTANCES; i++) {
      nodes.add(started(i, nodes));
      nodes.get(i).reachableAt(List.of(endpoint(FIRST_PORT + i)));
    }
    Await.until("the instances know each other", () -> ready(nodes));
  }

  final Discovery started(int number, List<Discovery> before) throws Exception {
    List<DiscoveryStatus> statuses = before.stream().map(Discovery::status).toList();
    TestContext context = configure(TestContext.in(folder.resolve("node" + number)), statuses);
    contexts.add(context);
    Discovery node = newDiscovery();
    node.start(context);
    assertEquals(Set.of(), context.testConfig().unknownKeys(), "keys that start did not ask for");
    return node;
  }

  /// Ends them.
  @AfterEach
  public void endNodes() {
    if (!begun) {
      return;
    }
    nodes.forEach(Discovery::close);
    nodes.forEach(Discovery::close);
    contexts.forEach(TestContext::close);
  }

  static Cid root(int seed) {
    return TestData.cid(TestData.bytes(seed, 100));
  }

  static List<Provider> find(Discovery node, Cid cid, Set<String> schemes) throws Exception {
    List<Provider> found = new CopyOnWriteArrayList<>();
    node.findProviders(
        cid,
        schemes,
        provider -> {
          found.add(provider);
          return true;
        });
    return found;
  }

  final List<String> found(int node, Cid cid) throws Exception {
    return find(nodes.get(node), cid, Set.of(scheme())).stream()
        .map(provider -> provider.address().uri())
        .toList();
  }

  final String scheme() {
    return endpoint(FIRST_PORT).scheme();
  }

  final String uri(int port) {
    return endpoint(port).uri();
  }

  final void awaitFound(int node, Cid cid, String... uris) throws Exception {
    Await.until(List.of(uris) + " are found", () -> found(node, cid).containsAll(List.of(uris)));
  }

  /// A content of which a discovery that does not announce finds a provider nevertheless.
  ///
  /// @return only asked of a discovery with [Trait#FINDS_BY_CONTENT] and without [Trait#ANNOUNCES];
  ///   others find something whatever is searched
  protected Cid known() {
    return root(0);
  }

  /// A content of which that instance finds a provider or two.
  final Cid findable(int node, int seed) throws Exception {
    if (!isWhole()) {
      return known();
    }
    nodes.get(0).announce(root(seed));
    nodes.get(1).announce(root(seed));
    awaitFound(node, root(seed), uri(FIRST_PORT), uri(FIRST_PORT + 1));
    return root(seed);
  }

  /// Runs a search that reports something, and does `during` in the midst of it.
  final void search(int node, int seed, Runnable during) throws Exception {
    Cid cid = findable(node, seed);
    List<Provider> found = new CopyOnWriteArrayList<>();
    try {
      nodes
          .get(node)
          .findProviders(
              cid,
              Set.of(scheme()),
              provider -> {
                if (found.isEmpty()) {
                  during.run();
                }
                return found.add(provider);
              });
    } finally {
      assertFalse(found.isEmpty(), "the search reports a provider");
    }
  }
}
