package io.shoal.runtime.store;

import io.shoal.api.Cid;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A root that this node has wholly.
///
/// @param cid the root, version 1
/// @param name its name, or empty
/// @param sizeBytes file bytes in it
/// @param folder whether it is a folder
/// @param pinned whether garbage collection keeps it
/// @param path where its files lie, if they are served in place
/// @param sha256 the whole file's digest in hex, if known
/// @param also its other names: of files with the same bytes each keeps its own
public record KeptRoot(
    Cid cid,
    String name,
    long sizeBytes,
    boolean folder,
    boolean pinned,
    Optional<Path> path,
    Optional<String> sha256,
    List<Named> also) {

  /// Names beyond the first, some 200 bytes each: more than anybody tells apart in a list.
  static final int MAX_ALSO = 64;

  /// A name of a root, and where its files lie under it.
  ///
  /// @param path as that of the root
  public record Named(String name, Optional<Path> path) {}

  public KeptRoot {
    also = List.copyOf(also);
  }

  KeptRoot(
      Cid cid,
      String name,
      long sizeBytes,
      boolean folder,
      boolean pinned,
      Optional<Path> path,
      Optional<String> sha256) {
    this(cid, name, sizeBytes, folder, pinned, path, sha256, List.of());
  }

  /// A root whose chunks are in the store and stay there.
  public static KeptRoot pinned(Cid root, String name, long sizeBytes, boolean folder) {
    return new KeptRoot(
        root.toV1(), name, sizeBytes, folder, true, Optional.empty(), Optional.empty());
  }

  /// A root whose leaves are served from a user's files.
  public static KeptRoot inPlace(Cid root, String name, long sizeBytes, boolean folder, Path path) {
    return new KeptRoot(
        root.toV1(), name, sizeBytes, folder, false, Optional.of(path), Optional.empty());
  }

  /// A root whose chunks are in the store, which cannot serve users' files, without being pinned.
  public static KeptRoot cached(Cid root, String name, long sizeBytes, boolean folder) {
    return new KeptRoot(
        root.toV1(), name, sizeBytes, folder, false, Optional.empty(), Optional.empty());
  }

  /// Whether its chunks are in the store itself: what lies in a user's file alone goes with that.
  public boolean isStored() {
    return pinned || path.isEmpty();
  }

  KeptRoot asPinned() {
    return new KeptRoot(cid, name, sizeBytes, folder, true, path, sha256, also);
  }

  /// The same with the whole file's digest in hex, or with none.
  public KeptRoot withDigest(Optional<String> hex) {
    return new KeptRoot(cid, name, sizeBytes, folder, pinned, path, hex, also);
  }

  KeptRoot withSize(long bytes) {
    return new KeptRoot(cid, name, bytes, folder, pinned, path, sha256, also);
  }

  /// The same with another name, if that says more than its own.
  KeptRoot withName(Named name) {
    return withAlso(also, name);
  }

  /// The same with the names that it had before.
  KeptRoot withNamesOf(KeptRoot older) {
    Set<Named> names = new LinkedHashSet<>(older.also);
    names.addAll(also);
    return withAlso(names, new Named(older.name, older.path));
  }

  private KeptRoot withAlso(Collection<Named> names, Named last) {
    Set<Named> others = new LinkedHashSet<>(names);
    others.add(last);
    others.removeIf(other -> isOwn(other));
    List<Named> kept = List.copyOf(others);
    return new KeptRoot(
        cid,
        name,
        sizeBytes,
        folder,
        pinned,
        path,
        sha256,
        kept.subList(Math.max(0, kept.size() - MAX_ALSO), kept.size()));
  }

  private boolean isOwn(Named other) {
    boolean samePlace = other.path().isEmpty() || other.path().equals(path);
    return samePlace && (other.name().isEmpty() || other.name().equals(name));
  }

  boolean hasName(Named one) {
    return also.contains(one) || one.equals(new Named(name, path));
  }

  /// The root once for each of its names, its own first.
  List<KeptRoot> each() {
    List<KeptRoot> each = new ArrayList<>();
    each.add(new KeptRoot(cid, name, sizeBytes, folder, pinned, path, sha256));
    for (Named other : also) {
      each.add(new KeptRoot(cid, other.name(), sizeBytes, folder, pinned, other.path(), sha256));
    }
    return each;
  }

  /// Both at once: what this says, and what `older` knew and this does not.
  KeptRoot over(KeptRoot older) {
    return new KeptRoot(
            cid,
            name.isEmpty() ? older.name : name,
            sizeBytes,
            folder,
            pinned || older.pinned,
            path.isPresent() ? path : older.path,
            sha256.isPresent() ? sha256 : older.sha256)
        .withNamesOf(older);
  }
}
