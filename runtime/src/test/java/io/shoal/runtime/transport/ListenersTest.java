package io.shoal.runtime.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.plugin.inspection.PluginPolicy;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import io.shoal.runtime.testing.FixedListener;
import io.shoal.runtime.testing.TestSchemes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever one transport does when it is to listen, the node goes on with the others.
@Timeout(30)
class ListenersTest {
  private static final PeerAddress HERE = PeerAddress.of("good://192.0.2.1:4600");
  private static final PeerAddress THERE = PeerAddress.of("good://192.0.2.2:4600");

  private final LinkedBlockingQueue<List<PeerAddress>> moved = new LinkedBlockingQueue<>();

  @FunctionalInterface
  interface Listen {
    Transport.Listener listen(Consumer<List<Endpoint>> changed)
        throws ShoalException, InterruptedException;
  }

  private record Plugin(String scheme, Listen listen) implements Transport {
    @Override
    public void start(PluginContext context) {}

    @Override
    public Set<Scheme> schemes() {
      return Set.of(TestSchemes.whole(scheme));
    }

    @Override
    public Listener listen(
        Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
        throws ShoalException, InterruptedException {
      assertEquals(Set.of(scheme), schemes);
      return listen.listen(changed);
    }

    @Override
    public PeerConnection connect(PeerAddress address, ChunkServer server)
        throws PeerUnreachableException {
      throw new PeerUnreachableException("nobody is there");
    }

    @Override
    public void close() {}
  }

  private static final Plugin GOOD = new Plugin("good", any -> FixedListener.at(HERE));

  private static PluginSettings settings(Duration startTimeout) {
    return new PluginSettings(
        startTimeout, Duration.ofMillis(50), PluginPolicy.ANY, Set.of(), List.of(), Set.of());
  }

  private Listeners listeners(Duration startTimeout, Plugin... plugins) throws Exception {
    List<ActivePlugins.Active<Transport>> active = new ArrayList<>();
    for (Plugin plugin : plugins) {
      active.add(new ActivePlugins.Active<>("transport-" + plugin.scheme(), plugin));
    }
    TransportChoice choice = new TransportChoice(active, true, Set.of(), new Access.Open());
    Listeners[] self = new Listeners[1];
    self[0] = new Listeners(choice, settings(startTimeout), () -> moved.add(self[0].endpoints()));
    return self[0];
  }

  private Listeners listeners(Plugin... plugins) throws Exception {
    return listeners(Duration.ofSeconds(20), plugins);
  }

