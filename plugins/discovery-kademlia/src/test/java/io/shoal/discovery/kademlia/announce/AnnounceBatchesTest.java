package io.shoal.discovery.kademlia.announce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnnounceBatchesTest {
  private static final NodeId KEY = new NodeId(1, 2, 3);

  private static boolean isKnownTo(byte... version) {
    return AnnounceBatches.isKnownTo(
        new Packet.Reply(
            Bytes.ofText("aa"),
            KEY,
            Packet.Answer.EMPTY,
            Optional.empty(),
            Optional.of(Bytes.of(version))));
  }

  private static Packet written(int keys) {
    return PacketReader.read(writtenBytes(keys));
  }

  private static byte[] writtenBytes(int keys) {
    Bytes token = Bytes.of(new byte[PacketReader.MAX_TOKEN_BYTES]);
    Method method = new Method.AnnounceMany(Collections.nCopies(keys, KEY), KEY, 65_535, token);
    return new PacketWriter(Optional.of(DhtSettings.VERSION))
        .write(new Packet.Query(Bytes.ofText("aaaa"), KEY, method, true));
  }

  @Test
  void onlyNewEnoughVersionsGetBatches() {
    assertTrue(isKnownTo((byte) 'S', (byte) 'H', (byte) 0, (byte) 2));
    assertTrue(isKnownTo((byte) 'S', (byte) 'H', (byte) 1, (byte) 0));
    assertEquals(false, isKnownTo((byte) 'S', (byte) 'H', (byte) 0, (byte) 1));
    assertEquals(false, isKnownTo((byte) 'L', (byte) 'T', (byte) 1, (byte) 2));
    assertEquals(false, isKnownTo((byte) 'S', (byte) 'H'));
    assertEquals(
        false,
        AnnounceBatches.isKnownTo(
            new Packet.Reply(Bytes.ofText("aa"), KEY, Packet.Answer.EMPTY, Optional.empty())));
  }

  @Test
  void aFullQueryFitsIntoADatagram() {
    int bytes = writtenBytes(Method.AnnounceMany.MAX_KEYS).length;
    assertTrue(bytes <= PacketWriter.MAX_PACKET_BYTES, () -> bytes + " bytes");
  }

  @Test
  void tooManyKeysAreRefusedAsAWhole() {
    assertInstanceOf(Packet.Query.class, written(Method.AnnounceMany.MAX_KEYS));
    assertInstanceOf(Packet.BadQuery.class, written(Method.AnnounceMany.MAX_KEYS + 1));
    assertInstanceOf(Packet.BadQuery.class, written(0));
  }
}
