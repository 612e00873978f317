package io.shoal.discovery.kademlia.krpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.testing.ScrapeEstimate;
import io.shoal.discovery.kademlia.testing.Vectors;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class ScrapeFilterTest {

  @TestFactory
  Stream<DynamicTest> everyVectorGivesItsFilterAndEstimate() {
    return Vectors.cases("dht/bep33-bloom.json").stream()
        .map(c -> dynamicTest("about " + c.path("estimate").asDouble(), () -> check(c)));
  }

  private static void check(JsonNode c) throws UnknownHostException {
    ScrapeFilter filter = new ScrapeFilter();
    for (InetAddress address : addresses(c)) {
      filter.add(address);
    }
    assertEquals(HexFormat.of().formatHex(Vectors.hex(c, "filter")), filter.bytes().toString());
    assertEquals(c.path("estimate").asDouble(), ScrapeEstimate.of(filter), 0.0001);
    assertEquals(Optional.of(filter), ScrapeFilter.read(filter.bytes()));
  }

  private static List<InetAddress> addresses(JsonNode c) throws UnknownHostException {
    List<InetAddress> all = new ArrayList<>();
    c.path("ips").forEach(ip -> all.add(InetAddress.ofLiteral(ip.asString())));
    for (JsonNode range : c.path("ranges")) {
      byte[] first = InetAddress.ofLiteral(range.get(0).asString()).getAddress();
      byte[] last = InetAddress.ofLiteral(range.get(1).asString()).getAddress();
      BigInteger end = new BigInteger(1, last);
      for (BigInteger at = new BigInteger(1, first);
          at.compareTo(end) <= 0;
          at = at.add(BigInteger.ONE)) {
        byte[] bytes = at.toByteArray();
        byte[] host = new byte[first.length];
        int length = Math.min(bytes.length, host.length);
        System.arraycopy(bytes, bytes.length - length, host, host.length - length, length);
        all.add(InetAddress.getByAddress(host));
      }
    }
    return all;
  }

  @Test
  void whatHasAnotherSizeIsNoFilter() {
    assertEquals(
        Optional.empty(), ScrapeFilter.read(Bytes.of(new byte[ScrapeFilter.SIZE_BYTES - 1])));
  }
}
