package io.shoal.transport.quic;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes each dialler show first that it receives at the address that it names (RFC 9000 §8.1.2).
/// Without that a stranger could have large answers sent to another's address, and claim the places
/// of addresses that are not its own. Costs one round trip; nothing is kept for it.
///
/// A token is a time, a MAC over time, address and the dialler's connection id, and that id.
/// Confined to the listener's thread.
final class RetryTokens implements QuicTokenHandler {
  static final int KEY_SIZE_BYTES = 32;

  // Diallers answer within a round trip; the Transport contract gives up a dial after 10 s.
  private static final long VALID_SECONDS = 10;

  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_SIZE_BYTES = 16;
  private static final int HEAD_SIZE_BYTES = Long.BYTES + MAC_SIZE_BYTES;

  private final Mac mac;
  private final LongSupplier nanoTime;

  /// @param key [#KEY_SIZE_BYTES] random bytes
  RetryTokens(byte[] key, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has " + ALGORITHM, e);
    }
  }

  @Override
  public boolean writeToken(ByteBuf out, ByteBuf connectionId, InetSocketAddress address) {
    long now = seconds();
    byte[] id = bytes(connectionId);
    out.writeLong(now).writeBytes(code(now, address, id)).writeBytes(id);
    return true;
  }

  @Override
  public int validateToken(ByteBuf token, InetSocketAddress address) {
    if (token.readableBytes() <= HEAD_SIZE_BYTES || token.readableBytes() > maxTokenLength()) {
      return -1;
    }
    long made = token.getLong(token.readerIndex());
    byte[] code = new byte[MAC_SIZE_BYTES];
    token.getBytes(token.readerIndex() + Long.BYTES, code);
    byte[] id = new byte[token.readableBytes() - HEAD_SIZE_BYTES];
    token.getBytes(token.readerIndex() + HEAD_SIZE_BYTES, id);
    boolean genuine = MessageDigest.isEqual(code, code(made, address, id));
    return genuine && seconds() - made <= VALID_SECONDS ? HEAD_SIZE_BYTES : -1;
  }

  @Override
  public int maxTokenLength() {
    return HEAD_SIZE_BYTES + Quic.MAX_CONN_ID_LEN;
  }

  private long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong());
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    return bytes;
  }

  private byte[] code(long made, InetSocketAddress address, byte[] connectionId) {
    mac.update(ByteBuffer.allocate(Long.BYTES).putLong(made).flip());
    mac.update(address.getAddress().getAddress());
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(address.getPort()).flip());
    return Arrays.copyOf(mac.doFinal(connectionId), MAC_SIZE_BYTES);
  }
}
