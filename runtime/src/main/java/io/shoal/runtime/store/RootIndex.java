package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.DiskFull;
import io.shoal.runtime.file.DiskReserve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The roots that are here: pins, adopted roots, names, whole-file digests, and which of them are
/// private. A journal of lines, each with a checksum; a change is durable when a method returns,
/// and the caller has made the content durable before. A torn last line is what a crash left and is
/// ignored. A start writes nothing if the journal is whole: its disk may be full, and the user come
/// to make room. Usable from any thread.
public final class RootIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RootIndex.class);

  /// Lines beyond the living ones after which the journal is written anew.
  private static final int MAX_DEAD_LINES = 4_096;

  /// Enough for what a user releases twice by mistake, in half a megabyte.
  private static final int MAX_RELEASED = 4_096;

  private final Path file;
  private final DiskReserve reserve;
  private final Map<Cid, KeptRoot> roots = new LinkedHashMap<>();

  /// Several roots of one digest are the same file in leaves of several sizes.
  private final Map<String, Set<Cid>> byDigest = new HashMap<>();

  /// The roots with the rule `private`, those that are not here among them.
  private final Set<Cid> hidden = new LinkedHashSet<>();

  /// The roots that went last, as far as the journal still names them.
  private final LinkedHashSet<Cid> released = new LinkedHashSet<>();

  private FileChannel channel;
  private int lines;

  /// Whether the sizes are right in what an earlier program wrote.
  private boolean sizesChecked;

  /// Whether a write failed: half a line may be at the end, which would spoil the next one; or the
  /// line was not forced, and a second force would say that it was.
  private boolean suspect;

  /// @param reserve given up for an entry if the disk is full
  public RootIndex(Path folder, DiskReserve reserve) throws IOException {
    this.file = folder.resolve("roots.journal");
    this.reserve = reserve;
    if (!Files.exists(file)) {
      sizesChecked = true;
      rewrite();
    } else if (!load()) {
      repair();
    }
    this.channel = open();
    // An earlier process may have ended before it forced what it wrote.
    channel.force(true);
    AtomicFiles.forceFolder(folder);
  }

  /// @return whether lines can be added to those that are there
  private boolean load() throws IOException {
    String text = Files.readString(file, StandardCharsets.UTF_8);
    boolean whole = text.isEmpty() || text.endsWith("\n");
    for (String line : text.lines().toList()) {
      lines++;
      if (!line.isEmpty() && !replay(line)) {
        LOG.warn("{}: line {} is not readable and is ignored", file, lines);
        whole = false;
      }
    }
    return whole;
  }

  private void repair() throws IOException {
    try {
      rewrite();
    } catch (IOException e) {
      if (DiskFull.of(e).isEmpty()) {
        throw e;
      }
      // What is readable will do until something changes.
      suspect = true;
    }
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  private boolean replay(String line) {
    Optional<RootLines.Entry> entry = RootLines.read(line, file.getFileSystem());
    entry.ifPresent(this::apply);
    return entry.isPresent();
  }

  private void apply(RootLines.Entry entry) {
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
          Optional.ofNullable(roots.get(root))
              .ifPresent(kept -> roots.put(root, kept.withName(name)));
      case RootLines.SizesChecked() -> sizesChecked = true;
      case RootLines.Unknown() -> LOG.debug("{}: line {} is of a newer program", file, lines);
    }
  }

  private void take(KeptRoot root) {
    KeptRoot old = roots.get(root.cid());
    drop(root.cid());
    released.remove(root.cid());
    roots.put(root.cid(), old == null ? root : root.withNamesOf(old));
    root.sha256()
        .ifPresent(
            digest ->
                byDigest.computeIfAbsent(digest, any -> new LinkedHashSet<>()).add(root.cid()));
  }

  private void drop(Cid cid) {
    KeptRoot old = roots.remove(cid);
    if (old != null) {
      old.sha256()
          .ifPresent(
              digest ->
                  byDigest.computeIfPresent(
                      digest, (any, same) -> same.remove(cid) && same.isEmpty() ? null : same));
    }
  }

  /// Adds a root, or adds to what is known of it. Its content is durable already.
  ///
  /// @return whether it was not there yet
  public synchronized boolean put(KeptRoot root) throws IOException {
    return !putAll(List.of(root)).isEmpty();
  }

  /// The same for many, with one forced write for all.
  ///
  /// @return those that were not there yet
  public synchronized List<KeptRoot> putAll(List<KeptRoot> all) throws IOException {
    Map<Cid, KeptRoot> now = new LinkedHashMap<>();
    List<KeptRoot> added = new ArrayList<>();
    for (KeptRoot root : all) {
      KeptRoot old = now.getOrDefault(root.cid(), roots.get(root.cid()));
      if (old == null) {
        added.add(root);
      }
      now.put(root.cid(), old == null ? root : root.over(old));
    }
    List<RootLines.Entry> entries = new ArrayList<>();
    for (KeptRoot root : now.values()) {
      if (!root.equals(roots.get(root.cid()))) {
        entries.add(new RootLines.Kept(root));
      }
    }
    record(entries);
    return added;
  }

  /// Whether what an earlier program wrote has right sizes.
  synchronized boolean hasCheckedSizes() {
    return sizesChecked;
  }

  /// From now on it has.
  synchronized void sizesChecked() throws IOException {
    record(List.of(new RootLines.SizesChecked()));
  }

  /// Corrects the size of a root, if that is still there.
  synchronized void setSize(Cid cid, long bytes) throws IOException {
    KeptRoot old = roots.get(cid.toV1());
    if (old != null) {
      replace(old.withSize(bytes));
    }
  }

  private void replace(KeptRoot root) throws IOException {
    if (!root.equals(roots.get(root.cid()))) {
      record(List.of(new RootLines.Kept(root)));
    }
  }

  /// @return whether there is such a root; then it is pinned now
  public synchronized boolean pin(Cid cid) throws IOException {
    KeptRoot old = roots.get(cid.toV1());
    if (old == null) {
      return false;
    }
    replace(old.asPinned());
    return true;
  }

  /// Adds the whole-file digest to a root, if that is still there.
  ///
  /// @return whether it is
  public synchronized boolean setDigest(Cid cid, String sha256) throws IOException {
    KeptRoot old = roots.get(cid.toV1());
    if (old == null) {
      return false;
    }
    replace(old.withDigest(Optional.of(sha256)));
    return true;
  }

  /// @return the root as it was; empty if it was not there
  public synchronized Optional<KeptRoot> remove(Cid cid) throws IOException {
    return removeAll(List.of(cid)).stream().findFirst();
  }

  /// The same for many, with one forced write for all.
  ///
  /// @return those that were there, as they were
  public synchronized List<KeptRoot> removeAll(List<Cid> all) throws IOException {
    List<KeptRoot> old = all.stream().distinct().flatMap(cid -> get(cid).stream()).toList();
    record(old.stream().map(root -> (RootLines.Entry) new RootLines.Gone(root.cid())).toList());
    return old;
  }

  /// Whether a root was here and went not long ago: to release it again is no mistake.
  public synchronized boolean wasHere(Cid cid) {
    return released.contains(cid.toV1());
  }

  public synchronized Optional<KeptRoot> get(Cid cid) {
    return Optional.ofNullable(roots.get(cid.toV1()));
  }

  /// A root of a whole-file digest, whatever its rule.
  public synchronized Optional<KeptRoot> byDigest(String sha256) {
    return byDigest.getOrDefault(sha256, Set.of()).stream().findFirst().map(roots::get);
  }

  /// A root of a whole-file digest that is not private.
  public synchronized Optional<KeptRoot> sharedByDigest(String sha256) {
    return byDigest.getOrDefault(sha256, Set.of()).stream()
        .filter(cid -> !hidden.contains(cid))
        .findFirst()
        .map(roots::get);
  }

  /// Sets the sharing rule of a root, be it here or not: it is durable when this returns, and so
  /// before the root is announced.
  public synchronized void setPrivate(Cid cid, boolean isPrivate) throws IOException {
    if (hidden.contains(cid.toV1()) != isPrivate) {
      record(List.of(new RootLines.Rule(cid.toV1(), isPrivate)));
    }
  }

  /// Forgets the rule of a root that is no longer here.
  ///
  /// @param unused whether no work is about to bring it back; called under the lock
  public synchronized void forgetRule(Cid root, BooleanSupplier unused) throws IOException {
    if (hidden.contains(root) && !roots.containsKey(root) && unused.getAsBoolean()) {
      record(List.of(new RootLines.Rule(root, false)));
    }
  }

  public synchronized boolean isPrivate(Cid cid) {
    return hidden.contains(cid.toV1());
  }

  /// The private roots of which there is no entry: downloads that have begun, and released roots.
  public synchronized List<Cid> privateWithoutEntry() {
    return hidden.stream().filter(cid -> !roots.containsKey(cid)).toList();
  }

  /// Whether a provider key must not be announced: that of a private root, or of a whole-file
  /// digest that only private roots have.
  public synchronized boolean withheld(Cid key) {
    if (hidden.contains(key)) {
      return true;
    }
    Set<Cid> files =
        key.codec() == Cid.RAW && key.multihashCode() == Multihash.SHA2_256
            ? byDigest.getOrDefault(HexFormat.of().formatHex(key.multihash().digest()), Set.of())
            : Set.of();
    return !files.isEmpty() && !roots.containsKey(key) && hidden.containsAll(files);
  }

  public synchronized List<KeptRoot> all() {
    return new ArrayList<>(roots.values());
  }

  private void record(List<RootLines.Entry> entries) throws IOException {
    if (entries.isEmpty()) {
      return;
    }
    int living = livingLines();
    if (!suspect && lines - living > MAX_DEAD_LINES + living) {
      shorten();
    }
    StringBuilder text = new StringBuilder();
    entries.forEach(entry -> text.append(RootLines.write(entry)));
    byte[] added = text.toString().getBytes(StandardCharsets.UTF_8);
    reserve.change(
        () -> {
          if (suspect) {
            renew();
          }
          append(added);
        });
    lines += entries.size();
    entries.forEach(this::apply);
  }

  private void append(byte[] added) throws IOException {
    long end = channel.size();
    suspect = true;
    ByteBuffer bytes = ByteBuffer.wrap(added);
    boolean written = false;
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      written = true;
    } finally {
      if (!written) {
        channel.truncate(end);
        suspect = false;
      }
    }
    channel.force(false);
    suspect = false;
  }

  private void shorten() throws IOException {
    try {
      renew();
    } catch (IOException e) {
      if (DiskFull.of(e).isEmpty()) {
        throw e;
      }
      // It is long, and no worse: it is written anew another time.
      LOG.debug("{} stays as it is", file, e);
    }
  }

  private void renew() throws IOException {
    rewrite();
    FileChannel old = channel;
    channel = open();
    suspect = false;
    old.close();
  }

  private void rewrite() throws IOException {
    StringBuilder text = new StringBuilder();
    // The rules first: a file that is cut off loses a root rather than its rule.
    hidden.forEach(cid -> text.append(RootLines.write(new RootLines.Rule(cid, true))));
    if (sizesChecked) {
      text.append(RootLines.write(new RootLines.SizesChecked()));
    }
    for (KeptRoot root : roots.values()) {
      text.append(RootLines.write(new RootLines.Kept(root)));
      root.also()
          .forEach(name -> text.append(RootLines.write(new RootLines.Also(root.cid(), name))));
    }
    AtomicFiles.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    lines = livingLines();
  }

  private int livingLines() {
    int names = roots.values().stream().mapToInt(root -> 1 + root.also().size()).sum();
    return names + hidden.size() + (sizesChecked ? 1 : 0);
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }
}
