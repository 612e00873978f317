package io.shoal.transport.tcp;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.RefusedException;
import io.shoal.api.ShoalException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Transports on loopback that end with the test.
final class Nodes implements AutoCloseable {
  /// For all that is to go well, on a busy machine too.
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Map<String, TestIdentity> IDENTITIES = new HashMap<>();

  private final List<TcpTransport> transports = new ArrayList<>();
  private final List<LongSupplier> buffered = new ArrayList<>();

  static synchronized TestIdentity identity(String name) throws Exception {
    TestIdentity known = IDENTITIES.get(name);
    if (known == null) {
      Path folder = Files.createTempDirectory("shoal-tcp-test");
      known = TestIdentity.make(folder, name);
      Files.delete(folder);
      IDENTITIES.put(name, known);
    }
    return known;
  }

  TcpTransport start(String name, Map<String, Object> settings) throws Exception {
    Map<String, Object> all = new HashMap<>();
    all.put("listen", "127.0.0.1:0");
    all.put("connectTimeout", PATIENCE);
    all.put("handshakeTimeout", PATIENCE);
    all.putAll(settings);
    TcpTransport transport = new TcpTransport();
    transports.add(transport);
    Map<String, LongSupplier> gauges = new HashMap<>();
    transport.start(new TestContext(identity(name), all, gauges));
    buffered.add(gauges.get("buffered_bytes"));
    return transport;
  }

  /// A transport that listens, and where.
  record Seed(TcpTransport transport, TestServer server, PeerAddress address) {}

  Seed seed(String scheme, Map<String, Object> settings) throws Exception {
    TcpTransport transport = start("seed", settings);
    TestServer server = new TestServer();
    return new Seed(transport, server, transport.listen(Set.of(scheme), server).getFirst());
  }

  PeerConnection dial(Seed seed) throws Exception {
    return dial(seed, Map.of());
  }

  PeerConnection dial(Seed seed, Map<String, Object> settings) throws Exception {
    return start("leech", settings).connect(seed.address(), new TestServer());
  }

  static ChunkBody fetch(PeerConnection connection, Cid cid) throws ShoalException {
    return connection.fetch(new ChunkRequest(cid, Optional.empty()));
  }

  static byte[] readAll(ChunkBody body) throws RefusedException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(70_000);
    try (body) {
      while (body.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
    }
    return all.toByteArray();
  }

  /// What all transports together hold of arrived bytes.
  long bufferedBytes() {
    return buffered.stream().mapToLong(LongSupplier::getAsLong).sum();
  }

  static byte[] bytes(long seed, int sizeBytes) {
    byte[] bytes = new byte[sizeBytes];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// Waits for what must become true, with a deadline that only a failure reaches.
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never happened: " + what);
      }
      Thread.sleep(2);
    }
  }

  /// Ends all transports and checks that they gave everything back.
  @Override
  public void close() throws InterruptedException {
    transports.forEach(TcpTransport::close);
    for (LongSupplier bytes : buffered) {
      await("no buffer is held", () -> bytes.getAsLong() == 0);
    }
  }
}
