package io.shoal.storage.s3;

import io.shoal.testkit.Await;
import io.shoal.testkit.TestContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// S3Proxy in a process of its own, with a folder for each bucket.
final class S3Server implements AutoCloseable {
  static final String BUCKET = "chunks";
  static final String KEY = "the-key";
  static final String SECRET = "the-secret-of-the-key";

  private final Path folder;
  private final int port;
  private final boolean secure;
  private Process process;

  private S3Server(Path folder, int port, boolean secure) throws IOException {
    this.folder = folder;
    this.port = port;
    this.secure = secure;
    this.process = launch();
  }

  /// Starts one that has an empty bucket.
  ///
  /// @param folder for its data
  static S3Server start(Path folder) throws Exception {
    return start(folder, false);
  }

  /// The same over TLS, with a certificate that nobody else has signed: [#certificate].
  static S3Server startSecure(Path folder) throws Exception {
    keytool(
        "-genkeypair",
        "-keystore",
        folder.resolve("keys.p12").toString(),
        "-storepass",
        SECRET,
        "-keyalg",
        "EC",
        "-dname",
        "CN=S3 of a test",
        "-ext",
        "san=ip:127.0.0.1",
        "-validity",
        "30");
    keytool(
        "-exportcert",
        "-rfc",
        "-keystore",
        folder.resolve("keys.p12").toString(),
        "-storepass",
        SECRET,
        "-file",
        folder.resolve("certificate.pem").toString());
    return start(folder, true);
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (tool.waitFor() != 0) {
      throw new IllegalStateException("keytool failed: " + said);
    }
  }

  private static S3Server start(Path folder, boolean secure) throws Exception {
    Files.createDirectories(folder.resolve("data").resolve(BUCKET));
    // S3Proxy does not say which port it chose itself; another may take this one first.
    for (int tries = 1; ; tries++) {
      S3Server server = new S3Server(folder, freePort(), secure);
      try {
        server.awaitReady();
        return server;
      } catch (IllegalStateException e) {
        server.close();
        if (tries == 5) {
          throw e;
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process launch() throws IOException {
    Path properties =
        Files.writeString(
            folder.resolve("s3proxy.properties"),
            """
            s3proxy.authorization=aws-v2-or-v4
            s3proxy.identity=%s
            s3proxy.credential=%s
            s3proxy.%s://127.0.0.1:%d
            s3proxy.keystore-path=%s
            s3proxy.keystore-password=%s
            jclouds.provider=filesystem-nio2
            jclouds.filesystem.basedir=%s
            """
                .formatted(
                    KEY,
                    SECRET,
                    secure ? "secure-endpoint=https" : "endpoint=http",
                    port,
                    folder.resolve("keys.p12"),
                    SECRET,
                    folder.resolve("data")));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
            List.of(
                java.toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("shoal.s3proxy"),
                "--properties",
                properties.toString()))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("s3proxy.log").toFile())
        .start();
  }

  private void awaitReady() throws Exception {
    Await.until(
        "S3Proxy answers",
        () -> {
          if (!process.isAlive()) {
            throw new IllegalStateException(
                "S3Proxy ended: " + Files.readString(folder.resolve("s3proxy.log")));
          }
          try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
          } catch (IOException e) {
            return false;
          }
        });
  }

  int port() {
    return port;
  }

  /// The PEM file with the certificate of a server over TLS.
  Path certificate() {
    return folder.resolve("certificate.pem");
  }

  /// The folder with the objects of the bucket, by their keys.
  Path bucket() {
    return folder.resolve("data").resolve(BUCKET);
  }

  /// The configuration of a store on the bucket.
  TestContext configure(TestContext plain) {
    return configure(plain, port);
  }

  /// The same with a proxy between.
  static TestContext configure(TestContext plain, int port) {
    return plain
        .with("endpoint", "http://127.0.0.1:" + port)
        .with("bucket", BUCKET)
        .with("accessKey", KEY)
        .with("secretKey", SECRET);
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(10, TimeUnit.SECONDS);
  }

  void restart() throws Exception {
    process = launch();
    awaitReady();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
