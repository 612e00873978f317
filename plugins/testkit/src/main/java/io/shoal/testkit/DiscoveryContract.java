package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.Provider;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// The contract of [Discovery]: some instances of it find each other on this machine. A plugin's
/// tests extend this with how to bring them together, and with what it can do ([#traits]): of what
/// it cannot do the tests check that the calls do no harm.
///
/// A discovery that takes new endpoints only with its next renewal is configured with renewals that
/// are shorter than [Await#DEADLINE].
public abstract class DiscoveryContract extends SignedRecordsContract {
  private static final int INSTANCES = 3;

  /// The port of the first instance's endpoint; each further one has the next.
  private static final int FIRST_PORT = 4601;

  private boolean begun;
  private final List<TestContext> contexts = new ArrayList<>();
  private final List<Discovery> nodes = new ArrayList<>();

  private Path folder = Path.of("");

  /// For subclasses.
  protected DiscoveryContract() {}

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

  private boolean has(Trait trait) {
    return traits().contains(trait);
  }

  /// Whether one instance finds exactly what another announces.
  private boolean isWhole() {
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

  private Discovery started(int number, List<Discovery> before) throws Exception {
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

  private static Cid root(int seed) {
    return TestData.cid(TestData.bytes(seed, 100));
  }

  private static List<Provider> find(Discovery node, Cid cid, Set<String> schemes)
      throws Exception {
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

  private List<String> found(int node, Cid cid) throws Exception {
    return find(nodes.get(node), cid, Set.of(scheme())).stream()
        .map(provider -> provider.address().uri())
        .toList();
  }

  private String scheme() {
    return endpoint(FIRST_PORT).scheme();
  }

  private String uri(int port) {
    return endpoint(port).uri();
  }

  private void awaitFound(int node, Cid cid, String... uris) throws Exception {
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
  private Cid findable(int node, int seed) throws Exception {
    if (!isWhole()) {
      return known();
    }
    nodes.get(0).announce(root(seed));
    nodes.get(1).announce(root(seed));
    awaitFound(node, root(seed), uri(FIRST_PORT), uri(FIRST_PORT + 1));
    return root(seed);
  }

  /// Runs a search that reports something, and does `during` in the midst of it.
  private void search(int node, int seed, Runnable during) throws Exception {
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

  /// All other instances find a content that one announces at its endpoint, once and as announced,
  /// and its [Discovery#status] counts it. Without [Trait#ANNOUNCES] the call changes nothing.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void whatOneAnnouncesOthersFind() throws Exception {
    List<String> before = found(1, root(1));
    nodes.get(0).announce(root(1));
    if (has(Trait.ANNOUNCES)) {
      for (int node = 1; node < INSTANCES; node++) {
        awaitFound(node, root(1), uri(FIRST_PORT));
      }
    } else {
      assertEquals(before, found(1, root(1)));
      assertEquals(0, nodes.get(0).status().announcedKeys());
    }
    if (isWhole()) {
      Await.until("the status counts it", () -> nodes.get(0).status().announcedKeys() > 0);
      List<Provider> found = find(nodes.get(1), root(1), Set.of(scheme()));
      assertEquals(List.of(uri(FIRST_PORT)), found(1, root(1)));
      assertTrue(found.getFirst().isAnnounced(), found::toString);
    }
  }

  /// [Discovery#findProviders] reports each address once, also if two instances have announced the
  /// content.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void severalProvidersAreFoundEachOnce() throws Exception {
    List<String> found = found(2, findable(2, 2));
    assertFalse(found.isEmpty());
    assertEquals(new HashSet<>(found).size(), found.size(), found::toString);
  }

  /// A search for what no instance has announced reports nothing or, without
  /// [Trait#FINDS_BY_CONTENT], only peers that are not announced.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void onlyWhatWasAnnouncedIsReportedAsAnnounced() throws Exception {
    List<Provider> found = find(nodes.get(1), root(3), Set.of(scheme()));
    if (has(Trait.FINDS_BY_CONTENT)) {
      assertEquals(List.of(), found);
    } else {
      assertTrue(found.stream().noneMatch(Provider::isAnnounced), found::toString);
    }
  }

  /// [Discovery#findProviders] reports no address of another scheme than those that were asked for.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void otherSchemesAreNotReported() throws Exception {
    assertEquals(List.of(), find(nodes.get(2), findable(2, 4), Set.of("unheard-of")));
  }

  /// An endpoint of an unknown scheme without host and port is found by others or counted in
  /// [DiscoveryStatus#inexpressibleEndpoints]. Without [Trait#ANNOUNCES] it only does no harm.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void anEndpointThatCannotBeExpressedIsCounted() throws Exception {
    PeerAddress odd = PeerAddress.of("unheard-of:///a/place/without/host/or/port");
    nodes.get(0).reachableAt(List.of(endpoint(FIRST_PORT), odd));
    nodes.get(0).announce(root(5));
    if (!has(Trait.ANNOUNCES)) {
      return;
    }
    awaitFound(1, root(5), uri(FIRST_PORT));
    boolean expressed = nodes.get(0).status().inexpressibleEndpoints() == 0;
    Await.until(
        "the endpoint is found unless the status says that it cannot be announced",
        () ->
            find(nodes.get(1), root(5), Set.of("unheard-of")).stream()
                    .anyMatch(provider -> provider.address().uri().equals(odd.uri()))
                == expressed);
  }

