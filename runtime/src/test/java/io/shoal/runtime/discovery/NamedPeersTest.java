package io.shoal.runtime.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Endpoint;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Provider;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.access.AccessGate;
import io.shoal.runtime.command.ContentCommands.FoundProvider;
import io.shoal.runtime.command.ContentCommands.Reach;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.connection.Dialler;
import io.shoal.runtime.connection.SchemeTraits;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.testing.FixedListener;
import io.shoal.runtime.testing.SilentConnection;
import io.shoal.runtime.testing.TestSchemes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a discovery says of a provider, beside where it is, and what the node makes of it.
@Timeout(60)
class NamedPeersTest {
  private static final Cid ROOT = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
  private static final SchemeTraits TRAITS = new SchemeTraits(Set.of(TestSchemes.TCPS));
  private static final PeerId SELF = PeerId.ofEd25519(new byte[32]);

  private final BlockingQueue<String> dialled = new LinkedBlockingQueue<>();
  private final Map<String, Availability> answers = new ConcurrentHashMap<>();
  private final List<Provider> reported = new ArrayList<>();
  private final PeerBook book = new PeerBook(System::currentTimeMillis);
  private final Connections connections = new Connections(100, book, TRAITS, System::nanoTime);

  /// Reports what the test has listed, in its order.
  private final class Listed implements Discovery {
    @Override
    public void start(PluginContext context) {}

    @Override
    public void close() {}

    @Override
    public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
        throws ShoalException {
      for (Provider provider : reported) {
        if (!sink.found(provider)) {
          return;
        }
      }
      if (reported.isEmpty()) {
        throw new UserFaultException("the router refuses the key: set plugins.listed.key");
      }
    }

    @Override
    public DiscoveryStatus status() {
      return DiscoveryStatus.builder().build();
    }
  }

  /// A peer answers where the test says what it has.
  private final class Net implements Transport {
    @Override
    public void start(PluginContext context) {}

    @Override
    public void close() {}

    @Override
    public Set<Scheme> schemes() {
      return Set.of(TestSchemes.TCPS);
    }

    @Override
    public Listener listen(
        Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed) {
      return FixedListener.at();
    }

    @Override
    public PeerConnection connect(PeerAddress address, ChunkServer server)
        throws PeerUnreachableException {
      dialled.add(address.uri());
      Availability has = answers.get(address.uri());
      if (has == null) {
        throw new PeerUnreachableException(address + " does not answer");
      }
      PeerConnection connection =
          new SilentConnection(RemotePeer.at(address).outbound(true).build()) {
            @Override
            public Watch watch(Cid root, AvailabilityListener listener) {
              listener.availability(has);
              return () -> {};
            }
          };
      connections.connected(connection);
      return connection;
    }
  }

  private PeerNetwork network() {
    AccessGate gate = new AccessGate(new Access.Open(), SELF, System::currentTimeMillis);
    Dialler dialler =
        new Dialler(Map.of("tcps", new Net()), SELF, connections, book, gate, System::nanoTime);
    return new PeerNetwork(
        connections,
        dialler,
        book,
        ChunkServer.NOTHING,
        Map.of("listed", new Listed()),
        System::nanoTime);
  }

  private static PeerAddress at(String place) {
    return PeerAddress.of("tcps://" + place);
  }

  private void report(Provider provider) {
    reported.add(provider);
  }

  private Map<String, FoundProvider> found() throws Exception {
    Map<String, FoundProvider> found = new ConcurrentHashMap<>();
    new ProviderSearch(network(), ROOT)
        .run(
            Duration.ofSeconds(30),
            provider -> {
              FoundProvider before = found.put(provider.address(), provider);
              assertEquals(null, before, "each is reported once");
            });
    return found;
  }

