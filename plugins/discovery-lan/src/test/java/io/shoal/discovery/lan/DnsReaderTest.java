package io.shoal.discovery.lan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.lan.DnsMessage.Data;
import io.shoal.discovery.lan.DnsMessage.Question;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DnsReaderTest {
  private static final int FUZZED = 50_000;

  private static byte[] announcement() {
    ServiceDescription description =
        ServiceDescription.of(
            "shoal-0123456789abcdef",
            List.of("tcps://192.168.7.1:4600", "tcps://[fd00::1]:4600"),
            new SwarmKeys(Optional.empty()));
    List<InetAddress> addresses =
        List.of(InetAddress.ofLiteral("192.168.7.1"), InetAddress.ofLiteral("fd00::1"));
    return DnsWriter.multicast(
        new DnsMessage(
            0,
            true,
            List.of(new Question(ServiceDescription.SERVICE, RecordType.PTR)),
            description.records(addresses, Long.MAX_VALUE)));
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    DnsMessage message = DnsReader.read(announcement());
    assertTrue(message.isResponse());
    assertEquals(5, message.records().size());
    Data.Text text = (Data.Text) message.records().get(2).data();
    ServiceDescription read =
        ServiceDescription.read(message.records().get(2).name(), text.strings()).get();
    assertTrue(read.isGenuine(new SwarmKeys(Optional.empty())));
    assertEquals(2, read.endpoints().size());
    assertEquals(
        new Data.Service(4600, DnsName.of("shoal-0123456789abcdef", "local")),
        message.records().get(1).data());
  }

  @Test
  void compressedNamesAreRead() throws Exception {
    // A printer's answer: _ipp._tcp.local PTR, its target with a pointer to that name.
    byte[] packet =
        HexFormat.of()
            .parseHex(
                "000084000000000100000000"
                    + "045f697070045f746370056c6f63616c00"
                    + "000c000100001194000a"
                    + "075072696e746572c00c");
    DnsMessage message = DnsReader.read(packet);
    assertEquals(
        new Data.Pointer(DnsName.of("printer", "_ipp", "_tcp", "local")),
        message.records().getFirst().data());
  }

  @Test
  void pointersInACircleAreRefused() {
    byte[] packet =
        HexFormat.of().parseHex("000084000000000100000000" + "c00c" + "000c0001000011940002c00c");
    assertThrows(MalformedPacketException.class, () -> DnsReader.read(packet));
  }

  @Test
  void countsThatThePacketDoesNotHaveAreRefused() {
    byte[] packet = HexFormat.of().parseHex("00000000ffffffffffffffff");
    assertThrows(MalformedPacketException.class, () -> DnsReader.read(packet));
    assertThrows(MalformedPacketException.class, () -> DnsReader.read(new byte[3]));
  }

  @Test
  void brokenPacketsAreRefusedOrReadWhatever() {
    Random random = new Random(13);
    byte[] whole = announcement();
    for (int i = 0; i < FUZZED; i++) {
      byte[] packet = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
      for (int changes = random.nextInt(8); changes > 0; changes--) {
        packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
      }
      try {
        DnsMessage message = DnsReader.read(packet);
        assertTrue(message.records().size() <= 256);
        for (DnsMessage.Resource record : message.records()) {
          if (record.data() instanceof Data.Text(var strings)) {
            ServiceDescription.read(record.name(), strings);
          }
        }
      } catch (MalformedPacketException e) {
        assertTrue(String.valueOf(e.getMessage()).length() < 200);
      }
    }
  }
}
