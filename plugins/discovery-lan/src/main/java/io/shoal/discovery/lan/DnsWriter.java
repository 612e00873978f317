package io.shoal.discovery.lan;

import io.shoal.discovery.lan.DnsMessage.Data;
import io.shoal.discovery.lan.DnsMessage.Question;
import io.shoal.discovery.lan.DnsMessage.Resource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes DNS messages. Names are not compressed: a message of this node has about 1 KB.
final class DnsWriter {
  /// A response of the one that is in charge of the name (RFC 6762 §18.4).
  private static final int AUTHORITATIVE_RESPONSE = 0x8400;

  private static final int CLASS_INTERNET = 1;

  /// No other records of that name and type hold (RFC 6762 §10.2).
  private static final int CACHE_FLUSH = 0x8000;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final boolean flushes;

  /// @param isMulticast ordinary resolvers do not know the bit that [#CACHE_FLUSH] is
  private DnsWriter(boolean isMulticast) {
    this.flushes = isMulticast;
  }

  /// Writes a message for the group.
  static byte[] multicast(DnsMessage message) {
    return new DnsWriter(true).message(message);
  }

  /// Writes an answer for an ordinary resolver (RFC 6762 §6.7).
  static byte[] unicast(DnsMessage message) {
    return new DnsWriter(false).message(message);
  }

  private byte[] message(DnsMessage message) {
    number(message.id());
    number(message.isResponse() ? AUTHORITATIVE_RESPONSE : 0);
    number(message.questions().size());
    number(message.records().size());
    number(0);
    number(0);
    message.questions().forEach(this::question);
    message.records().forEach(this::resource);
    return out.toByteArray();
  }

  private void question(Question question) {
    name(question.name());
    number(question.type());
    number(CLASS_INTERNET);
  }

  private void resource(Resource resource) {
    name(resource.name());
    int type = resource.data().type();
    number(type);
    // Pointers of one name are shared by all nodes.
    number(flushes && type != RecordType.PTR ? CLASS_INTERNET | CACHE_FLUSH : CLASS_INTERNET);
    number((int) (resource.ttlSeconds() >>> 16));
    number((int) resource.ttlSeconds());
    DnsWriter inner = new DnsWriter(flushes);
    inner.data(resource.data());
    number(inner.out.size());
    out.writeBytes(inner.out.toByteArray());
  }

  private void data(Data data) {
    switch (data) {
      case Data.Pointer(DnsName target) -> name(target);
      case Data.Service(int port, DnsName target) -> {
        number(0);
        number(0);
        number(port);
        name(target);
      }
      case Data.Text(var strings) -> strings.forEach(this::text);
      case Data.Address(var address) -> out.writeBytes(address.getAddress());
    }
  }

  private void name(DnsName name) {
    name.labels().forEach(this::text);
    out.write(0);
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    out.write(bytes.length);
    out.writeBytes(bytes);
  }

  private void number(int value) {
    out.write(value >>> 8);
    out.write(value);
  }
}
