package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.Cid;
import io.shoal.api.Refusal;
import io.shoal.testkit.TestData;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayRawTest {
  private final byte[] bytes = TestData.bytes(1, 300_000);
  private final Cid cid = TestData.cid(bytes);
  private final String raw = "/ipfs/" + cid + "?format=raw";
  private TestGateway gateway;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    gateway = new TestGateway(folder, Map.of("files", "false"));
    gateway.chunks.put(cid, bytes);
  }

  @AfterEach
  void end() {
    gateway.close();
    assertEquals(0, gateway.chunks.open.get(), "sources that were not given back");
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void aChunkComesByParameterOrByAccept() throws Exception {
    HttpResponse<byte[]> answer = gateway.get(raw);
    assertArrayEquals(bytes, answer.body());
    assertEquals("application/vnd.ipld.raw", header(answer, "content-type"));
    assertEquals("300000", header(answer, "content-length"));
    assertEquals('"' + cid.toString() + ".raw\"", header(answer, "etag"));
    assertEquals(
        "attachment; filename=\"%s.bin\"; filename*=UTF-8''%s.bin".formatted(cid, cid),
        header(answer, "content-disposition"));
    HttpResponse<byte[]> accepted =
        gateway.get("/ipfs/" + cid, "Accept", "text/html, application/vnd.ipld.raw;q=0.9");
    assertArrayEquals(bytes, accepted.body());
    HttpResponse<byte[]> head = gateway.send("HEAD", raw);
    assertEquals("300000", header(head, "content-length"));
    assertEquals(0, head.body().length);
  }

  @Test
  void theParameterCountsMoreThanAccept() throws Exception {
    HttpResponse<byte[]> answer = gateway.get(raw, "Accept", "application/vnd.ipld.car");
    assertEquals("application/vnd.ipld.raw", header(answer, "content-type"));
  }

  @Test
  void rangesAreServed() throws Exception {
    assertRange("bytes=0-0", 0, 1);
    assertRange("bytes=70000-150000", 70_000, 150_001);
    assertRange("bytes=299999-", 299_999, 300_000);
    assertRange("bytes=-5", 299_995, 300_000);
    assertRange("bytes=100-900000", 100, 300_000);
    for (String other : new String[] {"bytes=1-2,5-6", "bytes=5-2", "bytes=x-", "lines=1-2"}) {
      assertEquals(200, gateway.get(raw, "Range", other).statusCode(), other);
    }
    for (String outside : new String[] {"bytes=300000-", "bytes=-0"}) {
      HttpResponse<byte[]> answer = gateway.get(raw, "Range", outside);
      assertEquals(416, answer.statusCode(), outside);
      assertEquals("bytes */300000", header(answer, "content-range"));
    }
    String range = "bytes=1-2";
    assertEquals(200, gateway.get(raw, "Range", range, "If-Range", "\"other\"").statusCode());
    String tag = '"' + cid.toString() + ".raw\"";
    assertEquals(206, gateway.get(raw, "Range", range, "If-Range", tag).statusCode());
  }

  private void assertRange(String range, int from, int to) throws Exception {
    HttpResponse<byte[]> answer = gateway.get(raw, "Range", range);
    assertEquals(206, answer.statusCode(), range);
    assertEquals(
        "bytes %d-%d/300000".formatted(from, to - 1), header(answer, "content-range"), range);
    assertArrayEquals(Arrays.copyOfRange(bytes, from, to), answer.body(), range);
  }

  @Test
  void whatTheClientHasIsNotSentAgain() throws Exception {
    String tag = '"' + cid.toString() + ".raw\"";
    HttpResponse<byte[]> answer = gateway.get(raw, "If-None-Match", tag);
    assertEquals(304, answer.statusCode());
    assertEquals(tag, header(answer, "etag"));
    assertEquals(0, answer.body().length);
    assertEquals(304, gateway.get(raw, "If-None-Match", "*").statusCode());
  }

  @Test
  void everyRefusalHasItsStatus() throws Exception {
    String other = "/ipfs/" + TestData.cid(new byte[] {1}) + "?format=raw";
    assertEquals(404, gateway.get(other).statusCode());
    assertEquals(412, gateway.get(other, "Cache-Control", "only-if-cached").statusCode());
    assertEquals(200, gateway.get(raw, "Cache-Control", "only-if-cached").statusCode());
    gateway.chunks.refusals.put(cid.multihash(), new Refusal.Denied());
    assertEquals(403, gateway.get(raw).statusCode());
    gateway.chunks.refusals.put(cid.multihash(), new Refusal.Corrupt());
    assertEquals(500, gateway.get(raw).statusCode());
    gateway.chunks.refusals.put(cid.multihash(), new Refusal.Busy(Duration.ofMillis(2_500)));
    HttpResponse<byte[]> busy = gateway.get(raw);
    assertEquals(503, busy.statusCode());
    assertEquals("3", header(busy, "retry-after"));
    assertEquals("no-store", header(busy, "cache-control"));
  }

  @Test
  void whatIsNoQuestionIsRefused() throws Exception {
    assertEquals(400, gateway.get("/ipfs/nocid?format=raw").statusCode());
    assertEquals(400, gateway.get("/ipfs/?format=raw").statusCode());
    assertEquals(400, gateway.get("/ipfs/" + cid + "/../x?format=raw").statusCode());
    assertEquals(400, gateway.get("/ipfs/" + cid + "/%ff?format=raw").statusCode());
    assertEquals(400, gateway.get("/ipfs/" + cid + "/a%2fb?format=raw").statusCode());
    assertEquals(400, gateway.get("/ipfs/" + cid).statusCode(), "no format");
    assertEquals(404, gateway.get("/ipns/example.org").statusCode());
    assertEquals(404, gateway.get("/").statusCode());
    HttpResponse<byte[]> posted = gateway.send("POST", raw);
    assertEquals(405, posted.statusCode());
    assertEquals("GET, HEAD", header(posted, "allow"));
  }

  @Test
  void aPathLeadsToAChunk() throws Exception {
    CarFile.vector("tooling-dag.car").into(gateway.chunks);
    String root = "/ipfs/bafybeidlbwbu73tbjr3atntjz4lq5ego5w2uyof35vvwcnheaftzi3rndu";
    HttpResponse<byte[]> answer = gateway.get(root + "/a-file.txt?format=raw");
    assertEquals(200, answer.statusCode());
    assertEquals(726, answer.body().length);
    assertEquals(404, gateway.get(root + "/c-file.txt?format=raw").statusCode());
    assertEquals(404, gateway.get(root + "/a-file.txt/x?format=raw").statusCode());
  }

  @Test
  void anIdentityHasItsContentInItself() throws Exception {
    for (String method : new String[] {"GET", "HEAD"}) {
      HttpResponse<byte[]> probe = gateway.send(method, "/ipfs/bafkqaaa?format=raw");
      assertEquals(200, probe.statusCode());
      assertEquals("0", header(probe, "content-length"));
    }
    HttpResponse<byte[]> four = gateway.get("/ipfs/bafkqabdxmf2ha?format=raw");
    assertEquals(200, four.statusCode());
    assertEquals(4, four.body().length);
  }

  @Test
  void aNameForTheFileCannotBreakOutOfItsHeader() throws Exception {
    HttpResponse<byte[]> answer = gateway.get(raw + "&filename=a%22%0d%0aX-Evil:%201%E2%82%AC");
    assertEquals(200, answer.statusCode());
    assertEquals(
        "attachment; filename=\"a___X-Evil: 1_\"; filename*=UTF-8''a%22%0D%0AX-Evil%3A%201%E2%82%AC",
        header(answer, "content-disposition"));
    assertEquals("", header(answer, "x-evil"));
  }
}
