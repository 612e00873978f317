package io.shoal.transport.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetryTokensTest {
  private static final InetSocketAddress DIALLER = new InetSocketAddress("192.0.2.7", 4711);
  private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8};

  private long nanos = TimeUnit.HOURS.toNanos(1);
  private final RetryTokens tokens =
      new RetryTokens(new byte[RetryTokens.KEY_SIZE_BYTES], () -> nanos);

  private byte[] token() {
    ByteBuf out = Unpooled.buffer();
    assertTrue(tokens.writeToken(out, Unpooled.wrappedBuffer(ID), DIALLER));
    byte[] token = new byte[out.readableBytes()];
    out.readBytes(token);
    return token;
  }

  private int validate(byte[] token, InetSocketAddress from) {
    return tokens.validateToken(Unpooled.wrappedBuffer(token), from);
  }

  @Test
  void aTokenIsGoodForItsAddressAndEndsInTheConnectionId() {
    byte[] token = token();
    int offset = validate(token, DIALLER);
    assertEquals(
        Unpooled.wrappedBuffer(ID), Unpooled.wrappedBuffer(token, offset, token.length - offset));
    assertTrue(token.length <= tokens.maxTokenLength());
  }

  @Test
  void anotherAddressOrPortIsRefused() {
    assertEquals(-1, validate(token(), new InetSocketAddress("192.0.2.8", 4711)));
    assertEquals(-1, validate(token(), new InetSocketAddress("192.0.2.7", 4712)));
  }

  @Test
  void anOldTokenIsRefused() {
    byte[] token = token();
    nanos += TimeUnit.SECONDS.toNanos(10);
    assertTrue(validate(token, DIALLER) > 0);
    nanos += TimeUnit.SECONDS.toNanos(1);
    assertEquals(-1, validate(token, DIALLER));
  }

  @Test
  void aTokenOfWhichAnyBitIsAnotherIsRefused() {
    byte[] token = token();
    for (int bit = 0; bit < token.length * 8; bit++) {
      byte[] changed = token.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertEquals(-1, validate(changed, DIALLER), "bit " + bit);
    }
  }

  @Test
  void randomBytesAreRefused() {
    Random random = new Random(7);
    for (int size = 0; size < 200; size++) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      assertEquals(-1, validate(bytes, DIALLER));
    }
  }
}
