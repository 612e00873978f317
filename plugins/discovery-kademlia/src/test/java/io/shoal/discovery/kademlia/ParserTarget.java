package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerAddress;
import io.shoal.discovery.kademlia.bencode.Bencode;
import io.shoal.discovery.kademlia.bencode.BencodeDecoder;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.bencode.MalformedBencodeException;
import io.shoal.discovery.kademlia.item.Ed25519;
import io.shoal.discovery.kademlia.krpc.Compact;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.krpc.ScrapeFilter;
import io.shoal.discovery.kademlia.routing.SavedTable;
import io.shoal.discovery.kademlia.testing.Vectors;
import io.shoal.testkit.TestContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Everything in the plugin that reads bytes or text from outside, each as a target that a fuzzer
/// can run: any input is fine, and an exception is a finding. Each target says what it checks
/// beyond that.
public enum ParserTarget {
  /// What is strict is lenient too, and written back byte for byte; what is lenient is canonical
  /// once it is written.
  BENCODE {
    @Override
    public void read(byte[] in) {
      Optional<Bencode> strict = decoded(in, true);
      Optional<Bencode> lenient = decoded(in, false);
      strict.ifPresent(value -> assertArrayEquals(in, value.encode()));
      strict.ifPresent(value -> assertEquals(Optional.of(value), lenient));
      lenient.ifPresent(value -> assertTrue(decoded(value.encode(), true).isPresent()));
    }

    @Override
    public List<byte[]> corpus() {
      return Stream.concat(Vectors.cases("bencode/cases.json").stream(), itemCases())
          .flatMap(c -> Stream.of("hex", "v_bencoded").map(c::path))
          .filter(JsonNode::isString)
          .map(ParserTarget::hex)
          .toList();
    }
  },

  /// What was understood once is understood again after we wrote it, in the same way.
  PACKET {
    @Override
    public void read(byte[] in) {
      PacketWriter writer = new PacketWriter(Optional.empty());
      switch (PacketReader.read(in)) {
        case Packet.Query query -> {
          byte[] written = writer.write(query);
          assertEquals(query, PacketReader.read(written));
        }
        case Packet.Reply reply -> {
          // Written once, it may have lost what does not fit.
          byte[] written = writer.write(reply);
          Packet.Reply again = (Packet.Reply) PacketReader.read(written);
          assertArrayEquals(written, writer.write(again));
        }
        case Packet.Fault fault -> writer.write(fault);
        case Packet.BadQuery _, Packet.Garbage _ -> {}
      }
    }

    @Override
    public List<byte[]> corpus() {
      return packets();
    }
  },

  /// Whole entries only, and what was read once is read again after it was written.
  COMPACT {
    @Override
    public void read(byte[] in) {
      Bytes all = Bytes.of(in);
      Compact.readPeer(all).ifPresent(peer -> assertEquals(all, Compact.peer(peer)));
      Compact.readPeers(all);
      for (Family family : Family.values()) {
        List<Contact> contacts = Compact.readNodes(all, family);
        assertEquals(contacts, Compact.readNodes(Compact.nodes(contacts, family), family));
      }
      List<NodeId> keys = Compact.readKeys(all, PacketReader.MAX_SAMPLES);
      assertEquals(all.range(0, keys.size() * NodeId.SIZE_BYTES), Compact.keys(keys));
    }

    @Override
    public List<byte[]> corpus() {
      return Stream.of(6, 12, 18, 20, 26, 38, 52, 60, 76, 208, 304)
          .map(length -> new byte[length])
          .toList();
    }
  },

  /// The value of an item is found in a packet just if the packet has one.
  ITEM {
    @Override
    public void read(byte[] in) {
      try {
        Optional<Bytes> raw = BencodeDecoder.raw(in, "a", "v");
        if (BencodeDecoder.lenient(in) instanceof Bencode.Dictionary packet) {
          Optional<Bencode> value = packet.dictionary("a").flatMap(a -> a.get("v"));
          assertEquals(value.isPresent(), raw.isPresent());
          if (raw.isPresent()) {
            assertEquals(value.get(), BencodeDecoder.lenient(raw.get().toArray()));
          }
        }
      } catch (MalformedBencodeException e) {
        // Refused, which is all that is due.
      }
    }

    @Override
    public List<byte[]> corpus() {
      return packets();
    }
  },

  /// A key, a signature and then the message.
  SIGNATURE {
    @Override
    public void read(byte[] in) {
      byte[] fixed = Arrays.copyOf(in, Item.KEY_BYTES + Item.SIGNATURE_BYTES);
      Ed25519.verifies(
          Bytes.ofRange(fixed, 0, Item.KEY_BYTES),
          in,
          Bytes.ofRange(fixed, Item.KEY_BYTES, fixed.length));
    }

    @Override
    public List<byte[]> corpus() {
      return itemCases()
          .filter(c -> c.path("signature").isString())
          .map(c -> hex(c.path("public_key").asString() + c.path("signature").asString()))
          .toList();
    }

    @Override
    public int costs() {
      return 20;
    }
  },

