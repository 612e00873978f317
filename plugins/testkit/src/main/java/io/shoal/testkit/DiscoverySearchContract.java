package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.Provider;
import io.shoal.api.ShoalException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// The part of [DiscoveryContract] about searches and how they end.
public abstract class DiscoverySearchContract extends DiscoveryFixture {
  DiscoverySearchContract() {}

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

  /// [Discovery#findProviders] calls the sink in the thread that searches, every time.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void theSinkIsCalledOnTheSearchersThread() throws Exception {
    Cid cid = findable(2, 7);
    List<Thread> threads = new CopyOnWriteArrayList<>();
    Discovery searcher = nodes.get(2);
    searcher.findProviders(cid, Set.of(scheme()), _ -> threads.add(Thread.currentThread()));
    assertEquals(Set.of(Thread.currentThread()), Set.copyOf(threads), "the threads of the sink");
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

  interface Searching {
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
}
