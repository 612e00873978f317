package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkChangedException;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.ServeAnswer;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Refusals, cancelling, closing and back-pressure of requests.
@Timeout(60)
class FlowTest {
  @TempDir Path folder;

  private static Refusal refusalOf(ChunkBody body) throws InterruptedException {
    try (body) {
      return assertThrows(RefusedException.class, () -> Nodes.readAll(body)).refusal();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void everyRefusalArrives(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      PeerConnection connection = nodes.dial(seed);
      for (Refusal refusal :
          List.of(
              new Refusal.NotHeld(),
              new Refusal.Busy(Duration.ofMillis(1234)),
              new Refusal.Denied(),
              new Refusal.Corrupt(),
              new Refusal.Gone())) {
        Cid cid =
            seed.server().answer(refusal.toString(), (_, _) -> new ServeAnswer.Refuse(refusal));
        assertEquals(refusal, refusalOf(Nodes.fetch(connection, cid)));
      }
      Cid unknown = TestData.cid(new byte[] {1});
      assertEquals(new Refusal.NotHeld(), refusalOf(Nodes.fetch(connection, unknown)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void aChunkThatChangedWhileItWasSentEndsWithCorrupt(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      byte[] bytes = TestData.bytes(1, 400_000);
      Path file = Files.write(folder.resolve("adopted"), bytes);
      Cid cid =
          seed.server()
              .answer("changed", (_, _) -> new ServeAnswer.Serve(changing(seed, bytes, file)));
      assertEquals(new Refusal.Corrupt(), refusalOf(Nodes.fetch(nodes.dial(seed), cid)));
      Nodes.await("the lease ended", () -> seed.server().open.get() == 0);
    }
  }

  private static TestServer.FileSource changing(Nodes.Seed seed, byte[] bytes, Path file) {
    try {
      return new TestServer.FileSource(seed.server(), bytes, FileChannel.open(file)) {
        @Override
        public void revalidate() throws ChunkChangedException {
          throw new ChunkChangedException("the file changed");
        }
      };
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void aFileThatBecameShorterEndsItsAnswerAndNothingElse(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of("sendfile", false));
      byte[] bytes = TestData.bytes(1, 400_000);
      Cid cut =
          seed.server()
              .answer(
                  "cut",
                  (_, _) ->
                      new ServeAnswer.Serve(
                          new TestServer.Source(seed.server(), bytes) {
                            @Override
                            public int read(ByteBuffer into, int positionBytes) throws IOException {
                              if (positionBytes > 200_000) {
                                throw new IOException("a test's file ends here");
                              }
                              return super.read(into, positionBytes);
                            }
                          }));
      PeerConnection connection = nodes.dial(seed);
      assertInstanceOf(Refusal.class, refusalOf(Nodes.fetch(connection, cut)));
      byte[] other = TestData.bytes(2, 1000);
      assertArrayEquals(other, Nodes.readAll(Nodes.fetch(connection, seed.server().put(other))));
      Nodes.await("the lease ended", () -> seed.server().open.get() == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void aReaderThatDoesNotReadHoldsUpNoOtherRequest(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      PeerConnection connection = nodes.dial(seed, Map.of("window", 65_536));
      byte[] big = TestData.bytes(1, 2 << 20);
      Cid cid = seed.server().put(big);
      List<ChunkBody> unread = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        unread.add(Nodes.fetch(connection, cid));
      }
      for (ChunkBody body : unread) {
        assertEquals(big.length, body.awaitSize());
      }
      byte[] other = TestData.bytes(2, 1_500_000);
      assertArrayEquals(other, Nodes.readAll(Nodes.fetch(connection, seed.server().put(other))));
      for (ChunkBody body : unread) {
        assertArrayEquals(big, Nodes.readAll(body));
      }
    }
  }

  @Test
  void aPeerThatGivesUpIsNoticedByTheServer() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcps", Map.of());
      CountDownLatch interrupted = new CountDownLatch(1);
      Cid cid =
          seed.server()
              .answer(
                  "waits",
                  (_, _) -> {
                    try {
                      new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                      interrupted.countDown();
                      throw e;
                    }
                    throw new IllegalStateException("never");
                  });
      PeerConnection connection = nodes.dial(seed);
      ChunkBody body = Nodes.fetch(connection, cid);
      Nodes.await("the request is there", () -> seed.server().inRequest.get() == 1);
      body.close();
      assertEquals(new Refusal.Gone(), refusalOf(body));
      interrupted.await();
      byte[] bytes = TestData.bytes(3, 10);
      assertArrayEquals(bytes, Nodes.readAll(Nodes.fetch(connection, seed.server().put(bytes))));
    }
  }

  @Test
  void aCancelledTransferEndsItsLeaseAndTheConnectionGoesOn() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      PeerConnection connection = nodes.dial(seed, Map.of("window", 65_536));
      Cid cid = seed.server().putFile(folder, TestData.bytes(1, 2 << 20));
      for (int i = 0; i < 300; i++) {
        try (ChunkBody body = Nodes.fetch(connection, cid)) {
          body.read(ByteBuffer.allocate(10));
        } catch (RefusedException e) {
          // Cancelled requests stay open for a round trip, and so may use up the 256.
          assertInstanceOf(Refusal.Busy.class, e.refusal());
        }
      }
      Nodes.await("all leases ended", () -> seed.server().open.get() == 0);
      byte[] bytes = TestData.bytes(3, 10);
      Cid small = seed.server().put(bytes);
      Nodes.await("a request is free again", () -> succeeds(connection, small));
    }
  }

  private static boolean succeeds(PeerConnection connection, Cid cid) {
    try {
      return Nodes.readAll(Nodes.fetch(connection, cid)).length > 0;
    } catch (Exception e) {
      return false;
    }
  }

  @Test
  void requestsPastTheLimitAreBusy() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      CountDownLatch go = new CountDownLatch(1);
      Cid cid =
          seed.server()
              .answer(
                  "waits",
                  (_, _) -> {
                    go.await();
                    return new ServeAnswer.Refuse(new Refusal.Denied());
                  });
      PeerConnection connection = nodes.dial(seed);
      List<ChunkBody> bodies = new ArrayList<>();
      for (int i = 0; i < PeerConnection.MAX_REQUESTS; i++) {
        bodies.add(Nodes.fetch(connection, cid));
      }
      assertInstanceOf(Refusal.Busy.class, refusalOf(Nodes.fetch(connection, cid)));
      go.countDown();
      for (ChunkBody body : bodies) {
        assertEquals(new Refusal.Denied(), refusalOf(body));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tcp,true", "tcp,false", "tcps,true", "tcps,false"})
  void closingFromEitherSideEndsReadersAndTellsBothNodes(String scheme, boolean near)
      throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      Cid cid =
          seed.server()
              .answer(
                  "waits",
                  (_, _) -> {
                    new CountDownLatch(1).await();
                    throw new IllegalStateException("never");
                  });
      TestServer own = new TestServer();
      PeerConnection connection = nodes.start("leech", Map.of()).connect(seed.address(), own);
      ChunkBody body = Nodes.fetch(connection, cid);
      CompletableFuture<Refusal> reader = CompletableFuture.supplyAsync(() -> waitFor(body));
      Nodes.await("the request is there", () -> seed.server().inRequest.get() == 1);
      (near ? connection : seed.server().connected.getFirst()).close();
      assertEquals(new Refusal.Gone(), reader.get(20, TimeUnit.SECONDS));
      Nodes.await(
          "both are notified",
          () -> own.disconnected.size() == 1 && seed.server().disconnected.size() == 1);
      assertEquals(0, seed.server().inRequest.get());
      assertThrows(PeerUnreachableException.class, () -> Nodes.fetch(connection, cid));
    }
  }

  private static Refusal waitFor(ChunkBody body) {
    try {
      return refusalOf(body);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anInterruptEndsAReader() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      Cid cid =
          seed.server()
              .answer(
                  "waits",
                  (_, _) -> {
                    new CountDownLatch(1).await();
                    throw new IllegalStateException("never");
                  });
      ChunkBody body = Nodes.fetch(nodes.dial(seed), cid);
      CompletableFuture<Integer> result = new CompletableFuture<>();
      Thread reader =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      result.complete(body.awaitSize());
                    } catch (RefusedException | InterruptedException e) {
                      result.completeExceptionally(e);
                    }
                  });
      reader.interrupt();
      ExecutionException e = assertThrows(ExecutionException.class, result::get);
      assertInstanceOf(InterruptedException.class, e.getCause());
    }
  }
}
