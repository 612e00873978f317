package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// Two started transports, connected to each other: what all parts of [TransportContract] need. A
/// plugin's tests extend that.
public abstract class TransportFixture extends InspectionContract {
  private final List<Transport> started = new ArrayList<>();

  TestContext serving;
  TestContext asking;
  Transport server;
  Transport client;
  TestChunkServer chunks;
  TestChunkServer own;
  Transport.Listener listener;
  PeerAddress address;
  PeerConnection connection;
  Path folder;
  final List<List<Endpoint>> changes = new CopyOnWriteArrayList<>();

  /// Also where a test fails before both transports were started.
  private final List<AutoCloseable> closing = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // JUnit calls connect before anything else
  TransportFixture() {}

  /// What a transport can do that no scheme declares.
  public enum Trait {
    /// `connect` makes a connection that is one at both ends: it is reported to the other side, and
    /// either side notices at once when the other ends it or takes a request back. Without it, as
    /// for HTTP, the other side knows of requests alone, and `connect` may return before it dials.
    CONNECTIONS,
    /// An answer that breaks off midway says why: [Refusal.Corrupt] is told from [Refusal.Gone].
    REASONS_MIDWAY
  }

  /// What the transport can do, besides the traits of its [Scheme]. Of the rest the tests check
  /// that the default behaviour is there.
  ///
  /// @return unless overridden, all traits if the scheme is [Scheme.Trait#SYMMETRIC], and none if
  ///   it is not, as for HTTP
  protected Set<Trait> traits() {
    return has(Scheme.Trait.SYMMETRIC) ? EnumSet.allOf(Trait.class) : Set.of();
  }

  /// A transport that is not started.
  ///
  /// @return a new one at each call
  protected abstract Transport newTransport();

  /// The scheme to test.
  ///
  /// @return its name
  protected abstract String scheme();

  /// Sets where the transport listens: loopback or narrower, on a port that the system chooses.
  ///
  /// @param plain has a data folder and no configuration
  /// @return the context to start it with
  protected abstract TestContext configure(TestContext plain);

  /// The same at a port of the test's choice.
  ///
  /// @param plain has a data folder and no configuration
  /// @param port on loopback
  /// @return empty, as by default, if the scheme has no ports
  protected Optional<TestContext> configureAt(TestContext plain, int port) {
    return Optional.empty();
  }

  /// Sets the shortest times after which the transport gives up a peer that says nothing. Where it
  /// has no such setting the test waits for the 10 s of [Transport#connect].
  ///
  /// @param configured by [#configure]
  /// @return the same unless overridden
  protected TestContext hasty(TestContext configured) {
    return configured;
  }

  @Override
  final Transport extension() {
    return newTransport();
  }

  @Override
  final TestContext context(Path empty) {
    return configure(TestContext.in(empty));
  }

  /// Starts two transports and connects them. The tests of what all kinds of plugins share do
  /// without: they look for what a transport of their own leaves behind.
  ///
  /// @param empty for their data
  /// @param test the one that follows
  /// @throws Exception as the transport throws it
  @BeforeEach
  @SuppressWarnings("NullAway.Init") // tests that make their own do without
  public void connect(@TempDir Path empty, TestInfo test) throws Exception {
    folder = empty;
    chunks = new TestChunkServer();
    own = new TestChunkServer();
    if (isAboutLife(test)) {
      return;
    }
    serving = context(empty.resolve("serving"));
    asking = context(empty.resolve("asking"));
    server = start(serving);
    client = start(asking);
    listener = server.listen(Set.of(scheme()), chunks, changes::add);
    address = listener.endpoints().getFirst().address();
    connection = client.connect(address, own);
  }

  /// A started transport that is closed after the test.
  final Transport start(TestContext context) throws Exception {
    closing.add(context);
    Transport transport = newTransport();
    started.add(transport);
    transport.start(context);
    return transport;
  }

  /// Closes what was opened, and says what the transport did to the node's side that it must not.
  ///
  /// @throws Exception as `close` throws it
  @AfterEach
  public void end() throws Exception {
    for (Transport transport : started.reversed()) {
      transport.close();
      transport.close();
    }
    for (AutoCloseable one : closing.reversed()) {
      one.close();
    }
    for (TestChunkServer node : List.of(own, chunks)) {
      assertEquals(List.of(), node.violations(), "calls that ChunkServer does not allow");
      Await.until(
          "every connection that was reported is reported as closed, once (ChunkServer)",
          () -> node.connected().size() == node.disconnected().size());
      assertEquals(List.of(), node.violations(), "calls that ChunkServer does not allow");
    }
  }

