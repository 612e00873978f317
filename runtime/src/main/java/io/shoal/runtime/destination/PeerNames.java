package io.shoal.runtime.destination;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// The names that a download's peers have for its root, if neither the user nor this node has one.
/// Each is a stranger's suggestion: that of the peer which gave the most chunks is taken, unless
/// something in the folder has it. Confined to the download's thread.
public final class PeerNames {
  /// A download of less time waits so long for the answer of a peer that gave it something; any
  /// other waits for none. Older programs do not answer.
  static final long PATIENCE_MILLIS = 1_000;

  /// Peers whose answers are kept: those that come later are hardly those that give the most.
  private static final int MAX_PEERS = 160;

  private final boolean wanted;
  private final ToLongFunction<String> chunks;
  private final Map<String, Long> askedMillis = new HashMap<>();
  private final Map<String, String> names = new HashMap<>();
  private Optional<Taken> taken = Optional.empty();

  /// The name that was taken.
  ///
  /// @param by the peer that gave it
  public record Taken(Path path, String by) {}

  /// @param wanted whether a name is of use at all
  /// @param chunks how many a peer gave
  public PeerNames(boolean wanted, ToLongFunction<String> chunks) {
    this.wanted = wanted;
    this.chunks = chunks;
  }

  /// A peer takes part.
  ///
  /// @return whether to ask it
  public boolean asks(String peer, long nowMillis) {
    return wanted
        && askedMillis.size() < MAX_PEERS
        && askedMillis.putIfAbsent(peer, nowMillis) == null;
  }

  /// A peer answers; without a question that is ignored.
  public void answered(String peer, Optional<String> name) {
    if (askedMillis.containsKey(peer)) {
      askedMillis.put(peer, Long.MIN_VALUE / 2);
      name.filter(SuggestedName::isSound).ifPresent(sound -> names.putIfAbsent(peer, sound));
    }
  }

  /// Whether a peer that gave something may answer soon, and none has yet.
  public boolean areAwaited(long nowMillis) {
    return best().isEmpty()
        && askedMillis.entrySet().stream()
            .anyMatch(
                asked ->
                    chunks.applyAsLong(asked.getKey()) > 0
                        && nowMillis - asked.getValue() < PATIENCE_MILLIS);
  }

  private Optional<Map.Entry<String, String>> best() {
    return names.entrySet().stream()
        .filter(entry -> chunks.applyAsLong(entry.getKey()) > 0)
        .max(Comparator.comparingLong(entry -> chunks.applyAsLong(entry.getKey())));
  }

  /// The place in a folder that has the best name, if the folder can hold it and nothing is there.
  public Optional<Path> take(Path folder) {
    taken =
        best()
            .flatMap(
                best ->
                    SuggestedName.freeIn(folder, best.getValue())
                        .map(path -> new Taken(path, best.getKey())));
    return taken.map(Taken::path);
  }

  public Optional<Taken> taken() {
    return taken;
  }
}
