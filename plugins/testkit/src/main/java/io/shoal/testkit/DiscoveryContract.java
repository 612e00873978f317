package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.Discovery.Announcement;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.RetryableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The contract of [Discovery]: some instances of it find each other on this machine. A plugin's
/// tests extend this with how to bring them together.
@Timeout(120)
public abstract class DiscoveryContract {
  private static final int INSTANCES = 3;

  private final List<TestContext> contexts = new ArrayList<>();
  private final List<Discovery> nodes = new ArrayList<>();

  /// For subclasses.
  protected DiscoveryContract() {}

  /// A discovery that is not started.
  protected abstract Discovery newDiscovery();

  /// Sets what an instance needs to meet those that were started before it: listening on loopback
  /// at a port that the system chooses, and the way to the other instances.
  ///
  /// @param before what the instances that were started before say of themselves, oldest first
  protected abstract TestContext configure(TestContext plain, List<DiscoveryStatus> before);

  /// An address that this discovery can announce, of a scheme of the test's choice.
  protected PeerAddress endpoint(int port) {
    return PeerAddress.of("tcps://127.0.0.1:" + port);
  }

  /// Waits until the instances know each other well enough.
  protected boolean ready(List<Discovery> instances) {
    return instances.stream().allMatch(instance -> instance.status().reachablePeers() > 0);
  }

  /// Starts the instances.
  @BeforeEach
  public void startNodes(@TempDir Path folder) throws Exception {
    for (int i = 0; i < INSTANCES; i++) {
      List<DiscoveryStatus> before = nodes.stream().map(Discovery::status).toList();
      TestContext context = configure(TestContext.in(folder.resolve("node" + i)), before);
      contexts.add(context);
      Discovery node = newDiscovery();
      nodes.add(node);
      node.start(context);
      assertEquals(Set.of(), context.testConfig().unknownKeys(), "keys that start did not ask for");
    }
    Await.until("the instances know each other", () -> ready(nodes));
  }

  /// Ends them.
  @AfterEach
  public void endNodes() {
    nodes.forEach(Discovery::close);
    nodes.forEach(Discovery::close);
    contexts.forEach(TestContext::close);
  }

  private static Cid root(int seed) {
    return TestData.cid(TestData.bytes(seed, 100));
  }

  private static List<PeerAddress> find(Discovery node, Cid cid, Set<String> schemes)
      throws Exception {
    List<PeerAddress> found = new CopyOnWriteArrayList<>();
    node.findProviders(
        cid,
        schemes,
        provider -> {
          found.add(provider);
          return true;
        });
    return found;
  }

  private static List<String> uris(List<PeerAddress> addresses) {
    return addresses.stream().map(PeerAddress::uri).toList();
  }

  @Test
  public void whatOneAnnouncesOthersFind() throws Exception {
    PeerAddress endpoint = endpoint(4601);
    Map<PeerAddress, Announcement> outcome = nodes.get(0).announce(root(1), List.of(endpoint));
    assertEquals(Map.of(endpoint, Announcement.ANNOUNCED), outcome);
    Await.until("the status counts it", () -> nodes.get(0).status().announcedKeys() == 1);
    for (Discovery node : nodes.subList(1, INSTANCES)) {
      assertEquals(List.of(endpoint.uri()), uris(find(node, root(1), Set.of(endpoint.scheme()))));
    }
  }

  @Test
  public void severalProvidersAreFoundEachOnce() throws Exception {
    for (int i = 0; i < 2; i++) {
      nodes.get(i).announce(root(2), List.of(endpoint(4601 + i)));
    }
    List<String> found = uris(find(nodes.get(2), root(2), Set.of(endpoint(1).scheme())));
    assertEquals(Set.of(endpoint(4601).uri(), endpoint(4602).uri()), Set.copyOf(found));
    assertEquals(2, found.size());
  }

  @Test
  public void anUnannouncedKeyIsNotFound() throws Exception {
    assertEquals(List.of(), find(nodes.get(1), root(3), Set.of(endpoint(1).scheme())));
  }

  @Test
  public void otherSchemesAreNotReported() throws Exception {
    nodes.get(0).announce(root(4), List.of(endpoint(4601)));
    assertEquals(List.of(), find(nodes.get(1), root(4), Set.of("unheard-of")));
  }

