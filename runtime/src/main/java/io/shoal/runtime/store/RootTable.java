package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The roots as the lines of their journal say. Used under the lock of its index.
final class RootTable {
  /// Enough for what a user releases twice by mistake, in half a megabyte.
  private static final int MAX_RELEASED = 4_096;

  private final Map<Cid, KeptRoot> roots = new LinkedHashMap<>();

  /// Several roots of one digest are the same file in leaves of several sizes.
  private final Map<String, Set<Cid>> byDigest = new HashMap<>();

  /// The roots with the rule `private`, those that are not here among them.
  private final Set<Cid> hidden = new LinkedHashSet<>();

  /// The roots that went last, as far as the journal still names them.
  private final LinkedHashSet<Cid> released = new LinkedHashSet<>();

  /// Whether the sizes are right in what an earlier program wrote.
  private boolean sizesChecked;

  /// Names of roots beyond the first of each: a line each.
  private int otherNames;

  void apply(RootLines.Entry entry) {
    switch (entry) {
      case RootLines.Kept(KeptRoot root) -> take(root);
      case RootLines.Gone(Cid root) -> {
        drop(root);
        released.add(root);
        if (released.size() > MAX_RELEASED) {
          released.removeFirst();
        }
      }
      case RootLines.Rule(Cid root, boolean isPrivate) -> {
        if (isPrivate) {
          hidden.add(root);
        } else {
          hidden.remove(root);
        }
      }
      case RootLines.Also(Cid root, KeptRoot.Named name) ->
          get(root).ifPresent(kept -> take(kept.withName(name)));
      case RootLines.SizesChecked() -> sizesChecked = true;
      case RootLines.Unknown() -> {}
    }
  }

  private void take(KeptRoot root) {
    KeptRoot old = roots.get(root.cid());
    KeptRoot now = old == null ? root : root.withNamesOf(old);
    drop(root.cid());
    released.remove(root.cid());
    roots.put(root.cid(), now);
    otherNames += now.also().size();
    now.sha256()
        .ifPresent(
            digest ->
                byDigest.computeIfAbsent(digest, any -> new LinkedHashSet<>()).add(root.cid()));
  }

  private void drop(Cid cid) {
    KeptRoot old = roots.remove(cid);
    if (old != null) {
      otherNames -= old.also().size();
      old.sha256()
          .ifPresent(
              digest ->
                  byDigest.computeIfPresent(
                      digest, (any, same) -> same.remove(cid) && same.isEmpty() ? null : same));
    }
  }

  Optional<KeptRoot> get(Cid cid) {
    return Optional.ofNullable(roots.get(cid.toV1()));
  }

  boolean has(Cid cid) {
    return roots.containsKey(cid.toV1());
  }

  List<KeptRoot> all() {
    return new ArrayList<>(roots.values());
  }

  boolean wasReleased(Cid cid) {
    return released.contains(cid.toV1());
  }

  boolean sizesChecked() {
    return sizesChecked;
  }

  /// A root of a whole-file digest, whatever its rule.
  Optional<KeptRoot> byDigest(String sha256) {
    return byDigest.getOrDefault(sha256, Set.of()).stream().findFirst().map(roots::get);
  }

  /// A root of a whole-file digest that is not private.
  Optional<KeptRoot> sharedByDigest(String sha256) {
    return byDigest.getOrDefault(sha256, Set.of()).stream()
        .filter(cid -> !hidden.contains(cid))
        .findFirst()
        .map(roots::get);
  }

  boolean isPrivate(Cid cid) {
    return hidden.contains(cid.toV1());
  }

  /// The private roots of which there is no entry.
  List<Cid> privateWithoutEntry() {
    return hidden.stream().filter(cid -> !roots.containsKey(cid)).toList();
  }

  /// Whether a key is that of a private root, or of a whole-file digest that only private roots
  /// have.
  boolean withheld(Cid key) {
    if (hidden.contains(key)) {
      return true;
    }
    Set<Cid> files =
        key.codec() == Cid.RAW && key.multihashCode() == Multihash.SHA2_256
            ? byDigest.getOrDefault(HexFormat.of().formatHex(key.multihash().digest()), Set.of())
            : Set.of();
    return !files.isEmpty() && !roots.containsKey(key) && hidden.containsAll(files);
  }

  /// What a journal without dead lines says, in the order in which it must.
  void forEach(Consumer<RootLines.Entry> each) {
    // The rules first: a file that is cut off loses a root rather than its rule.
    hidden.forEach(cid -> each.accept(new RootLines.Rule(cid, true)));
    if (sizesChecked) {
      each.accept(new RootLines.SizesChecked());
    }
    for (KeptRoot root : roots.values()) {
      each.accept(new RootLines.Kept(root));
      root.also().forEach(name -> each.accept(new RootLines.Also(root.cid(), name)));
    }
  }

  /// How many lines these are.
  int lineCount() {
    return roots.size() + otherNames + hidden.size() + (sizesChecked ? 1 : 0);
  }
}