  @Test
  void theOperatorsAddressesAreDialledWithoutTheLimitsOfStrangers() throws Exception {
    Set<String> expected = new HashSet<>();
    report(Provider.at(at("203.0.113.7:443")));
    report(Provider.at(at("0.0.0.0:4600")).fromOperator());
    for (int port : new int[] {80, 443, 4600}) {
      report(Provider.at(at("10.0.0.9:" + port)).fromOperator());
    }
    IntStream.range(2_000, 2_020)
        .forEach(port -> report(Provider.at(at("192.0.2.9:" + port)).fromOperator()));
    reported.stream().skip(2).map(provider -> provider.address().uri()).forEach(expected::add);

    Set<String> tried = new HashSet<>();
    try (PeerFinder finder = new PeerFinder(network(), ROOT, connection -> {})) {
      finder.start(List.of());
      while (!tried.containsAll(expected)) {
        tried.add(String.valueOf(dialled.poll(30, TimeUnit.SECONDS)));
        assertFalse(tried.contains("null"), () -> "only these were dialled: " + tried);
      }
    }
    assertEquals(expected, tried);
  }

  @Test
  void anAddressThatStrangersNamedFirstIsTheOperatorsOnceHeNamesIt() throws Exception {
    List<String> ports = IntStream.range(2_000, 2_020).mapToObj(Integer::toString).toList();
    ports.forEach(port -> report(Provider.at(at("192.0.2.9:" + port))));
    ports.forEach(port -> report(Provider.at(at("192.0.2.9:" + port)).fromOperator()));

    Set<String> tried = new HashSet<>();
    try (PeerFinder finder = new PeerFinder(network(), ROOT, connection -> {})) {
      finder.start(List.of());
      while (tried.size() < ports.size()) {
        tried.add(String.valueOf(dialled.poll(30, TimeUnit.SECONDS)));
        assertFalse(tried.contains("null"), () -> "only these were dialled: " + tried);
      }
    }
  }

  @Test
  void aSearchChecksTheOperatorsAddressesWhateverTheirPort() throws Exception {
    answers.put("tcps://10.0.0.9:80", new Availability.Complete());
    answers.put("tcps://203.0.113.7:80", new Availability.Complete());
    report(Provider.at(at("10.0.0.9:80")).fromOperator());
    report(Provider.at(at("203.0.113.7:80")));

    Map<String, FoundProvider> found = found();

    assertEquals(Reach.REACHABLE, found.get("tcps://10.0.0.9:80").reach());
    assertEquals(Reach.UNCHECKED, found.get("tcps://203.0.113.7:80").reach());
  }

  @Test
  void aPeerThatNothingAnnouncedIsAProviderOnlyIfItHasSome() throws Exception {
    answers.put("tcps://192.0.2.1:4600", new Availability.Complete());
    answers.put("tcps://192.0.2.2:4600", new Availability.Unknown());
    report(Provider.at(at("192.0.2.1:4600")).unannounced());
    report(Provider.at(at("192.0.2.2:4600")).unannounced());
    report(Provider.at(at("192.0.2.3:4600")).unannounced());
    report(Provider.at(at("192.0.2.4:4600")));
    report(Provider.at(at("192.0.2.5:4600")).unannounced());
    report(Provider.at(at("192.0.2.5:4600")));

    Map<String, FoundProvider> found = found();

    assertEquals(
        Set.of("tcps://192.0.2.1:4600", "tcps://192.0.2.4:4600", "tcps://192.0.2.5:4600"),
        found.keySet());
    assertEquals(Reach.UNREACHABLE, found.get("tcps://192.0.2.5:4600").reach());
    assertEquals("complete", found.get("tcps://192.0.2.1:4600").have());
    assertTrue(dialled.contains("tcps://192.0.2.3:4600"), "it is asked nevertheless");
  }

  @Test
  void whatADiscoveryRefusesIsTheReasonThatIsGiven() {
    var fault = assertThrows(NotFoundException.class, this::found);
    assertTrue(fault.getMessage().contains("plugins.listed.key"), fault.getMessage());
  }
}
