package io.shoal.runtime.plugin.install;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.shoal.api.UserFaultException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginDownloadTest {

  private static final byte[] BYTES = "a plugin".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private HttpServer server;
  private Path target;

  @BeforeEach
  void serve() throws Exception {
    target = folder.resolve("target");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          switch (exchange.getRequestURI().getPath()) {
            case "/file" -> {
              exchange.sendResponseHeaders(200, BYTES.length);
              exchange.getResponseBody().write(BYTES);
            }
            case "/stalls" -> {
              exchange.sendResponseHeaders(200, BYTES.length);
              exchange.getResponseBody().write(BYTES, 0, 3);
              exchange.getResponseBody().flush();
              await();
            }
            case "/moved" -> {
              exchange.getResponseHeaders().add("Location", "/file");
              exchange.sendResponseHeaders(302, -1);
            }
            case "/circle" -> {
              exchange.getResponseHeaders().add("Location", "circle");
              exchange.sendResponseHeaders(301, -1);
            }
            case "/away" -> {
              exchange.getResponseHeaders().add("Location", "http://192.0.2.1/file");
              exchange.sendResponseHeaders(301, -1);
            }
            case "/broken" -> exchange.sendResponseHeaders(500, -1);
            default -> exchange.sendResponseHeaders(404, -1);
          }
          exchange.close();
        });
    server.start();
  }

  private void await() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.close();
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private String refusal(PluginDownload download, URI address) {
    return String.valueOf(
        assertThrows(UserFaultException.class, () -> download.file(address, target)).getMessage());
  }

  @Test
  void aFileIsFetchedAlsoFromWhereItMovedTo() throws Exception {
    PluginDownload.DEFAULT.file(address("/moved"), target);

    assertArrayEquals(BYTES, Files.readAllBytes(target));
    assertFalse(PluginDownload.DEFAULT.fetch(address("/none"), folder.resolve("none")));
    assertTrue(Files.notExists(folder.resolve("none")));
  }

  @Test
  void whatIsNoFileIsRefused() {
    PluginDownload download = PluginDownload.DEFAULT;

    assertTrue(refusal(download, address("/none")).contains("no such file"));
    assertTrue(refusal(download, address("/broken")).contains("answers with 500"));
    assertTrue(refusal(download, address("/circle")).contains("more than 10 redirects"));
  }

  @Test
  void plainHttpIsForThisMachineAlone() {
    PluginDownload download = PluginDownload.DEFAULT;

    assertTrue(refusal(download, address("/away")).contains("over https alone"));
    assertTrue(refusal(download, URI.create("http://127.0.0.1.example/x")).contains("https"));
    assertTrue(refusal(download, URI.create("ftp://localhost/x")).contains("https"));
    assertTrue(refusal(download, URI.create("file:///etc/passwd")).contains("https"));
  }

  @Test
  void aFileThatIsTooLargeOrStallsIsGivenUp() {
    PluginDownload small = new PluginDownload(BYTES.length - 1, Duration.ofSeconds(30));
    PluginDownload impatient = new PluginDownload(100, Duration.ofMillis(100));

    String large = refusal(small, address("/file"));
    assertTrue(large.contains("larger than 7"), large);
    String slow = refusal(impatient, address("/stalls"));
    assertTrue(slow.contains("nothing came for 100"), slow);
  }
}
