package io.shoal.wire;

import static io.shoal.wire.WireLimits.MAX_AGENT_CHARS;
import static io.shoal.wire.WireLimits.MAX_FEATURES;
import static io.shoal.wire.WireLimits.MAX_FEATURE_CHARS;
import static io.shoal.wire.WireLimits.MAX_REQUESTS;

import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/// The body of a HELLO frame.
final class HelloCodec {
  private static final byte[] MAGIC = "shoal".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;

  // RFC 3986 sets no limit; the API's is 16.
  private static final int MAX_SCHEME_CHARS = 16;

  /// Magic, version, nonce, two numbers of two bytes, and three empty lists.
  static final int MIN_SIZE_BYTES = 5 + 1 + 16 + 2 + 2 + 3;

  private HelloCodec() {}

  static int bodyBytes(Frame.Hello hello) {
    int size = MIN_SIZE_BYTES + hello.scheme().length() + hello.agent().length();
    for (String feature : hello.features()) {
      size += 1 + feature.length();
    }
    return size;
  }

  static void write(Frame.Hello hello, ByteBuffer out) {
    out.put(MAGIC).put((byte) VERSION);
    hello.nonce().write(out);
    out.putShort((short) hello.maxRequests()).putShort((short) hello.listenPort());
    text(hello.scheme(), out);
    text(hello.agent(), out);
    out.put((byte) hello.features().size());
    hello.features().forEach(feature -> text(feature, out));
  }

  private static void text(String text, ByteBuffer out) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    out.put((byte) bytes.length).put(bytes);
  }

  /// Reads what this version knows; later versions may append to it.
  static Frame.Hello read(ByteBuffer in) throws PeerFaultException {
    byte[] magic = new byte[MAGIC.length];
    in.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new PeerFaultException("the peer does not speak shoal/1: wrong magic in its hello");
    }
    int version = in.get() & 0xff;
    if (version != VERSION) {
      throw new PeerFaultException(
          "the peer speaks version " + version + " of the protocol, this node version " + VERSION);
    }
    Nonce nonce = Nonce.read(in);
    int maxRequests = in.getShort() & 0xffff;
    if (maxRequests < 1 || maxRequests > MAX_REQUESTS) {
      throw new PeerFaultException(
          "the peer takes " + maxRequests + " requests: 1 to " + MAX_REQUESTS + " are allowed");
    }
    int listenPort = in.getShort() & 0xffff;
    String scheme = text(in, MAX_SCHEME_CHARS, "scheme");
    String agent = text(in, MAX_AGENT_CHARS, "agent");
    return new Frame.Hello(nonce, maxRequests, listenPort, scheme, agent, features(in));
  }

  private static List<String> features(ByteBuffer in) throws PeerFaultException {
    int count = in.get() & 0xff;
    if (count > MAX_FEATURES) {
      throw new PeerFaultException(
          "the peer has " + count + " features: more than " + MAX_FEATURES);
    }
    List<String> features = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String feature = text(in, MAX_FEATURE_CHARS, "feature");
      if (!feature.matches("[a-z0-9./-]+")) {
        throw new PeerFaultException(
            "a feature in the peer's hello is not a word of a-z 0-9 . / -");
      }
      features.add(feature);
    }
    if (new HashSet<>(features).size() < count) {
      throw new PeerFaultException("a feature is in the peer's hello twice");
    }
    return features;
  }

  private static String text(ByteBuffer in, int maxChars, String what) throws PeerFaultException {
    int length = in.get() & 0xff;
    if (length > maxChars) {
      throw new PeerFaultException(
          "the "
              + what
              + " in the peer's hello has "
              + length
              + " characters: "
              + maxChars
              + " are allowed");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return printable(bytes, what);
  }

  /// The text of bytes that must be printable ASCII, since it ends up in logs and on terminals.
  static String printable(byte[] bytes, String what) throws PeerFaultException {
    for (byte b : bytes) {
      if (b < ' ' || b > '~') {
        throw new PeerFaultException("the peer's " + what + " is not printable ASCII");
      }
    }
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