  /// A filter is written back as it was.
  FILTER {
    @Override
    public void read(byte[] in) {
      ScrapeFilter.read(Bytes.of(in))
          .ifPresent(filter -> assertArrayEquals(in, filter.bytes().toArray()));
    }

    @Override
    public List<byte[]> corpus() {
      return Vectors.cases("dht/bep33-bloom.json").stream()
          .map(c -> hex(c.path("filter")))
          .toList();
    }
  },

  /// The table of the last run, as a broken disk may leave it.
  TABLE {
    @Override
    public void read(byte[] in) {
      SavedTable.parse(in);
    }

    @Override
    public List<byte[]> corpus() {
      byte[] id = new byte[NodeId.SIZE_BYTES];
      return Stream.of("id", "id6", "nodes", "nodes6")
          .map(
              key ->
                  new Bencode.DictionaryBuilder()
                      .put("id", Bytes.of(id))
                      .put(key, Bytes.of(new byte[key.startsWith("id") ? 20 : 988]))
                      .build()
                      .encode())
          .toList();
    }
  },

  /// `HOST:PORT`, as users and configuration give it, is written back so that it reads the same.
  ADDRESS {
    @Override
    public void read(byte[] in) {
      String text = new String(in, StandardCharsets.UTF_8);
      HostPort.parse(text)
          .ifPresent(
              parsed -> {
                parsed.literal();
                assertEquals(Optional.of(parsed), HostPort.parse(parsed.toString()));
              });
    }

    @Override
    public List<byte[]> corpus() {
      return texts("127.0.0.1:6881", "[2001:db8::1]:6881", "router.example:0", "[::1%lo]:1", ":1");
    }
  },

  /// What a transport wants announced.
  ENDPOINT {
    @Override
    public void read(byte[] in) {
      try {
        AnnouncedEndpoint.of(PeerAddress.of(new String(in, StandardCharsets.UTF_8)));
      } catch (IllegalArgumentException e) {
        // No address at all.
      }
    }

    @Override
    public List<byte[]> corpus() {
      return texts("tcps://0.0.0.0:4600", "tcps://[::]:4600", "tcp://host:1/x?y#z", "relay:abc");
    }
  },

  /// One text for all keys whose values are not names to be resolved.
  CONFIGURATION {
    @Override
    public void read(byte[] in) {
      String text = new String(in, StandardCharsets.UTF_8);
      for (String key : List.of("bootstrap", "announceInterval", "readOnly", "paths")) {
        try (TestContext context = TestContext.in(FOLDER).with(key, text)) {
          KademliaConfig.read(context);
        } catch (InvalidConfigException e) {
          assertTrue(e.getMessage().contains(key), e::getMessage);
        }
      }
    }

    @Override
    public List<byte[]> corpus() {
      return texts("mainline,127.0.0.1:1", "15m", "3600s", "true", "4");
    }

    @Override
    public int costs() {
      return 100;
    }
  };

  private static final Path FOLDER = Path.of("target", "fuzz");

  /// Takes any input.
  public abstract void read(byte[] in);

  /// Inputs to start from.
  public abstract List<byte[]> corpus();

  /// How many others one input takes the time of.
  public int costs() {
    return 1;
  }

  private static Optional<Bencode> decoded(byte[] in, boolean strict) {
    try {
      return Optional.of(strict ? BencodeDecoder.strict(in) : BencodeDecoder.lenient(in));
    } catch (MalformedBencodeException e) {
      return Optional.empty();
    }
  }

  /// All packets of all vectors, those of real clients included.
  public static List<byte[]> packets() {
    return Stream.of(
            "bep05-krpc-examples",
            "krpc-extended",
            "captured-libtorrent-2.0.8",
            "captured-transmission-3.00",
            "captured-aria2-1.36.0")
        .flatMap(file -> Vectors.cases("dht/" + file + ".json").stream())
        .flatMap(c -> Stream.of("packet", "query", "reply").map(c::path))
        .filter(JsonNode::isString)
        .map(ParserTarget::hex)
        .toList();
  }

  private static Stream<JsonNode> itemCases() {
    return Vectors.cases("dht/bep44-items.json").stream();
  }

  private static byte[] hex(JsonNode text) {
    return hex(text.asString());
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static List<byte[]> texts(String... texts) {
    List<byte[]> out = new ArrayList<>();
    for (String text : texts) {
      out.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return out;
  }
}
