package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What can change is found wherever it lies in a class, and constants are left alone.
class StaticFieldsTest {
  /// Nothing here changes.
  @SuppressWarnings("unused") // looked at by reflection
  static final class Constants {
    private static final String NAME = "constants";
    private static final int[] TABLE = {1, 2, 3};
    private static final List<String> LIST = List.of("a", "b");
    private static final List<String> NONE = Collections.emptyList();
    private static final List<String> NAMED = Arrays.asList("a", "b");
    private static final Set<String> SET =
        Collections.unmodifiableSet(new ConcurrentHashMap<String, String>().keySet());
    private static final Map<String, Integer> MAP = Map.copyOf(new HashMap<>(Map.of("a", 1)));
    private static final TimeUnit UNIT = TimeUnit.SECONDS;
    private static final Pattern PATTERN = Pattern.compile("a");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final System.Logger LOG = System.getLogger("constants");
    private static final AtomicIntegerFieldUpdater<Constants> COUNT =
        AtomicIntegerFieldUpdater.newUpdater(Constants.class, "count");

    private volatile int count;

    /// Has a static array of its values.
    private enum Kind {
      ONE,
      OTHER
    }

    private static int of(Kind kind) {
      assert kind != Kind.OTHER;
      return switch (kind) {
        case ONE -> 1;
        case OTHER -> 2;
      };
    }
  }

  /// Every static field here changes.
  @SuppressWarnings("unused") // looked at by reflection
  static final class State {
    private static int assigned;
    private static final Map<String, Integer> MAP = new HashMap<>();

    private static final class Within {
      private static final AtomicLong ATOMIC = new AtomicLong();
      private static final ThreadLocal<String> THREADS = new ThreadLocal<>();

      private static final class Deeper {
        private static final List<String> LIST = new ArrayList<>();
        private static final Set<String> SET = ConcurrentHashMap.newKeySet();
        private static final Queue<String> QUEUE = new ConcurrentLinkedQueue<>();
        private static final Map<TimeUnit, Integer> ENUMS = new EnumMap<>(TimeUnit.class);
        private static final List<String> LOCKED = Collections.synchronizedList(new ArrayList<>());
        private static final Map<String, String> CACHE =
            new LinkedHashMap<>() {
              @Override
              protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                return size() > 10;
              }
            };
      }
    }
  }

  @Test
  void constantsAreNotNamed() {
    assertEquals(Set.of(), StaticFields.thatCanChange(Constants.class));
  }

  @Test
  void whatCanChangeIsNamedAtAnyDepth() {
    assertEquals(
        Set.of(
            "State.assigned",
            "State.MAP",
            "Within.ATOMIC",
            "Within.THREADS",
            "Deeper.LIST",
            "Deeper.SET",
            "Deeper.QUEUE",
            "Deeper.ENUMS",
            "Deeper.LOCKED",
            "Deeper.CACHE"),
        StaticFields.thatCanChange(State.class));
  }
}
