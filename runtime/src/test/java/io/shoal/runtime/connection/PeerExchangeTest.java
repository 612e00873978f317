package io.shoal.runtime.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerExchangeTest {
  @Test
  void aMessageHasABoundedNumberOfPeers() throws PeerFaultException {
    Cid root = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
    List<PeerAddress> peers = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      byte[] key = new byte[32];
      key[0] = (byte) i;
      peers.add(PeerAddress.of("tcps://192.0.2." + i + ":4600").withPeerId(PeerId.ofEd25519(key)));
    }

    PeerExchange read = PeerExchange.decode(new PeerExchange(root, peers).encode());

    assertEquals(root, read.root());
    assertEquals(peers.subList(0, PeerExchange.MAX_PEERS), read.peers());
  }
}
