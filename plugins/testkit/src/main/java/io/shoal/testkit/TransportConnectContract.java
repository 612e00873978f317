package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.TlsContext;
import io.shoal.api.Transport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// The part of [TransportContract] about dialling and knowing each other.
public abstract class TransportConnectContract extends TransportListenContract {
  TransportConnectContract() {}

  /// With BINDS both ends of a connection share 32 bytes that no other has, and otherwise none.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void theEndsOfAConnectionShareAChannelBindingThatNoOtherConnectionHas() throws Exception {
    Optional<byte[]> here = connection.channelBinding();
    assertEquals(has(Scheme.Trait.BINDS), here.isPresent(), "what BINDS stands for");
    if (here.isEmpty()) {
      return;
    }
    PeerConnection inbound = inbound();
    PeerConnection second = client.connect(address, own);
    byte[] other = second.channelBinding().orElseThrow();
    second.close();
    byte[] there = inbound.channelBinding().orElseThrow();
    assertEquals(TlsContext.CHANNEL_BINDING_SIZE_BYTES, here.get().length);
    assertArrayEquals(here.get(), there);
    assertFalse(Arrays.equals(here.get(), other), "two connections have one binding");
    here.get()[0]++;
    connection.close();
    assertArrayEquals(
        there, connection.channelBinding().orElseThrow(), "it changes, or is no copy");
  }

  /// [Transport#connect] returns the object that `connected` got, and each end knows the other.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void bothSidesKnowEachOther() throws Exception {
    assertEquals(1, own.connected().size(), "connect returned before connected was called");
    assertSame(
        own.connected().getFirst(),
        connection,
        "connect returned another object than connected got (Transport#connect)");
    assertTrue(connection.isOpen());
    assertTrue(connection.remote().outbound());
    assertKnown(connection, serving);
    if (has(Trait.CONNECTIONS)) {
      PeerConnection inbound = inbound();
      assertFalse(inbound.remote().outbound());
      assertKnown(inbound, asking);
    }
    RemotePeer before = connection.remote();
    connection.close();
    assertEquals(before, connection.remote(), "remote() changes with the close");
  }

  private void assertKnown(PeerConnection one, TestContext other) {
    RemotePeer peer = one.remote();
    assertEquals(peer, one.remote());
    assertEquals(scheme(), peer.address().scheme());
    assertTrue(peer.agent().length() <= RemotePeer.MAX_AGENT_LENGTH, peer::agent);
    assertEquals(
        has(Scheme.Trait.PROVES_BOTH) ? Optional.of(other.identity().peerId()) : Optional.empty(),
        peer.provenId(),
        "the identity that PROVES_BOTH stands for");
    peer.listenAddress()
        .ifPresent(says -> assertEquals(peer.address().host(), says.host(), "its host is ours"));
  }

  /// The end of another transport of this process leaves this one's connections as they are.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void instancesShareNothing() throws Exception {
    start(context(folder.resolve("another"))).close();
    byte[] bytes = TestData.bytes(11, 1_000);
    assertArrayEquals(
        bytes, fetch(connection, chunks.serve(bytes)), "closing one instance changes another");
  }

  /// Nine connections between two transports are open at once, and each of them fetches chunks.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void manyConnectionsStandSideBySide() throws Exception {
    byte[] bytes = TestData.bytes(1, 50_000);
    Cid cid = chunks.serve(bytes);
    List<PeerConnection> more = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      more.add(client.connect(address, ChunkServer.NOTHING));
    }
    for (PeerConnection one : more) {
      assertArrayEquals(bytes, fetch(one, cid));
      one.close();
      one.close();
    }
    assertArrayEquals(bytes, fetch(connection, cid));
  }

  /// With PROVES_BOTH a dial to an address with another peer's id throws [PeerFaultException].
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void theExpectedPeerIsChecked() throws Exception {
    if (!has(Scheme.Trait.PROVES_BOTH)) {
      return;
    }
    PeerAddress right = PeerAddress.of(address.uri()).withPeerId(serving.identity().peerId());
    client.connect(right, ChunkServer.NOTHING).close();
    PeerAddress wrong = PeerAddress.of(address.uri()).withPeerId(asking.identity().peerId());
    PeerFaultException fault =
        assertThrows(
            PeerFaultException.class, () -> client.connect(wrong, ChunkServer.NOTHING).close());
    Messages.assertOneLine(fault);
  }

  /// [Transport#connect] refuses an address of a foreign scheme with an [InvalidInputException].
  @Test
  public void anotherSchemesAddressIsRefused() {
    InvalidInputException fault =
        assertThrows(
            InvalidInputException.class,
            () ->
                client
                    .connect(PeerAddress.of("unheard-of://127.0.0.1:1"), ChunkServer.NOTHING)
                    .close());
    Messages.assertOneLine(fault);
  }

  /// If `connected` closes the connection, [Transport#connect] throws, or returns it closed.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aConnectionMayBeClosedWhileItIsReported() throws Exception {
    TestChunkServer full = new TestChunkServer();
    full.admitNone();
    try (PeerConnection closed = client.connect(address, full)) {
      assertFalse(closed.isOpen(), "connected closed it");
    } catch (PeerUnreachableException e) {
      Messages.assertOneLine(e);
    }
    Await.until("its end is reported too", () -> full.disconnected().size() == 1);
    assertEquals(List.of(), full.violations());

    chunks.admitNone();
    PeerConnection refused = connectionOrNothing();
    if (has(Trait.CONNECTIONS)) {
      Await.until("the other end notices", () -> !refused.isOpen());
    }
  }

  private PeerConnection connectionOrNothing() throws Exception {
    try {
      return client.connect(address, own);
    } catch (ShoalException e) {
      return own.connected().getLast();
    }
  }

  /// A closed transport's `connect` and `listen` throw [IllegalStateException] or [ShoalException].
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void callsAfterTheEndFail() throws Exception {
    client.close();
    try {
      client.connect(address, ChunkServer.NOTHING).close();
      fail("a closed transport dials");
    } catch (IllegalStateException | ShoalException e) {
      Messages.assertOneLine(e);
    }
    Exception late =
        assertThrows(
            Exception.class,
            () -> client.listen(Set.of(scheme()), chunks, _ -> {}),
            "a transport that is closed listens");
    assertTrue(
        late instanceof IllegalStateException || late instanceof ShoalException, late::toString);
  }

  /// A dial to a silent peer ends with [PeerUnreachableException]. Needs CONNECTIONS.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aSilentPeerIsGivenUp() throws Exception {
    assumeTrue(has(Trait.CONNECTIONS), "connect dials nobody");
    try (Stranger silent = new Stranger(new byte[0])) {
      PeerAddress there = silent.address();
      Transport hasty = start(hasty(context(folder.resolve("hasty"))));
      PeerUnreachableException fault =
          assertThrows(
              PeerUnreachableException.class,
              () -> hasty.connect(there, ChunkServer.NOTHING).close());
      Messages.assertOneLine(fault);
    }
  }

  /// An interrupt ends a dial to a silent peer with [InterruptedException]. Needs CONNECTIONS.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aDialThatIsInterruptedEnds() throws Exception {
    List<Thread> dialler = new CopyOnWriteArrayList<>();
    Throwable end =
        endOfASilentDial(
            () -> {
              dialler.add(Thread.currentThread());
              return true;
            },
            () -> dialler.getFirst().interrupt());
    assertInstanceOf(InterruptedException.class, end, "an interrupted dial");
  }

  /// Closing the transport ends a dial to a silent peer with an exception. Needs CONNECTIONS.
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aDialEndsWithItsTransport() throws Exception {
    Throwable end = endOfASilentDial(() -> true, client::close);
    assertTrue(
        end instanceof ShoalException || end instanceof IllegalStateException, end::toString);
  }

  private Throwable endOfASilentDial(Callable<Boolean> before, Runnable during) throws Exception {
    assumeTrue(has(Trait.CONNECTIONS), "connect dials nobody");
    try (Stranger silent = new Stranger(new byte[0]);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      PeerAddress there = silent.address();
      Future<Boolean> dial =
          threads.submit(
              () -> {
                before.call();
                client.connect(there, ChunkServer.NOTHING).close();
                return true;
              });
      Await.until("it dials", () -> silent.callers() == 1);
      during.run();
      ExecutionException end = assertThrows(ExecutionException.class, dial::get, "nobody answered");
      return Objects.requireNonNull(end.getCause());
    }
  }

  /// With CONNECTIONS a dial that gets random bytes throws [PeerFaultException]; without, it ends.
  /// Over datagrams, which anybody could have sent, it throws [PeerUnreachableException].
  ///
  /// @throws Exception as the transport throws it
  @Test
  public void aPeerThatSpeaksSomethingElseIsAtFault() throws Exception {
    try (Stranger babbling = new Stranger(TestData.bytes(3, GARBAGE_SIZE_BYTES))) {
      PeerAddress there = babbling.address();
      if (has(Trait.CONNECTIONS)) {
        ShoalException fault =
            assertThrows(
                ShoalException.class, () -> client.connect(there, ChunkServer.NOTHING).close());
        Class<? extends ShoalException> kind =
            listensForDatagrams() ? PeerUnreachableException.class : PeerFaultException.class;
        assertInstanceOf(kind, fault);
        Messages.assertOneLine(fault);
      } else {
        refusalOf(there);
      }
    }
  }
}
