package io.shoal.runtime.content;

import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;

/// Opens what is here for reading, and holds it against garbage collection as long as it is open.
/// Usable from any thread.
public final class OpenContents implements AutoCloseable {
  /// A gateway has one open for each answer that it sends, and 128 are sent at once. Each keeps up
  /// to 256 KiB in memory, but for the lists of files, which have a limit of their own.
  static final int MAX_OPEN = 256;

  private final LocalStore local;
  private final Predicate<Cid> shared;
  private final Function<Cid, Optional<String>> names;
  private final Semaphore places;
  private final ListedFiles budget = new ListedFiles(ListedFiles.MAX_IN_ALL);
  private final Set<OpenContent> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /// @param shared whether a root is here and may be given to others; must not block
  /// @param names the name of a root, if it has one
  public OpenContents(
      LocalStore local, Predicate<Cid> shared, Function<Cid, Optional<String>> names) {
    this(local, shared, names, MAX_OPEN);
  }

  OpenContents(
      LocalStore local, Predicate<Cid> shared, Function<Cid, Optional<String>> names, int maxOpen) {
    this.local = local;
    this.shared = shared;
    this.names = names;
    this.places = new Semaphore(maxOpen);
  }

  /// See [io.shoal.api.NodeAccess#open].
  public Optional<Content> open(Cid any, String path) throws ShoalException, IOException {
    Cid root = any.toV1();
    // Held first: a root that is released now is looked at again by the next collection.
    CollectionLock.Hold held = local.temporaryPins().hold(root);
    boolean opened = false;
    try {
      if (!shared.test(root)) {
        return Optional.empty();
      }
      if (!places.tryAcquire()) {
        throw new RetryableException(
            "too many contents are open: close those that are not used, or try again later");
      }
      try {
        OpenContent content = content(root, path, held);
        opened = true;
        return Optional.of(content);
      } finally {
        if (!opened) {
          places.release();
        }
      }
    } finally {
      if (!opened) {
        held.close();
      }
    }
  }

  private OpenContent content(Cid root, String path, CollectionLock.Hold held)
      throws ShoalException, IOException {
    StoredNodes nodes = new StoredNodes(local, root);
    PathLookup.Found found = new PathLookup(nodes, root).find(path);
    Optional<String> name =
        path.isEmpty() ? names.apply(root) : Optional.of(path.substring(path.lastIndexOf('/') + 1));
    OpenContent content =
        new OpenContent(
            root,
            found,
            name,
            nodes,
            budget,
            ended -> {
              open.remove(ended);
              held.close();
              places.release();
            });
    open.add(content);
    if (closed) {
      content.close();
    }
    return content;
  }

  /// Closes all that is open, and all that is opened later.
  @Override
  public void close() {
    closed = true;
    List.copyOf(open).forEach(OpenContent::close);
  }
}