  private static String problem(Listeners listeners, String plugin) {
    return String.valueOf(listeners.failures().get(plugin).getMessage());
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(
            (Listen)
                any -> {
                  throw new IllegalStateException("two\nlines");
                },
            "listen failed with java.lang.IllegalStateException: two lines"),
        Arguments.of(
            (Listen)
                any -> {
                  throw new NoSuchMethodError("org.example.Old.gone()");
                },
            "listen failed with java.lang.NoSuchMethodError: org.example.Old.gone()"),
        Arguments.of(
            (Listen)
                any -> {
                  throw new UserFaultException("port 80 is taken: choose another");
                },
            "listen: port 80 is taken: choose another"),
        Arguments.of(
            (Listen)
                any -> {
                  throw new RetryableException("no relay answers");
                },
            "listen: no relay answers"),
        Arguments.of(
            (Listen)
                any -> {
                  throw new InterruptedException("of its own");
                },
            "listen failed with java.lang.InterruptedException: of its own"),
        Arguments.of(
            (Listen)
                any ->
                    new Transport.Listener() {
                      @Override
                      public List<Endpoint> endpoints() {
                        throw new IllegalStateException("none yet");
                      }

                      @Override
                      public void close() {}
                    },
            "listen failed with java.lang.IllegalStateException: none yet"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aListenThatThrowsCostsItsOwnTransport(Listen bad, String expected) throws Exception {
    try (Listeners listeners = listeners(new Plugin("bad", bad), GOOD)) {
      listeners.open(ChunkServer.NOTHING);

      assertEquals(List.of(HERE), listeners.endpoints());
      assertEquals(Set.of("bad"), listeners.lost());
      assertEquals(Set.of("transport-bad"), listeners.failures().keySet());
      String problem = problem(listeners, "transport-bad");
      assertTrue(problem.contains(expected), problem);
      assertEquals(1, problem.lines().count());
    }
  }

  @ParameterizedTest
  @MethodSource("faults")
  void whereNothingIsLeftTheNodeEndsWithOneLine(Listen bad, String expected) throws Exception {
    try (Listeners listeners = listeners(new Plugin("bad", bad), new Plugin("worse", bad))) {
      UserFaultException fault =
          assertThrows(UserFaultException.class, () -> listeners.open(ChunkServer.NOTHING));

      String line = String.valueOf(fault.getMessage());
      assertTrue(
          line.startsWith("no plugin for transport can be used: plugin transport-bad: "), line);
      assertTrue(line.contains(expected) && line.contains("; plugin transport-worse: "), line);
      assertEquals(1, line.lines().count());
    }
  }

  @Test
  void aWrongSettingIsTheUsersToChange() throws Exception {
    Plugin misconfigured =
        new Plugin(
            "bad",
            any -> {
              throw new InvalidConfigException("plugins.transport-bad.listen: no port");
            });
    try (Listeners listeners = listeners(misconfigured, GOOD)) {
      assertThrows(InvalidConfigException.class, () -> listeners.open(ChunkServer.NOTHING));
    }
  }

  /// It ignores interruption, too: only its own thread waits for it.
  private static final class Hanging implements Listen {
    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger reported = new AtomicInteger();

    @Override
    public Transport.Listener listen(Consumer<List<Endpoint>> changed) {
      while (end.getCount() > 0) {
        try {
          end.await();
        } catch (InterruptedException e) {
          interrupted.countDown();
        }
      }
      changed.accept(List.of(Endpoint.of(PeerAddress.of("bad://192.0.2.9:4600"))));
      reported.incrementAndGet();
      return new Transport.Listener() {
        @Override
        public List<Endpoint> endpoints() {
          return List.of(Endpoint.of(PeerAddress.of("bad://192.0.2.9:4600")));
        }

        @Override
        public void close() {
          closed.countDown();
        }
      };
    }
  }

  @Test
  void aListenThatHangsIsGivenUpAndWhatItOpensLaterIsClosed() throws Exception {
    Hanging hanging = new Hanging();
    Listeners listeners = listeners(Duration.ofMillis(50), new Plugin("bad", hanging), GOOD);

    listeners.open(ChunkServer.NOTHING);

    hanging.interrupted.await();
    String problem = problem(listeners, "transport-bad");
    assertTrue(problem.startsWith("listen did not return within 50ms"), problem);
    assertTrue(problem.contains("plugins.startTimeout"), problem);
    assertEquals(List.of(HERE), listeners.endpoints());
    listeners.close();
    hanging.end.countDown();
    hanging.closed.await();
    assertEquals(List.of(HERE), listeners.endpoints());
    assertTrue(moved.isEmpty());
  }

  @Test
  void aNodeThatIsEndedWhileATransportListensDoesNotWaitForIt() throws Exception {
    Hanging hanging = new Hanging();
    Listeners listeners = listeners(Duration.ofHours(1), new Plugin("bad", hanging), GOOD);
    CompletableFuture<Throwable> result = new CompletableFuture<>();
    Thread starting =
        Thread.ofVirtual()
            .start(
                () ->
                    result.complete(
                        assertThrows(
                            InterruptedException.class,
                            () -> listeners.open(ChunkServer.NOTHING))));

    starting.interrupt();

    assertSame(InterruptedException.class, result.get().getClass());
    hanging.interrupted.await();
    listeners.close();
    hanging.end.countDown();
    hanging.closed.await();
  }

  @Test
  void aListenerThatDoesNotCloseDoesNotKeepTheNode() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Transport.Listener stuck =
        new Transport.Listener() {
          @Override
          public List<Endpoint> endpoints() {
            return List.of();
          }

          @Override
          public void close() {
            while (never.getCount() > 0) {
              try {
                never.await();
              } catch (InterruptedException e) {
                // it does not answer
              }
            }
          }
        };
    Transport.Listener other =
        new Transport.Listener() {
          @Override
          public List<Endpoint> endpoints() {
            return List.of();
          }

          @Override
          public void close() {
            closed.countDown();
          }
        };
    Listeners listeners =
        listeners(new Plugin("bad", any -> stuck), new Plugin("good", any -> other));
    listeners.open(ChunkServer.NOTHING);

    listeners.close();

    assertEquals(0, closed.getCount());
    never.countDown();
  }

  @Test
  void endpointsThatChangeReplaceThoseOfTheirTransportAlone() throws Exception {
    CompletableFuture<Consumer<List<Endpoint>>> changed = new CompletableFuture<>();
    PeerAddress other = PeerAddress.of("other://192.0.2.1:4601");
    Plugin moving =
        new Plugin(
            "good",
            changes -> {
              changed.complete(changes);
              return FixedListener.at(HERE);
            });
    try (Listeners listeners =
        listeners(moving, new Plugin("other", any -> FixedListener.at(other)))) {
      listeners.open(ChunkServer.NOTHING);
      assertEquals(List.of(HERE, other), listeners.endpoints());

      changed.get().accept(List.of(Endpoint.of(THERE), Endpoint.of(HERE)));
      assertEquals(List.of(THERE, HERE, other), moved.take());
      changed.get().accept(List.of());
      assertEquals(List.of(other), moved.take());
      changed.get().accept(List.of(Endpoint.of(other), Endpoint.of(HERE)));
      assertEquals(List.of(HERE, other), moved.take(), "an endpoint of a foreign scheme counts");
    }
    changed.get().accept(List.of(Endpoint.of(THERE)));
    assertTrue(moved.isEmpty(), "after the end");
  }

  @Test
  void endpointsThatAreReportedBeforeListenReturnsAreNotLost() throws Exception {
    Plugin early =
        new Plugin(
            "good",
            changed -> {
              changed.accept(List.of(Endpoint.of(HERE)));
              return new Transport.Listener() {
                @Override
                public List<Endpoint> endpoints() {
                  // A report comes while this answer is on its way.
                  changed.accept(List.of(Endpoint.of(THERE)));
                  return List.of(Endpoint.of(HERE));
                }

                @Override
                public void close() {}
              };
            });
    try (Listeners listeners = listeners(early)) {
      listeners.open(ChunkServer.NOTHING);

      assertEquals(List.of(THERE), listeners.endpoints());
    }
  }

  @Test
  void howManyEndpointsATransportHasIsBounded() throws Exception {
    List<Endpoint> many = new ArrayList<>();
    for (int port = 1; port <= Transport.Listener.MAX_ENDPOINTS + 10; port++) {
      many.add(Endpoint.of(PeerAddress.of("good://192.0.2.1:" + port)));
    }
    try (Listeners listeners = listeners(new Plugin("good", any -> new FixedListener(many)))) {
      listeners.open(ChunkServer.NOTHING);

      assertEquals(Transport.Listener.MAX_ENDPOINTS, listeners.endpoints().size());
      assertFalse(listeners.endpoints().contains(many.getLast().address()));
    }
  }
}
