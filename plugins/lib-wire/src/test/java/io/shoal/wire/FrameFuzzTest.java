package io.shoal.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Bytes from a stranger end in frames or in a [PeerFaultException], never in anything else.
class FrameFuzzTest {
  private static final int FRAMES = Boolean.getBoolean("shoal.full") ? 20_000_000 : 100_000;
  private static final int FRAMES_PER_CONNECTION = 20;

  @Test
  void mutatedFramesAreReadOrRefused() {
    List<byte[]> seeds = seeds();
    int faults = 0;
    int frames = 0;
    for (long seed = 0; frames < FRAMES; seed++) {
      Random random = new Random(seed);
      Recorder events = new Recorder();
      ConnectionMachine machine = new ConnectionMachine(Examples.hello(new Nonce(1, seed)), events);
      FrameReader reader = new FrameReader();
      FrameReader.Sink sink = sink(machine, events);
      try {
        reader.read(ByteBuffer.wrap(bytes(Examples.hello(new Nonce(2, seed)))), sink);
        openSomething(machine);
        for (int i = 0; i < FRAMES_PER_CONNECTION; i++) {
          frames++;
          reader.read(ByteBuffer.wrap(mutated(random, seeds)), sink);
          answer(machine, events);
        }
      } catch (PeerFaultException e) {
        faults++;
        assertTrue(e.getMessage() != null && e.getMessage().indexOf('\n') < 0, "seed " + seed);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertTrue(faults > 100, "the mutations reach the checks");
  }

  private static FrameReader.Sink sink(ConnectionMachine machine, Recorder events) {
    return new FrameReader.Sink() {
      @Override
      public void frame(Frame frame) throws PeerFaultException {
        machine.onFrame(frame);
      }

      @Override
      public void chunkBytes(int index, int sizeBytes) {
        events.chunkBytes += sizeBytes;
      }
    };
  }

  private static void openSomething(ConnectionMachine machine) {
    for (int i = 0; i < 10; i++) {
      machine.request(new ChunkRequest(Examples.CHUNK, Optional.empty()), 1 << 20);
      machine.watch(Examples.ROOT);
      machine.message(1, new byte[3]);
    }
    machine.ping(1);
  }

  private static void answer(ConnectionMachine machine, Recorder events) {
    events.requests.forEach(id -> machine.refuse(id, new io.shoal.api.Refusal.NotHeld()));
    events.requests.clear();
    List<Frame> sent = List.copyOf(events.sent);
    events.sent.clear();
    sent.forEach(machine::written);
    for (Availability update : events.updates) {
      if (update instanceof Availability.Snapshot(var have, int size)) {
        assertTrue(have.length() <= size);
      }
    }
    events.updates.clear();
  }

  private static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (Frame frame : Examples.all().values()) {
      if (!(frame instanceof Frame.Goodbye)) {
        seeds.add(bytes(frame));
      }
    }
    return seeds;
  }

  private static byte[] bytes(Frame frame) {
    int payload = frame instanceof Frame.Data data ? data.sizeBytes() : 0;
    ByteBuffer out = ByteBuffer.allocate(FrameCodec.sizeBytes(frame) + payload);
    FrameCodec.encode(frame, out);
    return out.array();
  }

  private static byte[] mutated(Random random, List<byte[]> seeds) {
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    int changes = random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      // Mostly the head's last byte and the body: a wrong length ends the connection at once.
      int at =
          random.nextInt(8) == 0
              ? random.nextInt(bytes.length)
              : Math.min(bytes.length - 1, 4 + random.nextInt(Math.min(16, bytes.length - 4)));
      bytes[at] = random.nextBoolean() ? (byte) random.nextInt(12) : (byte) random.nextInt();
    }
    return bytes;
  }
}
