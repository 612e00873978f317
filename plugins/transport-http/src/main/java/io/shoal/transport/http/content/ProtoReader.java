package io.shoal.transport.http.content;

import io.shoal.api.MalformedDataException;
import io.shoal.api.Varint;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads Protocol Buffers fields one after the other.
final class ProtoReader {
  static final int VARINT = 0;
  static final int BYTES = 2;

  private static final int FIXED64 = 1;
  private static final int FIXED32 = 5;
  private static final int MAX_TAG = 1 << 12;

  private final ByteBuffer in;

  ProtoReader(ByteBuffer in) {
    this.in = in;
  }

  static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  boolean hasMore() {
    return in.hasRemaining();
  }

  int tag() throws MalformedDataException {
    long tag = Varint.read(in);
    if (tag > MAX_TAG) {
      throw new MalformedDataException("a node has a field of the number " + (tag >>> 3));
    }
    return (int) tag;
  }

  long number() throws MalformedDataException {
    return Varint.read(in);
  }

  ByteBuffer bytes() throws MalformedDataException {
    long size = Varint.read(in);
    if (size > in.remaining()) {
      throw new MalformedDataException("a field of a node ends behind the node");
    }
    ByteBuffer field = in.slice(in.position(), (int) size);
    in.position(in.position() + (int) size);
    return field;
  }

  String utf8() throws MalformedDataException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes()).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedDataException("a name in a node is not UTF-8", e);
    }
  }

  void skip(int tag) throws MalformedDataException {
    switch (tag & 7) {
      case VARINT -> number();
      case BYTES -> bytes();
      case FIXED32 -> skipBytes(Integer.BYTES);
      case FIXED64 -> skipBytes(Long.BYTES);
      default -> throw new MalformedDataException("a field of a node has an unknown wire type");
    }
  }

  private void skipBytes(int count) throws MalformedDataException {
    if (count > in.remaining()) {
      throw new MalformedDataException("a field of a node ends behind the node");
    }
    in.position(in.position() + count);
  }
}
