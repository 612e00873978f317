package io.shoal.runtime.destination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerNamesTest {
  @TempDir private Path folder;
  private final Map<String, Long> chunks = new HashMap<>();
  private final PeerNames names = names(true);

  private PeerNames names(boolean wanted) {
    return new PeerNames(wanted, peer -> chunks.getOrDefault(peer, 0L));
  }

  private void chunk(String peer) {
    chunks.merge(peer, 1L, Long::sum);
  }

  private void answers(String peer, String name) {
    names.asks(peer, 0);
    names.answered(peer, Optional.of(name));
  }

  private Optional<String> taken() {
    return names.take(folder).map(path -> String.valueOf(path.getFileName()));
  }

  @Test
  void thePeerThatGaveTheMostCountsAndOneThatGaveNothingDoesNot() {
    answers("idler", "bad");
    assertEquals(Optional.empty(), taken());
    answers("a", "less");
    answers("b", "more");
    chunk("a");
    chunk("b");
    chunk("b");

    assertEquals(Optional.of("more"), taken());
    assertEquals("b", names.taken().orElseThrow().by());
  }

  @Test
  void onlyTheFirstAnswerOfAPeerThatWasAskedCounts() {
    names.answered("a", Optional.of("unasked"));
    answers("a", "first");
    names.answered("a", Optional.of("second"));
    chunk("a");

    assertTrue(names.asks("b", 0));
    assertFalse(names.asks("b", 1), "once");
    assertEquals(Optional.of("first"), taken());
  }

  @Test
  void onlyAPeerThatGaveSomethingIsAwaitedAndNotForLong() {
    names.asks("a", 10);
    assertFalse(names.areAwaited(10));
    chunk("a");
    assertTrue(names.areAwaited(10));
    assertFalse(names.areAwaited(10 + PeerNames.PATIENCE_MILLIS));

    names.answered("a", Optional.empty());
    assertFalse(names.areAwaited(10), "it has none");
    names.asks("b", 10);
    chunk("b");
    assertTrue(names.areAwaited(10));
    names.answered("b", Optional.of("name"));
    assertFalse(names.areAwaited(10));
  }

  @Test
  void nobodyIsAskedWhereANameIsKnown() {
    PeerNames unwanted = names(false);
    assertFalse(unwanted.asks("a", 0));
    unwanted.answered("a", Optional.of("name"));
    chunk("a");
    assertEquals(Optional.empty(), unwanted.take(folder));
  }
}
