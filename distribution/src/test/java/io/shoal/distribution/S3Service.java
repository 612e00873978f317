package io.shoal.distribution;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// S3Proxy in a process of its own, on loopback, with one empty bucket.
final class S3Service implements AutoCloseable {
  static final String BUCKET = "chunks";
  static final String KEY = "the-key";
  static final String SECRET = "the-secret-of-the-key";

  /// Another process may take a port before the service does.
  private static final int MAX_TRIES = 5;

  private final ShoalProcess process;
  private final int port;

  private S3Service(ShoalProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  static S3Service start(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder.resolve("data").resolve(BUCKET));
    for (int tries = 1; ; tries++) {
      int port = freePort();
      S3Service service = new S3Service(launch(folder, port), port);
      ShoalProcess.await("S3Proxy", () -> service.answers() || service.process.ended());
      if (!service.process.ended()) {
        return service;
      }
      if (tries == MAX_TRIES) {
        throw new AssertionError("S3Proxy does not start: " + service.process.out());
      }
    }
  }

  private static ShoalProcess launch(Path folder, int port) throws IOException {
    Path properties =
        Files.writeString(
            folder.resolve("s3proxy.properties"),
            """
            s3proxy.authorization=aws-v2-or-v4
            s3proxy.identity=%s
            s3proxy.credential=%s
            s3proxy.endpoint=http://127.0.0.1:%d
            jclouds.provider=filesystem-nio2
            jclouds.filesystem.basedir=%s
            """
                .formatted(KEY, SECRET, port, folder.resolve("data")));
    // The module of the plugin has fetched it for tests of its own.
    Path jar =
        Path.of(System.getProperty("shoal.sources"), "plugins/storage-s3/target/s3proxy.jar");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return ShoalProcess.start(
        folder.resolve("home"),
        Map.of(),
        List.of(java, "-Xmx128m", "-jar", jar.toString(), "--properties", properties.toString()));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean answers() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.close();
  }
}
