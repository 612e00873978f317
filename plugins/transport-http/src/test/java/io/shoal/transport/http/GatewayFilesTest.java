package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Refusal;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files and folders for clients that check nothing.
class GatewayFilesTest {
  private static final String ROOT = "/ipfs/" + FolderNode.ROOT;

  private final FolderNode node = new FolderNode();
  private final byte[] sea = TestData.bytes(1, 200_000);
  private Path folder;
  private TestGateway gateway;

  @BeforeEach
  void start(@TempDir Path empty) throws Exception {
    folder = empty;
    node.files.put("photos/sea.jpg", sea);
    node.files.put("photos/<b>&\"'.txt", "text".getBytes());
    node.files.put("page.html", "<script>alert(1)</script>".getBytes());
    node.files.put("empty", new byte[0]);
    gateway = new TestGateway(empty.resolve("gateway"), Map.of(), node);
  }

  @AfterEach
  void end() {
    gateway.close();
    assertEquals(0, node.open.get(), "contents and turns that were not given back");
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  @Test
  void aFileComesWithItsNameAndType() throws Exception {
    HttpResponse<byte[]> answer = gateway.get(ROOT + "/photos/sea.jpg");
    assertEquals(200, answer.statusCode());
    assertArrayEquals(sea, answer.body());
    assertEquals("image/jpeg", header(answer, "content-type"));
    assertEquals(
        "inline; filename=\"sea.jpg\"; filename*=UTF-8''sea.jpg",
        header(answer, "content-disposition"));
    assertEquals("bytes", header(answer, "accept-ranges"));
    assertEquals("http", node.uploads.getFirst().scheme());
    String named = ROOT + "/photos/sea.jpg?download=true&filename=other.bin";
    assertEquals(
        "attachment; filename=\"other.bin\"; filename*=UTF-8''other.bin",
        header(gateway.get(named), "content-disposition"));
    assertEquals(0, gateway.get(ROOT + "/empty").body().length);
    HttpResponse<byte[]> head = gateway.send("HEAD", ROOT + "/photos/sea.jpg");
    assertEquals("200000", header(head, "content-length"));
  }

  @Test
  void pagesOfStrangersAreSavedAndNotRun() throws Exception {
    HttpResponse<byte[]> answer = gateway.get(ROOT + "/page.html");
    assertTrue(header(answer, "content-disposition").startsWith("attachment; "));
    assertTrue(header(answer, "content-security-policy").contains("sandbox"));
    assertEquals("nosniff", header(answer, "x-content-type-options"));
  }

  @Test
  void rangesAndEntityTagsWorkForFiles() throws Exception {
    String path = ROOT + "/photos/sea.jpg";
    HttpResponse<byte[]> part = gateway.get(path, "Range", "bytes=100000-");
    assertEquals(206, part.statusCode());
    assertEquals("bytes 100000-199999/200000", header(part, "content-range"));
    assertArrayEquals(Arrays.copyOfRange(sea, 100_000, 200_000), part.body());
    assertEquals(304, gateway.get(path, "If-None-Match", header(part, "etag")).statusCode());
    assertEquals(416, gateway.get(path, "Range", "bytes=200000-").statusCode());
  }

  @Test
  void aFolderIsListedOnAPageThatRunsNothing() throws Exception {
    HttpResponse<byte[]> moved = gateway.get(ROOT);
    assertEquals(301, moved.statusCode());
    assertEquals(ROOT + "/", header(moved, "location"));
    HttpResponse<byte[]> top = gateway.get(ROOT + "/");
    assertEquals(200, top.statusCode());
    assertEquals("text/html; charset=utf-8", header(top, "content-type"));
    assertTrue(header(top, "content-security-policy").startsWith("default-src 'none'; style-src"));
    assertTrue(text(top).contains("<h1>the &lt;folder&gt;</h1>"), text(top));
    assertTrue(
        text(top).contains("<a href=\"./photos/\">photos/</a></td><td>2 files, 200004 bytes"));
    HttpResponse<byte[]> below = gateway.get(ROOT + "/photos/");
    assertTrue(text(below).contains("<a href=\"../\">"), text(below));
    String name = "<a href=\"./%3Cb%3E%26%22%27.txt\">&lt;b&gt;&amp;&quot;&#39;.txt</a>";
    assertTrue(text(below).contains(name), text(below));
    assertFalse(text(below).contains("<b>"));
    assertEquals("text", text(gateway.get(ROOT + "/photos/%3Cb%3E%26%22%27.txt")));
    String tag = header(top, "etag");
    assertEquals(304, gateway.get(ROOT + "/", "If-None-Match", tag).statusCode());
  }

  @Test
  void whatIsNotHereIsNotFetched() throws Exception {
    String other = "/ipfs/" + TestData.cid(new byte[] {1});
    assertEquals(404, gateway.get(other).statusCode());
    assertEquals(412, gateway.get(other, "Cache-Control", "only-if-cached").statusCode());
    assertEquals(404, gateway.get(ROOT + "/none").statusCode());
  }

  @Test
  void theNodeDecidesWhoIsServed() throws Exception {
    String path = ROOT + "/photos/sea.jpg";
    node.refusal = java.util.Optional.of(new Refusal.Denied());
    assertEquals(403, gateway.get(path).statusCode());
    assertEquals(403, gateway.get(ROOT + "/").statusCode());
    node.refusal = java.util.Optional.of(new Refusal.Busy(Duration.ofSeconds(10)));
    HttpResponse<byte[]> busy = gateway.get(path);
    assertEquals(503, busy.statusCode());
    assertEquals("10", header(busy, "retry-after"));
  }

  @Test
  void aGapBreaksTheAnswerOff() throws Exception {
    String path = ROOT + "/photos/sea.jpg";
    node.gapAt = 100_000;
    assertThrows(IOException.class, () -> gateway.get(path));
    node.gapAt = 0;
    assertEquals(503, gateway.get(path).statusCode());
  }

  @Test
  void curlGoesOnWithADownloadThatBrokeOff() throws Exception {
    String url = gateway.uri(ROOT + "/photos/sea.jpg").toString();
    Path file = folder.resolve("sea.jpg");
    node.gapAt = 120_000;
    int broken = curl("--output", file.toString(), url);
    assertTrue(broken != 0, "the answer broke off");
    assertTrue(Files.size(file) > 0 && Files.size(file) < sea.length, "a part came");
    node.gapAt = Long.MAX_VALUE;
    assertEquals(0, curl("--continue-at", "-", "--output", file.toString(), url));
    assertArrayEquals(sea, Files.readAllBytes(file));
    Path named = Files.createDirectory(folder.resolve("named"));
    assertEquals(
        0,
        curl(
            "--remote-name",
            "--remote-header-name",
            "--output-dir",
            named.toString(),
            url + "?download=true&filename=from-the-sea.jpg"));
    assertArrayEquals(sea, Files.readAllBytes(named.resolve("from-the-sea.jpg")));
  }

  private int curl(String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("curl", "--silent", "--noproxy", "*"));
    command.addAll(List.of(arguments));
    Process curl =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("curl.log").toFile())
            .start();
    try {
      assertTrue(curl.waitFor(60, TimeUnit.SECONDS), "curl does not end");
      return curl.exitValue();
    } finally {
      curl.destroyForcibly();
    }
  }
}