  /// [Discovery#findProviders] returns once the sink has returned false, and does not call it
  /// again.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void aSinkThatHasEnoughEndsTheSearch() throws Exception {
    Cid cid = findable(2, 6);
    List<Provider> found = new CopyOnWriteArrayList<>();
    nodes
        .get(2)
        .findProviders(
            cid,
            Set.of(scheme()),
            provider -> {
              found.add(provider);
              return false;
            });
    assertEquals(1, found.size());
  }

  /// An endpoint with an unspecified host (`0.0.0.0`, `[::]`) or a multicast one is never reported
  /// to others as it is; the endpoint beside it is.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void anUnspecifiedAddressIsNeverReported() throws Exception {
    for (String host : List.of("0.0.0.0", "[::]", "224.0.0.1")) {
      PeerAddress nowhere = PeerAddress.of(scheme() + "://" + host + ":4620");
      Cid cid = root(12 + host.length());
      nodes.get(0).reachableAt(List.of(nowhere, endpoint(FIRST_PORT)));
      nodes.get(0).announce(cid);
      if (has(Trait.ANNOUNCES)) {
        awaitFound(1, cid, uri(FIRST_PORT));
      }
      for (String found : found(1, cid)) {
        assertFalse(found.contains(host), found + " is reported to peers that look for it");
      }
    }
  }

  /// [Discovery#findProviders] calls the sink in the thread that searches.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void theSinkIsCalledOnTheSearchersThread() throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    search(2, 7, () -> threads.add(Thread.currentThread()));
    assertEquals(List.of(Thread.currentThread()), threads);
  }

  /// After [Discovery#withdraw] no key is announced by [Discovery#status]. Announcing or
  /// withdrawing twice, and withdrawing what was never announced, does nothing.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void withdrawingStopsTheRenewal() throws Exception {
    nodes.get(0).announce(root(8));
    nodes.get(0).announce(root(8));
    if (isWhole()) {
      Await.until("it is announced", () -> nodes.get(0).status().announcedKeys() > 0);
    }
    nodes.get(0).withdraw(root(8));
    nodes.get(0).withdraw(root(8));
    nodes.get(0).withdraw(root(9));
    Await.until("nothing is announced", () -> nodes.get(0).status().announcedKeys() == 0);
  }

  /// After another [Discovery#reachableAt] others find at the new endpoint what was announced
  /// before. Without [Trait#ANNOUNCES] it only does no harm.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void newEndpointsReplaceTheOld() throws Exception {
    nodes.get(0).announce(root(20));
    if (has(Trait.ANNOUNCES)) {
      awaitFound(1, root(20), uri(FIRST_PORT));
    }
    nodes.get(0).reachableAt(List.of(endpoint(4611)));
    if (has(Trait.ANNOUNCES)) {
      awaitFound(1, root(20), uri(4611));
      awaitFound(2, root(20), uri(4611));
    }
  }

  /// A content that is announced while there are no endpoints is found once [Discovery#reachableAt]
  /// names some. Without [Trait#ANNOUNCES] it only does no harm.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void whatIsAnnouncedWithoutEndpointsFollowsOnceThereAreSome() throws Exception {
    nodes.get(0).reachableAt(List.of());
    nodes.get(0).announce(root(21));
    nodes.get(0).reachableAt(List.of(endpoint(4612)));
    if (has(Trait.ANNOUNCES)) {
      awaitFound(1, root(21), uri(4612));
    }
  }

  /// An instance that is started again on the same folder has nothing announced, and announces what
  /// it is told from then on.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void nothingSurvivesARestart() throws Exception {
    nodes.get(0).announce(root(22));
    if (isWhole()) {
      Await.until("it is announced", () -> nodes.get(0).status().announcedKeys() > 0);
    }
    nodes.get(0).close();

    nodes.set(0, started(0, nodes.subList(1, INSTANCES)));
    nodes.get(0).reachableAt(List.of(endpoint(FIRST_PORT)));
    Await.until("the instances know each other", () -> ready(nodes));
    assertEquals(0, nodes.get(0).status().announcedKeys());
    nodes.get(0).announce(root(23));
    if (has(Trait.ANNOUNCES)) {
      awaitFound(1, root(23), uri(FIRST_PORT));
    }
  }

  /// A search during which its discovery is closed ends: it returns, or throws a [ShoalException],
  /// an [InterruptedException] or an [IllegalStateException].
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void closingEndsASearch() throws Exception {
    List<Thread> closing = new CopyOnWriteArrayList<>();
    try {
      search(2, 10, () -> closing.add(Thread.ofVirtual().start(() -> nodes.get(2).close())));
    } catch (ShoalException | InterruptedException | IllegalStateException e) {
      // As good as an end without more providers.
    }
    closing.getFirst().join();
  }

  /// A search that has found nothing when its discovery is closed ends in the same way.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void closingEndsASearchThatFindsNothing() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var search =
          threads.submit(
              () -> {
                try {
                  return find(nodes.get(1), root(24), Set.of(scheme()));
                } catch (ShoalException | InterruptedException | IllegalStateException e) {
                  return List.of();
                }
              });
      nodes.get(1).close();
      search.get();
    }
  }

  /// [Discovery#status] of an instance that knows others has a reachable peer, and no key that is
  /// overdue or failed.
  @Test
  public void theStatusIsThatOfADiscoveryThatWorks() {
    DiscoveryStatus status = nodes.get(0).status();
    assertTrue(status.reachablePeers() > 0);
    assertEquals(0, status.overdueKeys());
    assertTrue(status.lag().isZero());
    assertEquals(0, status.failedKeys());
  }

  /// [Discovery#status] answers before the start, in the midst of a search and after the close.
  /// Before the start and after the close no key is announced.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void theStatusAnswersBeforeTheStartDuringASearchAndAfterTheEnd() throws Exception {
    Discovery fresh = newDiscovery();
    assertEquals(0, fresh.status().announcedKeys());
    fresh.close();
    assertEquals(0, fresh.status().announcedKeys());

    List<DiscoveryStatus> during = new CopyOnWriteArrayList<>();
    search(2, 25, () -> during.add(nodes.get(2).status()));
    assertTrue(during.getFirst().reachablePeers() > 0);

    nodes.get(1).close();
    assertEquals(0, nodes.get(1).status().announcedKeys());
  }

  /// A search in a thread that is interrupted throws [InterruptedException], or ends with the
  /// thread's flag set.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void anInterruptedSearchEnds() throws Exception {
    // A search may end at once, before it looks whether it is interrupted.
    interrupted(
        () -> {
          Thread.currentThread().interrupt();
          find(nodes.get(1), root(11), Set.of(scheme()));
        });
  }

  /// A search whose thread is interrupted after the first result throws [InterruptedException], or
  /// ends with the thread's flag set.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void aSearchThatIsInterruptedMidwayEnds() throws Exception {
    interrupted(() -> search(2, 26, () -> Thread.currentThread().interrupt()));
  }

  private interface Searching {
    void run() throws Exception;
  }

  /// Runs a search that is interrupted: it throws, or ends with the interruption still to be seen.
  private static void interrupted(Searching search) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      boolean seen =
          threads
              .submit(
                  () -> {
                    try {
                      search.run();
                    } catch (InterruptedException e) {
                      return true;
                    }
                    return Thread.interrupted();
                  })
              .get();
      assertTrue(seen, "the interruption is lost");
    }
  }

  /// A call after the close returns or throws [IllegalStateException]. [Discovery#status] answers
  /// with no announced keys.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void callsAfterTheEndFailOrDoNothing() throws Exception {
    Discovery closed = nodes.get(1);
    closed.close();
    assertHarmless(() -> closed.reachableAt(List.of(endpoint(FIRST_PORT))));
    assertHarmless(() -> closed.announce(root(27)));
    assertHarmless(() -> closed.withdraw(root(27)));
    assertHarmless(() -> find(closed, root(27), Set.of(scheme())));
    assertEquals(0, closed.status().announcedKeys());
  }

  /// A late call throws [IllegalStateException]; one that has nothing to do may also return.
  private static void assertHarmless(Searching call) throws Exception {
    try {
      call.run();
    } catch (IllegalStateException e) {
      Messages.assertOneLine(e);
    }
  }

  /// An instance that is led to no other finds nothing of what these announce, neither through the
  /// network nor through the process, and its end changes nothing here. Only with
  /// [Trait#ANNOUNCES], [Trait#FINDS_BY_CONTENT] and [Trait#MEETS_BY_CONFIGURATION].
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void anInstanceElsewhereSharesNothing() throws Exception {
    if (!isWhole() || !has(Trait.MEETS_BY_CONFIGURATION)) {
      return;
    }
    nodes.get(0).announce(root(28));
    awaitFound(1, root(28), uri(FIRST_PORT));
    Discovery alone = (Discovery) startedExtension();
    try {
      assertEquals(List.of(), find(alone, root(28), Set.of(scheme())), "another network's peer");
    } catch (RetryableException e) {
      Messages.assertOneLine(e);
    }
    alone.close();
    awaitFound(2, root(28), uri(FIRST_PORT));
  }
}
