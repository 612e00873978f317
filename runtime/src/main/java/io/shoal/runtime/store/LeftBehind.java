package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.runtime.file.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The roots of the index whose chunks are not in the store: another plugin kept them, or the store
/// has lost all that it had. Which plugins kept chunks is remembered from start to start, so that
/// nothing is looked at as long as that stays the same. Usable from any thread.
public final class LeftBehind {
  private static final Logger LOG = LoggerFactory.getLogger(LeftBehind.class);

  /// Stores before this one that are remembered: more are not tried one after the other.
  private static final int MAX_EARLIER = 8;

  private static final String ID = "[A-Za-z0-9._-]{1,100}";

  private final Path file;
  private final String plugin;
  private final LocalStore local;
  private final RootIndex index;
  private final Set<Cid> missing = ConcurrentHashMap.newKeySet();
  private volatile List<String> earlier;
  private volatile boolean looked;

  /// @param folder where the ids of the plugins are remembered
  /// @param plugin the id of the one that keeps chunks now
  public LeftBehind(Path folder, String plugin, LocalStore local, RootIndex index) {
    this.file = folder.resolve("stores");
    this.plugin = plugin;
    this.local = local;
    this.index = index;
    List<String> before = read();
    earlier =
        before.stream().filter(id -> !id.equals(plugin)).distinct().limit(MAX_EARLIER).toList();
    if (before.isEmpty() || !before.getFirst().equals(plugin)) {
      remember();
    }
  }

  private List<String> read() {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
          .filter(line -> line.matches(ID))
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      LOG.debug("{} is not readable", file, e);
      return List.of();
    }
  }

  /// The start goes on without: the disk may be full or read-only, and only an advice is lost.
  private void remember() {
    String lines =
        Stream.concat(Stream.of(plugin), earlier.stream()).collect(Collectors.joining("\n"));
    try {
      AtomicFiles.replace(file, (lines + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.debug("{} was not written", file, e);
    }
  }

  /// Those that are not in the store now.
  public Set<Cid> roots() {
    look();
    return missing.stream().filter(this::contains).collect(Collectors.toUnmodifiableSet());
  }

  /// Whether a root is not in the store: it may have been fetched or added again.
  public boolean contains(Cid root) {
    look();
    if (!missing.contains(root)) {
      return false;
    }
    try {
      if (local.has(root)) {
        missing.remove(root);
        return false;
      }
    } catch (IOException | RetryableException e) {
      LOG.debug("the store was not asked for {}", root, e);
    }
    return true;
  }

  /// Those of some roots that are in the store, or were in no other.
  public List<Cid> without(List<Cid> roots) {
    return roots.stream().filter(root -> !contains(root)).toList();
  }

  /// Once: the root's own chunk stands for all of it.
  private void look() {
    if (looked) {
      return;
    }
    boolean swapped = !earlier.isEmpty();
    List<KeptRoot> all = index.all();
    try {
      if (!all.isEmpty() && (swapped || local.store().usage().chunks() == 0)) {
        ManyCalls.make(
            local.store(),
            all.stream().filter(root -> swapped || root.isStored()).iterator(),
            root -> {
              if (!root.cid().isIdentity() && !local.has(root.cid())) {
                missing.add(root.cid());
              }
            });
      }
      if (swapped && missing.isEmpty()) {
        earlier = List.of();
        remember();
      }
    } catch (IOException | RetryableException e) {
      // The next start looks again.
      LOG.debug("the roots in {} were not all looked for", plugin, e);
    }
    looked = true;
  }

  /// One line for the user, with what to do.
  public Optional<String> advice() {
    int count = roots().size();
    if (count == 0) {
      return Optional.empty();
    }
    String roots = (count == 1 ? "1 root is" : count + " roots are") + " not in " + plugin;
    String cure =
        earlier.isEmpty()
            ? ", which has no chunks: if its settings name another place than before, set that back;"
                + " else 'shoal verify --repair' fetches them"
            : ", which keeps chunks now: stop the node and run "
                + earlier.stream()
                    .map(from -> "'shoal store copy " + from + " " + plugin + "'")
                    .collect(Collectors.joining(" and "))
                + ", or set active.storage back";
    return Optional.of(roots + cure);
  }
}