  @Test
  public void everyEndpointGetsAnAnswer() throws Exception {
    PeerAddress odd = PeerAddress.of("unheard-of:///a/place/without/host/or/port");
    Map<PeerAddress, Announcement> outcome =
        nodes.get(0).announce(root(5), List.of(endpoint(4601), odd));
    assertEquals(Set.of(endpoint(4601), odd), outcome.keySet());
    assertEquals(Announcement.ANNOUNCED, outcome.get(endpoint(4601)));
    Announcement ofOdd = outcome.get(odd);
    List<PeerAddress> found = find(nodes.get(1), root(5), Set.of("unheard-of"));
    // A discovery that cannot express an address does not announce it; one that says it did is
    // found with it.
    assertEquals(ofOdd == Announcement.ANNOUNCED, uris(found).contains(odd.uri()));
  }

  @Test
  public void aSinkThatHasEnoughEndsTheSearch() throws Exception {
    for (int i = 0; i < 2; i++) {
      nodes.get(i).announce(root(6), List.of(endpoint(4601 + i)));
    }
    List<PeerAddress> found = new CopyOnWriteArrayList<>();
    nodes
        .get(2)
        .findProviders(
            root(6),
            Set.of(endpoint(1).scheme()),
            provider -> {
              found.add(provider);
              return false;
            });
    assertEquals(1, found.size());
  }

  @Test
  public void anUnspecifiedAddressIsNeverReported() throws Exception {
    for (String host : List.of("0.0.0.0", "[::]", "224.0.0.1")) {
      PeerAddress nowhere = PeerAddress.of("tcps://" + host + ":4601");
      Cid cid = root(12 + host.length());
      Announcement outcome = nodes.get(0).announce(cid, List.of(nowhere)).get(nowhere);
      assertNotNull(outcome, "every endpoint gets an answer");
      for (String found : uris(find(nodes.get(1), cid, Set.of("tcps")))) {
        assertFalse(found.contains(host), found + " is reported to peers that look for it");
      }
    }
  }

  @Test
  public void theSinkIsCalledOnTheSearchersThread() throws Exception {
    nodes.get(0).announce(root(7), List.of(endpoint(4601)));
    List<Thread> threads = new CopyOnWriteArrayList<>();
    nodes
        .get(1)
        .findProviders(
            root(7), Set.of(endpoint(1).scheme()), provider -> threads.add(Thread.currentThread()));
    assertEquals(List.of(Thread.currentThread()), threads);
  }

  @Test
  public void withdrawingStopsTheRenewal() throws Exception {
    nodes.get(0).announce(root(8), List.of(endpoint(4601)));
    nodes.get(0).withdraw(root(8));
    nodes.get(0).withdraw(root(8));
    nodes.get(0).withdraw(root(9));
    Await.until("nothing is announced", () -> nodes.get(0).status().announcedKeys() == 0);
  }

  @Test
  public void closingEndsASearch() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> search =
          threads.submit(
              () -> {
                try {
                  return find(nodes.get(1), root(10), Set.of(endpoint(1).scheme()));
                } catch (RetryableException | InterruptedException | IllegalStateException e) {
                  return List.of();
                }
              });
      nodes.get(1).close();
      assertNotNull(search.get());
    }
  }

  @Test
  public void theStatusSaysWhereItListens() {
    DiscoveryStatus status = nodes.get(0).status();
    assertTrue(status.reachablePeers() > 0);
    assertEquals(0, status.overdueKeys());
    assertTrue(status.lag().isZero());
    assertEquals(
        nodes.get(0).signedRecords().isPresent(), nodes.get(0).signedRecords().isPresent());
  }

  @Test
  public void anInterruptedSearchEnds() throws Exception {
    List<Thread> searcher = new CopyOnWriteArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> search =
          threads.submit(
              () -> {
                Thread.currentThread().interrupt();
                searcher.add(Thread.currentThread());
                assertThrows(
                    InterruptedException.class,
                    () -> find(nodes.get(1), root(11), Set.of(endpoint(1).scheme())));
                return true;
              });
      assertEquals(true, search.get());
      assertFalse(searcher.isEmpty());
    }
  }
}
