package io.shoal.runtime.dag;

import io.shoal.api.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads the protobuf wire format strictly: minimal varints, no groups, lengths inside the message.
final class ProtoReader {
  static final int VARINT = 0;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  // Ten groups of seven bits hold 64 bits.
  private static final int MAX_VARINT_BYTES = 10;

  private final ByteBuffer in;

  ProtoReader(ByteBuffer in) {
    this.in = in;
  }

  boolean hasMore() {
    return in.hasRemaining();
  }

  /// The next field's tag: number in the high bits, wire type in the lowest three.
  int tag() throws MalformedDataException {
    long tag = varint();
    if (tag >>> 3 == 0 || tag >>> 32 != 0) {
      throw new MalformedDataException("a field has the number " + (tag >>> 3));
    }
    return (int) tag;
  }

  static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  private long varint() throws MalformedDataException {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES && in.hasRemaining(); i++) {
      int b = in.get();
      value |= (long) (b & 0x7f) << (7 * i);
      if (b >= 0) {
        boolean tooWide = i == MAX_VARINT_BYTES - 1 && b > 1;
        if (b == 0 && i > 0 || tooWide) {
          throw new MalformedDataException("a varint is not minimal or has more than 64 bits");
        }
        return value;
      }
    }
    throw new MalformedDataException("a varint ends in its middle or is too long");
  }

  /// A size or count: an unsigned number that fits into 63 bits.
  long size() throws MalformedDataException {
    long value = varint();
    if (value < 0) {
      throw new MalformedDataException("a size is larger than 2^63 - 1");
    }
    return value;
  }

  /// The bytes of a length-delimited field, a view of the input.
  ByteBuffer bytes() throws MalformedDataException {
    long length = varint();
    if (length < 0 || length > in.remaining()) {
      throw new MalformedDataException("a field reaches beyond the end of its message");
    }
    ByteBuffer view = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return view;
  }

  String utf8() throws MalformedDataException {
    ByteBuffer bytes = bytes();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedDataException("a text is not UTF-8", e);
    }
  }

  /// Four bytes, the lowest first.
  int fixed32() throws MalformedDataException {
    if (in.remaining() < Integer.BYTES) {
      throw new MalformedDataException("a field reaches beyond the end of its message");
    }
    return Integer.reverseBytes(in.getInt());
  }

  /// A number that may be negative.
  long number() throws MalformedDataException {
    return varint();
  }
}
