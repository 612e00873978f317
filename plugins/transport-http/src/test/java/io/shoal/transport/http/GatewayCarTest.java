package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// CARs of a gateway that holds the content of the vectors.
class GatewayCarTest {
  private static final String HAMT =
      "trustless_gateway_car--single-layer-hamt-with-multi-block-files.car";
  private static final String HAMT_ROOT =
      "bafybeidbclfqleg2uojchspzd4bob56dqetqjsj27gy2cq3klkkgxtpn4i";
  private static final String FILE = "/ipfs/" + HAMT_ROOT + "/470.txt?format=car";

  private TestGateway gateway;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    gateway = new TestGateway(folder, Map.of());
  }

  @AfterEach
  void end() {
    gateway.close();
    assertEquals(0, gateway.chunks.open.get(), "sources that were not given back");
    assertEquals(gateway.chunks.connected, gateway.chunks.disconnected);
  }

  private List<String> car(String path, String... headers) throws Exception {
    HttpResponse<byte[]> answer = gateway.get(path, headers);
    assertEquals(200, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
    return CarFile.read(answer.body()).cids();
  }

  @Test
  void theVectorsBlocksComeInTheirOrder() throws Exception {
    JsonNode cases = JsonMapper.shared().readTree(CarFile.resource("gateway-car-cases.json"));
    int checked = 0;
    for (JsonNode one : cases.get("cases")) {
      gateway.chunks.chunks.clear();
      CarFile.vector(one.get("car").asString()).into(gateway.chunks);
      String path = one.get("request").asString();
      if (one.has("expect")) {
        assertEquals(404, gateway.get(path).statusCode(), path);
      } else {
        List<String> cids = car(path);
        if (one.get("blocks_dfs").isNull()) {
          assertEquals(one.get("block_count").asInt(), cids.size(), path);
          assertEquals(one.get("sha256_of_lines").asString(), sha256(cids), path);
        } else {
          assertEquals(strings(one.get("blocks_dfs")), cids, path);
        }
      }
      checked++;
    }
    assertEquals(18, checked);
  }

  private static List<String> strings(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }

  private static String sha256(List<String> lines) throws Exception {
    byte[] all = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all));
  }

  @Test
  void aSpanOfAFileHasOnlyTheBlocksThatItTouches() throws Exception {
    CarFile.vector(HAMT).into(gateway.chunks);
    List<String> all = car(FILE);
    List<String> way = all.subList(0, 3);
    // Parts of 256 bytes, and two bytes.
    assertEquals(8, all.size());
    assertSpan(all, List.of(0), "0:0");
    assertSpan(all, List.of(0, 1), "255:256");
    assertSpan(all, List.of(1), "256:511");
    assertSpan(all, List.of(4), "-2:*");
    assertSpan(all, List.of(3, 4), "-3:*");
    assertSpan(all, List.of(0, 1, 2, 3), "0:-3");
    assertSpan(all, List.of(0, 1, 2, 3, 4), "-5000:*");
    assertEquals(way, car(FILE + "&entity-bytes=5000:*"), "a span behind the end");
    assertEquals(way, car(FILE + "&entity-bytes=9:3"), "a span of nothing");
    assertEquals(400, gateway.get(FILE + "&entity-bytes=1-2").statusCode());
  }

  private void assertSpan(List<String> all, List<Integer> parts, String span) throws Exception {
    List<String> expected = new java.util.ArrayList<>(all.subList(0, 3));
    parts.forEach(part -> expected.add(all.get(3 + part)));
    assertEquals(expected, car(FILE + "&entity-bytes=" + span), span);
  }

  @Test
  void aFolderIgnoresASpan() throws Exception {
    CarFile.vector(HAMT).into(gateway.chunks);
    String folder = "/ipfs/" + HAMT_ROOT + "?format=car";
    List<String> shards = car(folder + "&dag-scope=entity");
    assertEquals(shards, car(folder + "&entity-bytes=0:10"));
    assertTrue(shards.size() > 200, "every shard: " + shards.size());
  }

  @Test
  void duplicatesComeWhereTheyAreWanted() throws Exception {
    CarFile.vector(HAMT).into(gateway.chunks);
    String all = "/ipfs/" + HAMT_ROOT + "?format=car";
    List<String> once = car(all);
    List<String> often = car(all + "&car-dups=y");
    assertEquals(new HashSet<>(once), new HashSet<>(often));
    assertEquals(243, once.size());
    assertTrue(often.size() > 6_000, "1,000 files of the same six blocks: " + often.size());
    assertEquals(
        often, car("/ipfs/" + HAMT_ROOT, "Accept", "application/vnd.ipld.car; version=1; dups=y"));
  }

  @Test
  void aBlockThatIsMissingBreaksTheAnswerOff() throws Exception {
    CarFile.vector("trustless_gateway_car--file-3k-and-3-blocks-missing-block.car")
        .into(gateway.chunks);
    String file = "/ipfs/QmYhmPjhFjYFyaoiuNzYv8WGavpSRDwdHWe5B4M5du5Rtk?format=car";
    assertThrows(IOException.class, () -> gateway.get(file));
    assertEquals(2, car(file + "&entity-bytes=0:1000").size());
    assertEquals(2, car(file + "&entity-bytes=2048:*").size());
  }

  @Test
  void nodesOfOtherCodecsAreNotLookedInto() throws Exception {
    CarFile held = CarFile.vector("trustless_gateway_car--dir-with-dag-cbor-with-links.car");
    held.into(gateway.chunks);
    String root = "bafybeia264q44a3kmfc2otctzu4egp2k235o3t7mslz2yjraymp4nv6asi";
    List<String> cids = car("/ipfs/" + root + "?format=car");
    assertEquals(root, cids.getFirst());
    assertEquals(2, cids.size());
    assertEquals(404, gateway.get("/ipfs/" + root + "/document/x?format=car").statusCode());
  }

  @Test
  void symbolicLinksAreNotFollowed() throws Exception {
    CarFile.vector("path_gateway_unixfs--symlink.car").into(gateway.chunks);
    String root = "/ipfs/QmWvY6FaqFMS89YAQ9NAPjVP4WZKA1qbHbicc9HeSKQTgt";
    assertEquals(2, car(root + "/bar?format=car&dag-scope=entity").size());
    assertEquals(404, gateway.get(root + "/bar/x?format=car").statusCode());
    assertEquals(3, car(root + "?format=car").size());
  }

  @Test
  void namesOfAPathAreDecoded() throws Exception {
    CarFile.vector("path_gateway_unixfs--dir-with-percent-encoded-filename.car")
        .into(gateway.chunks);
    String root = "/ipfs/bafybeig675grnxcmshiuzdaz2xalm6ef4thxxds6o6ypakpghm5kghpc34/";
    assertEquals(
        2, car(root + "Portugal%252C+Espa%C3%B1a=Peninsula%20Ib%C3%A9rica.txt?format=car").size());
  }

  @Test
  void theHeadSaysWhatClientsRelyOn() throws Exception {
    CarFile.vector(HAMT).into(gateway.chunks);
    HttpResponse<byte[]> answer = gateway.get(FILE);
    CarFile.read(answer.body()).assertRoot(Cid.parse(HAMT_ROOT));
    assertHeader("application/vnd.ipld.car; version=1; order=dfs; dups=n", answer, "content-type");
    assertHeader("nosniff", answer, "x-content-type-options");
    assertHeader("public, max-age=29030400, immutable", answer, "cache-control");
    assertHeader("/ipfs/" + HAMT_ROOT + "/470.txt", answer, "x-ipfs-path");
    assertHeader(
        HAMT_ROOT + ",bafybeigcisqd7m5nf3qmuvjdbakl5bdnh4ocrmacaqkpuh77qjvggmt2sa",
        answer,
        "x-ipfs-roots");
    String disposition = answer.headers().firstValue("content-disposition").orElseThrow();
    assertTrue(disposition.startsWith("attachment; filename=\"bafybeigcisqd"), disposition);
    HttpResponse<byte[]> head = gateway.send("HEAD", FILE);
    assertEquals(200, head.statusCode());
    assertEquals(0, head.body().length);
    assertEquals(etag(answer), etag(head));
  }

  @Test
  void entityTagsDifferWithWhatIsSent() throws Exception {
    CarFile.vector(HAMT).into(gateway.chunks);
    String tag = etag(gateway.get(FILE));
    for (String more : List.of("&dag-scope=block", "&entity-bytes=0:1", "&car-dups=y")) {
      assertNotEquals(tag, etag(gateway.get(FILE + more)), more);
    }
    assertEquals(304, gateway.get(FILE, "If-None-Match", "\"x\", W/" + tag).statusCode());
    assertEquals(200, gateway.get(FILE, "If-None-Match", "\"x\"").statusCode());
  }

  private static String etag(HttpResponse<?> answer) {
    return answer.headers().firstValue("etag").orElseThrow();
  }

  private static void assertHeader(String value, HttpResponse<?> answer, String name) {
    assertEquals(value, answer.headers().firstValue(name).orElse(""), name);
  }

  @Test
  void formsThatAreNotMadeAreRefused() throws Exception {
    CarFile.vector(HAMT).into(gateway.chunks);
    assertEquals(400, gateway.get(FILE + "&car-version=2").statusCode());
    assertEquals(400, gateway.get(FILE + "&dag-scope=some").statusCode());
    String path = "/ipfs/" + HAMT_ROOT;
    assertEquals(
        406, gateway.get(path, "Accept", "application/vnd.ipld.car;version=2").statusCode());
    assertEquals(406, gateway.get(path, "Accept", "application/vnd.ipld.dag-json").statusCode());
    assertEquals(406, gateway.get(path + "?format=tar").statusCode());
  }

  @Test
  void anIdentityIsAnEmptyDag() throws Exception {
    assertEquals(List.of(), car("/ipfs/bafkqaaa?format=car"));
  }
}
