package io.shoal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PendingAvailabilityTest {
  private static final int POSITIONS = 1_000_000;

  private final PendingAvailability pending = new PendingAvailability();
  private final Recorder events = new Recorder();
  private final ConnectionMachine receiver =
      new ConnectionMachine(Examples.hello(new Nonce(1, 1)), events);

  private int sendAll(int id) throws Exception {
    int frames = 0;
    for (Optional<Frame> frame = pending.next(id); frame.isPresent(); frame = pending.next(id)) {
      receiver.onFrame(frame.get());
      frames++;
    }
    return frames;
  }

  private int watch() throws Exception {
    receiver.onFrame(Examples.hello(new Nonce(2, 2)));
    return receiver.watch(Examples.ROOT);
  }

  @Test
  void aSnapshotOfAMillionPositionsArrivesInParts() throws Exception {
    BitSet have = new BitSet();
    new Random(1).ints(300_000, 0, POSITIONS).forEach(have::set);
    pending.add(new Availability.Snapshot(have, POSITIONS));
    assertEquals(2, sendAll(watch()));
    assertEquals(new Availability.Snapshot(have, POSITIONS), events.updates.getFirst());
  }

  @Test
  void gainsAreJoinedAndSplitToTheLimit() throws Exception {
    pending.add(new Availability.Snapshot(new BitSet(), POSITIONS));
    for (int i = 0; i < 10_000; i++) {
      pending.add(new Availability.Gained(new int[] {i * 7 % 5000}));
    }
    assertEquals(1 + 2, sendAll(watch()));
    assertTrue(pending.isEmpty());
    int[] last = ((Availability.Gained) events.updates.getLast()).positions();
    assertEquals(4999, last[last.length - 1]);
  }

  @Test
  void whatIsSaidAnewReplacesWhatWasHalfSent() throws Exception {
    int id = watch();
    BitSet have = new BitSet();
    have.set(POSITIONS - 1);
    pending.add(new Availability.Snapshot(have, POSITIONS));
    receiver.onFrame(pending.next(id).orElseThrow());
    pending.add(new Availability.Complete());
    pending.add(new Availability.Gained(new int[] {1}));
    sendAll(id);
    assertEquals(1, events.updates.size());
    assertEquals(new Availability.Complete(), events.updates.getFirst());
  }
}