  final Scheme testedScheme() {
    return server.schemes().stream()
        .filter(scheme -> scheme.name().equals(scheme()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(scheme() + " is not among the schemes"));
  }

  final boolean has(Scheme.Trait trait) {
    return testedScheme().has(trait);
  }

  final boolean has(Trait trait) {
    return traits().contains(trait);
  }

  /// The other end of [#connection]. Where there are no connections it is that of a request.
  final PeerConnection inbound() throws Exception {
    if (!has(Trait.CONNECTIONS)) {
      fetch(connection, chunks.serve(new byte[1]));
    }
    Await.until(
        "the connection is reported to the other side", () -> !chunks.connected().isEmpty());
    return chunks.connected().getFirst();
  }

  static ChunkRequest request(Cid cid) {
    return ChunkRequest.of(cid);
  }

  static byte[] fetch(PeerConnection from, Cid cid) throws Exception {
    try (ChunkBody body = from.fetch(request(cid))) {
      return read(body);
    }
  }

  static byte[] read(ChunkBody body) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(body.awaitSize() + 1);
    int read = body.read(bytes);
    while (read > 0) {
      read = body.read(bytes);
    }
    assertEquals(-1, read);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  static Refusal refusal(PeerConnection from, Cid cid) throws Exception {
    try {
      fetch(from, cid);
    } catch (RefusedException e) {
      return e.refusal();
    }
    throw new AssertionError(cid + " was not refused");
  }

  /// Nobody is there who could be asked: the dial says so, or the first request where there are no
  /// connections.
  final void assertUnreachable(PeerAddress nobody) throws Exception {
    if (has(Trait.CONNECTIONS)) {
      PeerUnreachableException fault =
          assertThrows(
              PeerUnreachableException.class,
              () -> client.connect(nobody, ChunkServer.NOTHING).close());
      Messages.assertOneLine(fault);
    } else {
      assertEquals(Optional.of(new Refusal.Gone()), refusalOf(nobody), "nobody is there");
    }
  }

  /// What comes of a request to what is no peer.
  ///
  /// @return empty if `connect` failed
  final Optional<Refusal> refusalOf(PeerAddress stranger) throws Exception {
    try (PeerConnection dialled = client.connect(stranger, ChunkServer.NOTHING)) {
      return Optional.of(refusal(dialled, TestData.cid(new byte[] {1})));
    } catch (ShoalException e) {
      Messages.assertOneLine(e);
      return Optional.empty();
    }
  }

  /// Whether the transport listens for datagrams, as QUIC does: a peer there is not known to be
  /// gone before a time-out, and what is no packet of the protocol is as if it had not come.
  final boolean listensForDatagrams() {
    return listener
        .endpoints()
        .getFirst()
        .socket()
        .filter(socket -> socket.protocol() == Endpoint.Protocol.UDP)
        .isPresent();
  }

  /// A program on this machine that is no peer: at a port of the protocol that the transport uses.
  final class Stranger implements AutoCloseable {
    private final AutoCloseable socket;
    private final InetSocketAddress at;
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();
    private final Set<SocketAddress> callers = ConcurrentHashMap.newKeySet();

    /// @param greeting all that it ever says
    Stranger(byte[] greeting) throws IOException {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      if (listensForDatagrams()) {
        DatagramSocket datagrams = new DatagramSocket(0, loopback);
        socket = datagrams;
        at = new InetSocketAddress(loopback, datagrams.getLocalPort());
        Thread.ofVirtual().name("testkit-stranger").start(() -> answerAll(datagrams, greeting));
      } else {
        ServerSocket connections = new ServerSocket(0, 50, loopback);
        socket = connections;
        at = new InetSocketAddress(loopback, connections.getLocalPort());
        Thread.ofVirtual().name("testkit-stranger").start(() -> greetAll(connections, greeting));
      }
      closing.add(this);
    }

    private void greetAll(ServerSocket connections, byte[] greeting) {
      try {
        while (true) {
          Socket one = connections.accept();
          accepted.add(one);
          callers.add(one.getRemoteSocketAddress());
          one.getOutputStream().write(greeting);
          one.getOutputStream().flush();
        }
      } catch (IOException _) {
        // The test ends.
      }
    }

    private void answerAll(DatagramSocket datagrams, byte[] greeting) {
      try {
        while (true) {
          DatagramPacket one = new DatagramPacket(new byte[2048], 2048);
          datagrams.receive(one);
          callers.add(one.getSocketAddress());
          if (greeting.length > 0) {
            int size = Math.min(greeting.length, 1200);
            datagrams.send(new DatagramPacket(greeting, size, one.getSocketAddress()));
          }
        }
      } catch (IOException _) {
        // The test ends.
      }
    }

    int callers() {
      return callers.size();
    }

    /// Its address in the scheme's form. Ends the test where the scheme's addresses have no host
    /// and port.
    PeerAddress address() {
      Optional<PeerAddress> seen = server.seenAs(listener.endpoints().getFirst(), at);
      assumeTrue(seen.isPresent(), "the scheme's addresses have no host and port");
      return PeerAddress.of(seen.get().uri());
    }

    @Override
    public void close() throws Exception {
      socket.close();
      for (Socket one : accepted) {
        one.close();
      }
    }
  }
}
