package io.shoal.storage.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.testkit.Await;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3StoreTest {
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  @TempDir private static Path serverFolder;
  private static S3Server server;

  @TempDir private Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void startServer() throws Exception {
    server = S3Server.start(serverFolder);
  }

  @AfterAll
  static void endServer() throws Exception {
    server.close();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
  }

  private static String newPrefix() {
    return "one/" + PREFIXES.incrementAndGet();
  }

  private TestContext context() {
    return TestContext.in(folder.resolve("node" + opened.size()));
  }

  private S3Store started(TestContext context) throws Exception {
    S3Store store = new S3Store();
    opened.add(context);
    opened.add(store);
    store.start(context);
    return store;
  }

  private S3Store startedBehind(FaultyProxy proxy, UnaryOperator<TestContext> more)
      throws Exception {
    opened.add(proxy);
    return started(
        more.apply(S3Server.configure(context(), proxy.port()).with("prefix", newPrefix())));
  }

  private static String lineOf(Exception failure) {
    String line = String.valueOf(failure.getMessage());
    assertEquals(1, line.lines().count(), line);
    return line;
  }

  private static void assertSays(Exception failure, String... parts) {
    String line = lineOf(failure);
    for (String part : parts) {
      assertTrue(line.contains(part), line);
    }
  }

  @Test
  void aStoreStartsWithoutItsService() throws Exception {
    FaultyProxy gone = new FaultyProxy(server.port());
    int port = gone.port();
    gone.close();
    S3Store store = started(S3Server.configure(context(), port).with("retries", "1"));
    assertEquals(List.of(), store.advice());
    RetryableException failure =
        assertThrows(
            RetryableException.class, () -> store.find(TestData.cid(TestData.bytes(1, 10))));
    assertSays(
        failure,
        "http://127.0.0.1:" + port + " cannot be reached (",
        "start it, or correct plugins.plugin-under-test.endpoint");
    assertEquals(List.of(lineOf(failure)), store.advice());
  }

  @Test
  void aMissingBucketIsNamed() throws Exception {
    S3Store store = started(server.configure(context()).with("bucket", "not-there"));
    byte[] bytes = TestData.bytes(1, 10);
    for (Callable<?> call :
        List.<Callable<?>>of(
            () -> store.find(TestData.cid(bytes)),
            () -> store.open(TestData.cid(bytes)),
            () -> TestData.put(store, bytes),
            () -> store.delete(TestData.cid(bytes)))) {
      assertSays(
          assertThrows(IOException.class, call::call), "bucket not-there does not exist", "create");
    }
  }

  @Test
  void wrongCredentialsAreNamed() throws Exception {
    Cid cid = TestData.cid(TestData.bytes(1, 10));
    S3Store wrongSecret = started(server.configure(context()).with("secretKey", "another"));
    assertSays(
        assertThrows(IOException.class, () -> wrongSecret.find(cid)),
        "refuses the credentials",
        "correct plugins.plugin-under-test.accessKey");
    S3Store wrongKey = started(server.configure(context()).with("accessKey", "another"));
    assertSays(assertThrows(IOException.class, () -> wrongKey.find(cid)), "credentials");
  }

  @Test
  void credentialsComeFromAProfile() throws Exception {
    Path profiles =
        Files.writeString(
            folder.resolve("credentials"),
            "[other]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
                .formatted(S3Server.KEY, S3Server.SECRET));
    TestContext plain =
        context()
            .with("endpoint", "http://127.0.0.1:" + server.port())
            .with("bucket", S3Server.BUCKET)
            .with("prefix", newPrefix())
            .with("credentialsFile", profiles.toString());
    S3Store store = started(plain.with("profile", "other"));
    byte[] bytes = TestData.bytes(3, 1_000);
    assertArrayEquals(bytes, TestData.get(store, TestData.put(store, bytes)));
    S3Store none =
        started(
            context()
                .with("endpoint", "http://127.0.0.1:" + server.port())
                .with("bucket", S3Server.BUCKET)
                .with("credentialsFile", profiles.toString())
                .with("profile", "absent"));
    assertSays(
        assertThrows(IOException.class, () -> none.find(TestData.cid(bytes))),
        "no credentials for http://127.0.0.1:");
  }

  @Test
  void requestsThatAreToldToSlowDownAreMadeAgain() throws Exception {
    FaultyProxy proxy = new FaultyProxy(server.port());
    S3Store store = startedBehind(proxy, context -> context);
    byte[] bytes = TestData.bytes(4, 300_000);
    Cid cid = TestData.cid(bytes);
    proxy.next(2, FaultyProxy.Way.SLOW_DOWN);
    assertTrue(store.put(cid, ByteBuffer.wrap(bytes)));
    proxy.next(2, FaultyProxy.Way.SLOW_DOWN);
    assertArrayEquals(bytes, TestData.get(store, cid));
    assertEquals(List.of(), store.advice());
  }

  @Test
  void anOverloadThatLastsIsForNow() throws Exception {
    FaultyProxy proxy = new FaultyProxy(server.port());
    S3Store store = startedBehind(proxy, context -> context.with("retries", "1"));
    byte[] bytes = TestData.bytes(5, 300_000);
    proxy.next(Integer.MAX_VALUE, FaultyProxy.Way.SLOW_DOWN);
    assertSays(
        assertThrows(RetryableException.class, () -> TestData.put(store, bytes)),
        "is overloaded (503 SlowDown)");
    proxy.next(0, FaultyProxy.Way.FORWARD);
    TestData.put(store, bytes);
    assertArrayEquals(bytes, TestData.get(store, TestData.cid(bytes)));
  }

  @Test
  void aServiceThatIsSilentIsAskedAgain() throws Exception {
    FaultyProxy proxy = new FaultyProxy(server.port());
    S3Store store =
        startedBehind(proxy, context -> context.with("timeout", "500ms").with("retries", "2"));
    byte[] bytes = TestData.bytes(6, 300_000);
    Cid cid = TestData.put(store, bytes);
    proxy.next(1, FaultyProxy.Way.SILENCE);
    assertArrayEquals(bytes, TestData.get(store, cid));
    proxy.next(Integer.MAX_VALUE, FaultyProxy.Way.SILENCE);
    assertSays(
        assertThrows(RetryableException.class, () -> store.find(cid)), "does not answer in time");
  }

  @Test
  void anAnswerThatBreaksOffIsFetchedAgain() throws Exception {
    FaultyProxy proxy = new FaultyProxy(server.port());
    S3Store store = startedBehind(proxy, context -> context);
    byte[] bytes = TestData.bytes(7, 300_000);
    Cid cid = TestData.put(store, bytes);
    proxy.next(2, FaultyProxy.Way.CUT);
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  @Test
  void anInterruptEndsACallThatWaits() throws Exception {
    FaultyProxy proxy = new FaultyProxy(server.port());
    S3Store store = startedBehind(proxy, context -> context);
    Cid cid = TestData.put(store, TestData.bytes(8, 1_000));
    proxy.next(Integer.MAX_VALUE, FaultyProxy.Way.SILENCE);
    int before = proxy.accepted();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> flagged =
          threads.submit(
              () -> {
                assertThrows(InterruptedIOException.class, () -> store.find(cid));
                return Thread.currentThread().isInterrupted();
              });
      Await.until("the call waits", () -> proxy.accepted() > before);
      threads.shutdownNow();
      assertTrue(flagged.get(), "the interruption is lost");
    }
  }

  @Test
  void aCloseEndsACallThatWaits() throws Exception {
    FaultyProxy proxy = new FaultyProxy(server.port());
    S3Store store = startedBehind(proxy, context -> context);
    Cid cid = TestData.put(store, TestData.bytes(9, 1_000));
    proxy.next(Integer.MAX_VALUE, FaultyProxy.Way.SILENCE);
    int before = proxy.accepted();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> waiting = threads.submit(() -> store.find(cid));
      Await.until("the call waits", () -> proxy.accepted() > before);
      store.close();
      ExecutionException ended = assertThrows(ExecutionException.class, waiting::get);
      assertEquals(IllegalStateException.class, ended.getCause().getClass());
    }
  }

  @Test
  void aClockThatDiffersIsCorrectedByTheServices() throws Exception {
    FaultyProxy proxy = new FaultyProxy(server.port());
    S3Store store = startedBehind(proxy, context -> context);
    byte[] bytes = TestData.bytes(17, 1_000);
    proxy.next(1, FaultyProxy.Way.SKEWED);
    // S3Proxy refuses the time that the store takes over, which is two hours ahead of its own.
    assertArrayEquals(bytes, TestData.get(store, TestData.put(store, bytes)));
    proxy.next(Integer.MAX_VALUE, FaultyProxy.Way.SKEWED);
    S3Store none = started(S3Server.configure(context(), proxy.port()).with("retries", "0"));
    assertSays(
        assertThrows(RetryableException.class, () -> none.find(TestData.cid(bytes))),
        "the clock of this machine and that of http://127.0.0.1:",
        "set both right");
  }

  @Test
  void aPrivateAuthorityIsTrustedIfItIsNamed(@TempDir Path own) throws Exception {
    try (S3Server secure = S3Server.startSecure(own)) {
      String url = "https://127.0.0.1:" + secure.port();
      S3Store strict = started(secure.configure(context()).with("endpoint", url));
      byte[] bytes = TestData.bytes(18, 300_000);
      assertSays(
          assertThrows(IOException.class, () -> TestData.put(strict, bytes)),
          url + " cannot be trusted (",
          "plugins.plugin-under-test.caCertificates");
      S3Store trusting =
          started(
              secure
                  .configure(context())
                  .with("endpoint", url)
                  .with("caCertificates", secure.certificate().toString()));
      assertArrayEquals(bytes, TestData.get(trusting, TestData.put(trusting, bytes)));
      S3Store wrong =
          started(
              secure
                  .configure(context())
                  .with("endpoint", url)
                  .with("caCertificates", own.resolve("s3proxy.properties").toString()));
      assertSays(
          assertThrows(IOException.class, () -> TestData.put(wrong, bytes)),
          "s3proxy.properties cannot be read as certificates (",
          "correct plugins.plugin-under-test.caCertificates");
    }
  }

  @Test
  void aServiceThatIsKilledAndComesBackLosesNothing(@TempDir Path own) throws Exception {
    try (S3Server mortal = S3Server.start(own)) {
      S3Store store = started(mortal.configure(context()).with("retries", "10"));
      Map<Cid, byte[]> stored = new ConcurrentHashMap<>();
      AtomicInteger refused = new AtomicInteger();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int thread = 0; thread < 8; thread++) {
          int seed = 1_000 * thread;
          threads.execute(
              () -> {
                for (int i = 0; i < 15; i++) {
                  byte[] bytes = TestData.bytes(seed + i, 20_000);
                  try {
                    stored.put(TestData.put(store, bytes), bytes);
                  } catch (RetryableException e) {
                    refused.incrementAndGet();
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                }
              });
        }
        Await.until("some chunks are stored", () -> stored.size() > 20);
        mortal.kill();
        mortal.restart();
      }
      assertEquals(120, stored.size() + refused.get(), "a chunk failed for good");
      for (Map.Entry<Cid, byte[]> one : stored.entrySet()) {
        assertArrayEquals(one.getValue(), TestData.get(store, one.getKey()));
      }
    }
  }

  @Test
  void storesOnOneBucketShareTheirChunks() throws Exception {
    String prefix = newPrefix();
    S3Store one = started(server.configure(context()).with("prefix", prefix));
    S3Store other = started(server.configure(context()).with("prefix", prefix));
    AtomicInteger stored = new AtomicInteger();
    byte[] bytes = TestData.bytes(10, 100_000);
    Cid cid = TestData.cid(bytes);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        ChunkStore mine = i % 2 == 0 ? one : other;
        threads.submit(() -> mine.put(cid, ByteBuffer.wrap(bytes)) ? stored.incrementAndGet() : 0);
      }
    }
    assertEquals(1, stored.get(), "of several writers one stores it");
    assertArrayEquals(bytes, TestData.get(one, cid));
    assertArrayEquals(bytes, TestData.get(other, cid));
  }

  @Test
  void aCorruptChunkIsQuarantined() throws Exception {
    String prefix = newPrefix();
    S3Store store = started(server.configure(context()).with("prefix", prefix));
    byte[] corrupt = TestData.bytes(11, 1_000);
    Cid cid = TestData.cid(TestData.bytes(12, 1_000));
    store.put(cid, ByteBuffer.wrap(corrupt));
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      assertTrue(reader.discard());
      assertFalse(reader.discard());
    }
    assertEquals(Optional.empty(), store.find(cid));
    try (Stream<Path> kept = Files.list(server.bucket().resolve(prefix).resolve("quarantine"))) {
      List<Path> files = kept.toList();
      assertEquals(1, files.size());
      assertArrayEquals(corrupt, Files.readAllBytes(files.getFirst()));
    }
    List<Cid> reported = new ArrayList<>();
    store.chunks(chunk -> reported.add(chunk.cid()));
    assertEquals(List.of(), reported);
  }

  @Test
  void whatIsNoChunkIsLeftAlone() throws Exception {
    String prefix = newPrefix();
    S3Store store = started(server.configure(context()).with("prefix", prefix));
    Cid kept = TestData.put(store, TestData.bytes(13, 1_000));
    Path chunks = server.bucket().resolve(prefix).resolve("chunks");
    Files.writeString(chunks.resolve("notes.txt"), "not a chunk");
    Cid large = TestData.cid(TestData.bytes(14, 10));
    Files.write(chunks.resolve(Cid.of(Cid.RAW, large.multihash()).toString()), new byte[3 << 20]);
    List<Cid> reported = new ArrayList<>();
    store.chunks(chunk -> reported.add(chunk.cid()));
    assertEquals(List.of(Cid.of(Cid.RAW, kept.multihash())), reported);
    assertSays(assertThrows(IOException.class, () -> store.open(large)), "no chunk", "remove");
    assertSays(assertThrows(IOException.class, () -> store.find(large)), "no chunk", "remove");
  }

  @Test
  void anObjectOfAnySizeIsNotTakenIntoMemory() throws Exception {
    String prefix = newPrefix();
    S3Store store = started(server.configure(context()).with("prefix", prefix));
    Cid cid = TestData.put(store, TestData.bytes(15, 1_000));
    Files.write(
        server.bucket().resolve(prefix).resolve("chunks/" + Cid.of(Cid.RAW, cid.multihash())),
        new byte[20 << 20]);
    assertSays(assertThrows(IOException.class, () -> store.open(cid)), "no chunk");
  }

  @Test
  void aBucketOfItsOwnNeedsNoPrefix() throws Exception {
    S3Store store = started(server.configure(context()).with("conditionalWrites", "false"));
    byte[] bytes = TestData.bytes(16, 1_000);
    Cid cid = TestData.put(store, bytes);
    assertTrue(Files.exists(server.bucket().resolve("chunks/" + Cid.of(Cid.RAW, cid.multihash()))));
    assertTrue(TestData.discard(store, cid));
    assertTrue(store.put(cid, ByteBuffer.wrap(bytes)));
    assertArrayEquals(bytes, TestData.get(store, cid));
    assertTrue(store.delete(cid));
  }

  @Test
  void aListOfSeveralPagesIsReportedWhole() throws Exception {
    String prefix = newPrefix();
    S3Store store = started(server.configure(context()).with("prefix", prefix));
    TestData.put(store, TestData.bytes(0, 10));
    Path chunks = server.bucket().resolve(prefix).resolve("chunks");
    for (int i = 1; i < 1_500; i++) {
      Cid cid = TestData.cid(TestData.bytes(i, 10));
      Files.write(
          chunks.resolve(Cid.of(Cid.RAW, cid.multihash()).toString()), TestData.bytes(i, 10));
    }
    AtomicInteger reported = new AtomicInteger();
    store.chunks(_ -> reported.incrementAndGet() > 0);
    assertEquals(1_500, reported.get());
  }
}
