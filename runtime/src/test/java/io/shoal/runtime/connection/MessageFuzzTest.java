package io.shoal.runtime.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Bytes from a stranger become a message or a [PeerFaultException], never anything else, and no
/// message becomes larger than its bytes. Same seed, same bytes.
class MessageFuzzTest {
  private static final int INPUTS = Boolean.getBoolean("shoal.full") ? 5_000_000 : 25_000;

  private static final Multihash SHA256 = Multihash.of(Multihash.SHA2_256, new byte[32]);
  private static final Cid ROOT = Cid.of(Cid.DAG_PB, SHA256);

  /// A kind of message.
  ///
  /// @param seeds right ones, which are damaged
  /// @param reader reads one and writes it again
  record Kind(String name, List<ByteBuffer> seeds, Reader reader) {
    @Override
    public String toString() {
      return name;
    }
  }

  interface Reader {
    ByteBuffer readAndWrite(ByteBuffer in) throws PeerFaultException;
  }

  static Stream<Kind> kinds() {
    String digest = "5a".repeat(32);
    PeerAddress address = PeerAddress.of("tcps://[2001:db8::1]:4600");
    PeerAddress proven = address.withPeerId(PeerId.ofEd25519(new byte[32]));
    return Stream.of(
        new Kind(
            "peer exchange",
            List.of(
                new PeerExchange(ROOT, List.of()).encode(),
                new PeerExchange(ROOT, List.of(address, proven)).encode()),
            in -> PeerExchange.decode(in).encode()),
        new Kind(
            "digest question",
            List.of(DigestMessages.question(digest)),
            in -> DigestMessages.question(DigestMessages.readQuestion(in))),
        new Kind(
            "digest answer",
            List.of(
                new DigestMessages.Answer(digest, Optional.empty(), 0).encode(),
                new DigestMessages.Answer(digest, Optional.of(ROOT), 1L << 40).encode()),
            in -> DigestMessages.Answer.decode(in).encode()),
        new Kind(
            "dial-back answer",
            List.of(DialBackMessages.answer(true), DialBackMessages.answer(false)),
            in -> DialBackMessages.answer(DialBackMessages.readAnswer(in))),
        new Kind(
            "fetch notice",
            List.of(
                new FetchNotice(ROOT, List.of()).encode(),
                new FetchNotice(ROOT, List.of(1, 2, 1 << 30)).encode()),
            in -> FetchNotice.decode(in).encode()),
        new Kind(
            "name question",
            List.of(NameMessages.question(ROOT)),
            in -> NameMessages.question(NameMessages.readQuestion(in))),
        new Kind(
            "name answer",
            List.of(
                new NameMessages.Answer(ROOT, Optional.empty()).encode(),
                new NameMessages.Answer(ROOT, Optional.of("größer.txt")).encode()),
            in -> NameMessages.Answer.decode(in).encode()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatWasWrittenIsReadAndWrittenAlike(Kind kind) throws PeerFaultException {
    for (ByteBuffer seed : kind.seeds()) {
      assertEquals(seed, kind.reader().readAndWrite(seed.duplicate()));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aMessageThatIsCutIsRefused(Kind kind) {
    for (ByteBuffer seed : kind.seeds()) {
      for (int length = 0; length < seed.limit(); length++) {
        ByteBuffer cut = seed.duplicate().limit(length);
        assertThrows(PeerFaultException.class, () -> kind.reader().readAndWrite(cut));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anyBytesAreReadOrRefused(Kind kind) {
    Random random = new Random(1);
    int taken = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = random.nextInt(4) == 0 ? noise(random) : damaged(random, kind.seeds());
      try {
        ByteBuffer written = kind.reader().readAndWrite(ByteBuffer.wrap(input));
        assertTrue(written.remaining() <= input.length, "input " + i);
        taken++;
      } catch (PeerFaultException e) {
        assertTrue(e.getMessage() != null && e.getMessage().indexOf('\n') < 0, "input " + i);
      } catch (RuntimeException e) {
        throw new AssertionError("input " + i, e);
      }
    }
    assertTrue(taken > INPUTS / 100 && taken < INPUTS, "taken: " + taken);
  }

  private static byte[] noise(Random random) {
    byte[] bytes = new byte[random.nextInt(100)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] damaged(Random random, List<ByteBuffer> seeds) {
    byte[] seed = seeds.get(random.nextInt(seeds.size())).array();
    int length =
        switch (random.nextInt(8)) {
          case 0 -> random.nextInt(seed.length + 1);
          case 1 -> seed.length + random.nextInt(8);
          default -> seed.length;
        };
    byte[] bytes = Arrays.copyOf(seed, length);
    for (int changes = random.nextInt(4); changes > 0 && length > 0; changes--) {
      bytes[random.nextInt(length)] =
          (byte) (random.nextBoolean() ? random.nextInt(80) : random.nextInt());
    }
    return bytes;
  }
}
