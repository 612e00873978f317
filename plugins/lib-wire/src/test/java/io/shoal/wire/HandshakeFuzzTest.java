package io.shoal.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerFaultException;
import io.shoal.api.Refusal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a stranger says first, and frames of strangers in any order: it is taken or it is a
/// [PeerFaultException], and never anything else.
class HandshakeFuzzTest {
  private static final int INPUTS = Boolean.getBoolean("shoal.full") ? 10_000_000 : 100_000;
  private static final int FRAMES_PER_CONNECTION = 40;
  private static final int OWN_REQUESTS = 8;

  @Test
  void aDamagedHelloIsReadOrRefusedAndWhatWasReadIsWrittenBack() throws PeerFaultException {
    byte[] hello = body(Examples.hello(new Nonce(1, 2)));
    byte[] longest =
        body(
            new Frame.Hello(
                new Nonce(3, 4),
                WireLimits.MAX_REQUESTS,
                0xffff,
                "s".repeat(16),
                "a".repeat(WireLimits.MAX_AGENT_CHARS),
                features()));
    Random random = new Random(1);
    int taken = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = damaged(random, random.nextInt(4) == 0 ? longest : hello);
      try {
        Frame.Hello read = hello(input);
        // What later versions append is not kept.
        byte[] written = body(read);
        assertArrayEquals(written, body(hello(written)), "input " + i);
        assertTrue(written.length <= input.length, "input " + i);
        taken++;
      } catch (PeerFaultException e) {
        assertTrue(e.getMessage() != null && e.getMessage().indexOf('\n') < 0, "input " + i);
      } catch (RuntimeException e) {
        throw new AssertionError("input " + i, e);
      }
    }
    assertTrue(taken > INPUTS / 100 && taken < INPUTS * 9 / 10, "taken: " + taken);
  }

  private static List<String> features() {
    return java.util.stream.IntStream.range(0, WireLimits.MAX_FEATURES)
        .mapToObj(i -> "%032d".formatted(i))
        .toList();
  }

  private static Frame.Hello hello(byte[] body) throws PeerFaultException {
    return (Frame.Hello) FrameCodec.decode(FrameType.HELLO, body.length, ByteBuffer.wrap(body));
  }

  private static byte[] body(Frame frame) {
    ByteBuffer out = ByteBuffer.allocate(FrameCodec.sizeBytes(frame));
    FrameCodec.encode(frame, out);
    return java.util.Arrays.copyOfRange(
        out.array(), WireLimits.HEAD_SIZE_BYTES, out.array().length);
  }

  private static byte[] damaged(Random random, byte[] from) {
    int length =
        switch (random.nextInt(8)) {
          case 0 -> HelloCodec.MIN_SIZE_BYTES + random.nextInt(from.length);
          case 1 -> from.length + random.nextInt(8);
          default -> from.length;
        };
    byte[] bytes = java.util.Arrays.copyOf(from, Math.max(length, HelloCodec.MIN_SIZE_BYTES));
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      bytes[random.nextInt(bytes.length)] =
          (byte) (random.nextBoolean() ? random.nextInt(40) : random.nextInt());
    }
    return bytes;
  }

  @Test
  void framesInAnyOrderAreTakenOrRefusedAndNeverMakeTheOtherSideOweMoreThanItAllowed() {
    int faults = 0;
    int frames = 0;
    for (long seed = 0; frames < INPUTS; seed++) {
      Random random = new Random(seed);
      Recorder events = new Recorder();
      ConnectionMachine machine =
          new ConnectionMachine(
              new Frame.Hello(
                  new Nonce(1, seed), OWN_REQUESTS, 4600, "tcps", "shoal/0.1.0", List.of()),
              events);
      machine.start();
      events.sent.clear();
      try {
        if (random.nextInt(20) > 0) {
          machine.onFrame(Examples.hello(new Nonce(2, seed)));
          openSomething(random, machine);
        }
        for (int i = 0; i < FRAMES_PER_CONNECTION; i++) {
          frames++;
          int sent = events.sent.size();
          machine.onFrame(any(random));
          assertTrue(events.sent.size() <= sent + 1, "one frame causes at most one");
          assertTrue(events.requests.size() <= OWN_REQUESTS, "seed " + seed);
          if (random.nextInt(4) == 0) {
            endSome(machine, events);
          }
        }
      } catch (PeerFaultException e) {
        faults++;
        assertTrue(e.getMessage() != null && e.getMessage().indexOf('\n') < 0, "seed " + seed);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertTrue(faults > 100, "the rules are reached");
  }

  private static void openSomething(Random random, ConnectionMachine machine) {
    for (int i = random.nextInt(6); i > 0; i--) {
      machine.request(
          new io.shoal.api.ChunkRequest(Examples.CHUNK, Optional.empty()), random.nextInt(5_000));
      machine.watch(Examples.ROOT);
      machine.message(1, new byte[3]);
    }
    if (random.nextBoolean()) {
      machine.ping(1);
    }
  }

  private static void endSome(ConnectionMachine machine, Recorder events) {
    events.requests.forEach(id -> machine.refuse(id, new Refusal.NotHeld()));
    List<Frame> written = List.copyOf(events.sent);
    events.requests.clear();
    events.sent.clear();
    written.forEach(machine::written);
  }

  /// A frame as it may come out of the decoder: each field in its range, and nothing else right.
  private static Frame any(Random random) {
    int id = 1 + random.nextInt(6);
    int size = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(5_000);
    return switch (random.nextInt(19)) {
      case 0 -> random.nextInt(20) == 0 ? Examples.hello(new Nonce(5, 5)) : new Frame.Ping(1);
      case 1 -> random.nextInt(20) == 0 ? goodbye() : new Frame.Ping(2);
      case 2 -> new Frame.Ping(size);
      case 3 -> new Frame.Pong(size);
      case 4, 5 -> new Frame.Request(id, size, Examples.CHUNK, Optional.of(Examples.ROOT));
      case 6 -> new Frame.Answer(id, size);
      case 7 -> new Frame.Data(id, 1 + (size & 0xffff));
      case 8 -> new Frame.End(id);
      case 9 -> new Frame.Refuse(id, new Refusal.Busy(Duration.ofMillis(size & 0xffff)));
      case 10 -> new Frame.Credit(id, size);
      case 11 -> new Frame.Cancel(id);
      case 12 -> new Frame.Watch(id, Examples.ROOT);
      case 13 -> new Frame.Unwatch(id);
      case 14 -> new Frame.Unknown(id);
      case 15 -> new Frame.Complete(id);
      case 16 -> new Frame.Snapshot(id, 80, 8 * random.nextInt(2), random.nextBoolean(), bits());
      case 17 -> new Frame.Gained(id, new int[] {1, 2});
      default ->
          random.nextBoolean()
              ? new Frame.Message(1, new byte[2])
              : new Frame.Taken(random.nextInt(256));
    };
  }

  private static Frame goodbye() {
    return new Frame.Goodbye(GoodbyeCode.NORMAL, "");
  }

  private static byte[] bits() {
    return new byte[] {1};
  }

  @Test
  void twoThatKeepTheRulesNeverFindFaultWithEachOtherWhateverTheyDo() {
    int steps = 0;
    int frames = 0;
    for (long seed = 0; steps < INPUTS; seed++) {
      Random random = new Random(seed);
      RuleKeeper one = new RuleKeeper(random, new Nonce(1, seed));
      RuleKeeper other = new RuleKeeper(random, new Nonce(2, seed));
      try {
        for (int i = 0; i < 200; i++) {
          steps++;
          RuleKeeper acts = random.nextBoolean() ? one : other;
          if (random.nextInt(3) > 0) {
            acts.act();
          } else {
            frames += acts.deliverSome(acts == one ? other : one);
          }
        }
        while (one.deliverSome(other) + other.deliverSome(one) > 0) {
          frames++;
        }
      } catch (PeerFaultException | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
      assertEquals(0, one.undelivered() + other.undelivered());
    }
    assertTrue(frames > INPUTS / 4, "they talked: " + frames);
  }
}
