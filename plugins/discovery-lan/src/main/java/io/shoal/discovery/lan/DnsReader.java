package io.shoal.discovery.lan;

import io.shoal.discovery.lan.DnsMessage.Data;
import io.shoal.discovery.lan.DnsMessage.Question;
import io.shoal.discovery.lan.DnsMessage.Resource;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads DNS messages of strangers. What it keeps of one is bounded by the size of the packet.
final class DnsReader {
  /// Questions and records that are read: a node needs ten, and a full packet of another service
  /// must not cost more than a look.
  private static final int MAX_ENTRIES = 256;

  /// RFC 1035 §2.3.4.
  private static final int MAX_NAME_BYTES = 255;

  private static final int RESPONSE = 0x8000;
  private static final int OPCODE = 0x7800;
  private static final int CLASS_INTERNET = 1;
  private static final int CLASS_ANY = 255;

  /// The top bit of a class has another meaning in multicast (RFC 6762 §5.4, §10.2).
  private static final int CLASS_MASK = 0x7FFF;

  private static final int POINTER = 0xC0;

  private final ByteBuffer packet;

  private DnsReader(byte[] bytes) {
    this.packet = ByteBuffer.wrap(bytes);
  }

  /// Reads a message.
  ///
  /// @param bytes a whole packet
  /// @throws MalformedPacketException it is none; nothing of it is used
  static DnsMessage read(byte[] bytes) throws MalformedPacketException {
    try {
      return new DnsReader(bytes).message();
    } catch (BufferUnderflowException e) {
      throw new MalformedPacketException("it ends too early");
    }
  }

  private DnsMessage message() throws MalformedPacketException {
    int id = unsigned();
    int flags = unsigned();
    if ((flags & OPCODE) != 0) {
      throw new MalformedPacketException("it is no query");
    }
    int questionCount = unsigned();
    int recordCount = unsigned() + unsigned() + unsigned();
    if (questionCount + recordCount > MAX_ENTRIES) {
      throw new MalformedPacketException("it has more than " + MAX_ENTRIES + " entries");
    }
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < questionCount; i++) {
      DnsName name = name();
      int type = unsigned();
      int asked = unsigned() & CLASS_MASK;
      if (asked == CLASS_INTERNET || asked == CLASS_ANY) {
        questions.add(new Question(name, type));
      }
    }
    List<Resource> records = new ArrayList<>();
    for (int i = 0; i < recordCount; i++) {
      resource().ifPresent(records::add);
    }
    return new DnsMessage(id, (flags & RESPONSE) != 0, questions, records);
  }

  private Optional<Resource> resource() throws MalformedPacketException {
    DnsName name = name();
    int type = unsigned();
    boolean isInternet = (unsigned() & CLASS_MASK) == CLASS_INTERNET;
    long ttl = Integer.toUnsignedLong(packet.getInt());
    int length = unsigned();
    int end = packet.position() + length;
    if (end > packet.limit()) {
      throw new MalformedPacketException("a record is longer than the packet");
    }
    Optional<Data> data = isInternet ? data(type, end) : Optional.empty();
    if (packet.position() > end) {
      throw new MalformedPacketException("a record is longer than it says");
    }
    packet.position(end);
    return data.map(known -> new Resource(name, ttl, known));
  }

  private Optional<Data> data(int type, int end) throws MalformedPacketException {
    return switch (type) {
      case RecordType.PTR -> Optional.of(new Data.Pointer(name()));
      case RecordType.SRV -> {
        packet.getInt(); // priority and weight: a neighbour has one place
        yield Optional.of(new Data.Service(unsigned(), name()));
      }
      case RecordType.TXT -> Optional.of(new Data.Text(strings(end)));
      case RecordType.A -> address(end, 4);
      case RecordType.AAAA -> address(end, 16);
      default -> Optional.empty();
    };
  }

  private List<String> strings(int end) {
    List<String> strings = new ArrayList<>();
    while (packet.position() < end) {
      strings.add(text(packet.get() & 0xFF));
    }
    return strings;
  }

  private Optional<Data> address(int end, int size) throws MalformedPacketException {
    if (end - packet.position() != size) {
      throw new MalformedPacketException("an address has another length");
    }
    byte[] bytes = new byte[size];
    packet.get(bytes);
    try {
      return Optional.of(new Data.Address(InetAddress.getByAddress(bytes)));
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }

  /// Reads a name. Each pointer leads further to the front than the one before, so it ends.
  private DnsName name() throws MalformedPacketException {
    List<String> labels = new ArrayList<>();
    int bytes = 0;
    int front = packet.position();
    int after = -1;
    while (true) {
      int length = packet.get() & 0xFF;
      if (length == 0) {
        break;
      }
      if ((length & POINTER) == POINTER) {
        int target = (length & ~POINTER) << 8 | packet.get() & 0xFF;
        if (target >= front) {
          throw new MalformedPacketException("a name points to itself");
        }
        after = after < 0 ? packet.position() : after;
        front = target;
        packet.position(target);
        continue;
      }
      bytes += length + 1;
      if ((length & POINTER) != 0 || bytes > MAX_NAME_BYTES) {
        throw new MalformedPacketException("a name is too long");
      }
      labels.add(text(length));
    }
    if (after >= 0) {
      packet.position(after);
    }
    return new DnsName(labels);
  }

  private String text(int length) {
    byte[] bytes = new byte[length];
    packet.get(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private int unsigned() {
    return packet.getShort() & 0xFFFF;
  }
}
