package io.shoal.runtime.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.Provider;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A query of a plugin ends once all its searches have, however each of them ends.
@Timeout(60)
class ProviderQueryEndTest {
  private static final Cid CID = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

  /// One search.
  @FunctionalInterface
  private interface Search extends Discovery {
    void search(ProviderSink sink) throws ShoalException, InterruptedException;

    @Override
    default void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
        throws ShoalException, InterruptedException {
      search(sink);
    }

    @Override
    default void start(PluginContext context) {}

    @Override
    default DiscoveryStatus status() {
      return DiscoveryStatus.builder().build();
    }

    @Override
    default void close() {}
  }

  private static Provider peer(int number) {
    return Provider.at(PeerAddress.of("tcps://192.0.2.%d:4600".formatted(number)));
  }

  private static List<Provider> find(Search... searches) throws Exception {
    Map<String, Discovery> discoveries = new LinkedHashMap<>();
    for (Search search : searches) {
      discoveries.put("discovery-" + discoveries.size(), search);
    }
    List<Provider> found = new ArrayList<>();
    new ProviderQueries(discoveries).find(CID, Set.of("tcps"), found::add);
    return found;
  }

  @Test
  void anErrorInOneSearchLeavesTheOthersTheirResults() throws Exception {
    Search failing =
        sink -> {
          throw new StackOverflowError("of the plugin");
        };
    assertEquals(List.of(peer(1)), find(failing, sink -> sink.found(peer(1))));
    assertThrows(ShoalException.class, () -> find(failing));
  }

  @Test
  void aSearchThatWasInterruptedByAnotherEndsAsWell() throws Exception {
    Search interrupted =
        sink -> {
          throw new InterruptedException();
        };
    Search overdue =
        sink -> {
          Thread.currentThread().interrupt();
          throw new RetryableException("overdue: try again");
        };
    assertEquals(List.of(peer(1)), find(interrupted, overdue, sink -> sink.found(peer(1))));
    assertThrows(RetryableException.class, () -> find(interrupted, overdue));
  }

  @Test
  void aSinkThatHasEnoughEndsTheSearchesThatStillRun() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Search endless =
        sink -> {
          try {
            for (int i = 0; sink.found(peer(i % 200)); i++) {
              Thread.onSpinWait();
            }
          } finally {
            ended.countDown();
          }
        };
    List<Provider> found = new ArrayList<>();
    new ProviderQueries(Map.of("discovery", endless))
        .find(
            CID,
            Set.of("tcps"),
            provider -> {
              found.add(provider);
              return found.size() < 3;
            });
    assertEquals(List.of(peer(0), peer(1), peer(2)), found);
    assertTrue(ended.await(30, TimeUnit.SECONDS));
  }

  @Test
  void aSinkThatFailsReachesTheCallerAndEndsTheSearches() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Search waiting =
        sink -> {
          try {
            assertTrue(sink.found(peer(1)));
            new CountDownLatch(1).await();
          } finally {
            ended.countDown();
          }
        };
    ProviderQueries queries = new ProviderQueries(Map.of("discovery", waiting));
    assertThrows(
        IllegalStateException.class,
        () ->
            queries.find(
                CID,
                Set.of("tcps"),
                provider -> {
                  throw new IllegalStateException("of the plugin");
                }));
    assertTrue(ended.await(30, TimeUnit.SECONDS));
    assertFalse(Thread.currentThread().isInterrupted());
  }
}
