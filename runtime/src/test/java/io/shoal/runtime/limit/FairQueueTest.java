package io.shoal.runtime.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private final List<String> granted = new ArrayList<>();

  private Optional<FairQueue.Turn<String>> ask(FairQueue<String> turns, String peer) {
    return turns.ask(peer, () -> granted.add(peer));
  }

  @Test
  void aPeerThatAsksForMuchWaitsForItselfAndNotOthersForIt() {
    FairQueue<String> turns = new FairQueue<>(1, 1, 1_000);
    List<FairQueue.Turn<String>> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(ask(turns, "greedy").orElseThrow());
    }
    FairQueue.Turn<String> modest = ask(turns, "modest").orElseThrow();
    turns.end(all.getFirst());
    assertEquals(List.of("greedy", "modest"), granted);
    turns.end(modest);
    assertEquals(List.of("greedy", "modest", "greedy"), granted);
  }

  @Test
  void aPeersLineIsBounded() {
    FairQueue<String> turns = new FairQueue<>(1, 1, 1_000);
    for (int i = 0; i <= FairQueue.MAX_WAITING_PER_PEER; i++) {
      assertTrue(ask(turns, "a").isPresent());
    }
    assertTrue(ask(turns, "a").isEmpty());
    assertTrue(ask(turns, "b").isPresent());
  }

  @Test
  void oneMoreRunsThanMayUntilTheOthersEnd() {
    FairQueue<String> turns = new FairQueue<>(1, 8, 1_000);
    FairQueue.Turn<String> slow = ask(turns, "slow").orElseThrow();
    FairQueue.Turn<String> first = ask(turns, "first").orElseThrow();
    ask(turns, "second");
    turns.grantOneMore(2);
    turns.grantOneMore(2);
    assertEquals(List.of("slow", "first"), granted);
    turns.end(first);
    assertEquals(List.of("slow", "first"), granted);
    turns.end(slow);
    assertEquals(List.of("slow", "first", "second"), granted);
  }

  @Test
  void whateverComesAndGoesNoTurnIsLostAndNoBoundIsPassed() {
    Random random = new Random(5);
    FairQueue<Integer> turns = new FairQueue<>(6, 2, 100);
    Map<FairQueue.Turn<Integer>, Integer> held = new HashMap<>();
    int[] grants = new int[1];
    int asked = 0;
    for (int step = 0; step < 100_000; step++) {
      int peer = random.nextInt(9);
      if (random.nextBoolean()) {
        Optional<FairQueue.Turn<Integer>> turn = turns.ask(peer, () -> grants[0]++);
        turn.ifPresent(t -> held.put(t, peer));
        asked += turn.isPresent() ? 1 : 0;
      } else if (!held.isEmpty()) {
        FairQueue.Turn<Integer> turn = held.keySet().iterator().next();
        held.remove(turn);
        turns.end(turn);
        turns.end(turn);
      }
      assertTrue(turns.running() <= 6);
      assertEquals(held.size(), turns.running() + turns.waiting());
    }
    assertTrue(grants[0] > 0 && grants[0] <= asked);
    held.keySet().forEach(turns::end);
    assertEquals(0, turns.running());
    assertEquals(0, turns.waiting());
  }
}
