package io.shoal.runtime.store;

import io.shoal.api.Cid;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final Path file;
  private final DiskReserve reserve;
  // Guarded by this.
  private final RootTable table = new RootTable();

  private FileChannel channel;
  private int lines;

  /// Whether a write failed: half a line may be at the end, which would spoil the next one; or the
  /// line was not forced, and a second force would say that it was.
  private boolean suspect;

  /// @param reserve given up for an entry if the disk is full
  public RootIndex(Path folder, DiskReserve reserve) throws IOException {
    this.file = folder.resolve("roots.journal");
    this.reserve = reserve;
    if (!Files.exists(file)) {
      table.apply(new RootLines.SizesChecked());
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
    if (entry.filter(RootLines.Unknown.class::isInstance).isPresent()) {
      LOG.debug("{}: line {} is of a newer program", file, lines);
    }
    entry.ifPresent(table::apply);
    return entry.isPresent();
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
      Optional<KeptRoot> old =
          Optional.ofNullable(now.get(root.cid())).or(() -> table.get(root.cid()));
      if (old.isEmpty()) {
        added.add(root);
      }
      now.put(root.cid(), old.map(root::over).orElse(root));
    }
    List<RootLines.Entry> entries = new ArrayList<>();
    for (KeptRoot root : now.values()) {
      if (!isKnown(root)) {
        entries.add(new RootLines.Kept(root));
        // A line of a root has one name, and several may come at once.
        for (KeptRoot.Named name : root.also()) {
          if (table.get(root.cid()).filter(known -> known.hasName(name)).isEmpty()) {
            entries.add(new RootLines.Also(root.cid(), name));
          }
        }
      }
    }
    record(entries);
    return added;
  }

  /// Whether what an earlier program wrote has right sizes.
  synchronized boolean hasCheckedSizes() {
    return table.sizesChecked();
  }

  /// From now on it has.
  synchronized void sizesChecked() throws IOException {
    record(List.of(new RootLines.SizesChecked()));
  }

  /// Corrects the size of a root, if that is still there.
  synchronized void setSize(Cid cid, long bytes) throws IOException {
    Optional<KeptRoot> old = table.get(cid);
    if (old.isPresent()) {
      replace(old.get().withSize(bytes));
    }
  }

  private boolean isKnown(KeptRoot root) {
    return table.get(root.cid()).filter(root::equals).isPresent();
  }

  private void replace(KeptRoot root) throws IOException {
    if (!isKnown(root)) {
      record(List.of(new RootLines.Kept(root)));
    }
  }

  /// @return whether there is such a root; then it is pinned now
  public synchronized boolean pin(Cid cid) throws IOException {
    Optional<KeptRoot> old = table.get(cid);
    if (old.isPresent()) {
      replace(old.get().asPinned());
    }
    return old.isPresent();
  }

  /// Adds the whole-file digest to a root, if that is still there.
  ///
  /// @return whether it is
  public synchronized boolean setDigest(Cid cid, String sha256) throws IOException {
    Optional<KeptRoot> old = table.get(cid);
    if (old.isPresent()) {
      replace(old.get().withDigest(Optional.of(sha256)));
    }
    return old.isPresent();
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
    return table.wasReleased(cid);
  }

  public synchronized Optional<KeptRoot> get(Cid cid) {
    return table.get(cid);
  }

  /// A root of a whole-file digest, whatever its rule.
  public synchronized Optional<KeptRoot> byDigest(String sha256) {
    return table.byDigest(sha256);
  }

  /// A root of a whole-file digest that is not private.
  public synchronized Optional<KeptRoot> sharedByDigest(String sha256) {
    return table.sharedByDigest(sha256);
  }

  /// Sets the sharing rule of a root, be it here or not: it is durable when this returns, and so
  /// before the root is announced.
  public synchronized void setPrivate(Cid cid, boolean isPrivate) throws IOException {
    if (table.isPrivate(cid) != isPrivate) {
      record(List.of(new RootLines.Rule(cid.toV1(), isPrivate)));
    }
  }

  /// Forgets the rule of a root that is no longer here.
  ///
  /// @param unused whether no work is about to bring it back; called under the lock
  public synchronized void forgetRule(Cid root, BooleanSupplier unused) throws IOException {
    if (table.isPrivate(root) && !table.has(root) && unused.getAsBoolean()) {
      record(List.of(new RootLines.Rule(root, false)));
    }
  }

  public synchronized boolean isPrivate(Cid cid) {
    return table.isPrivate(cid);
  }

  /// The private roots of which there is no entry: downloads that have begun, and released roots.
  public synchronized List<Cid> privateWithoutEntry() {
    return table.privateWithoutEntry();
  }

  /// Whether a provider key must not be announced: that of a private root, or of a whole-file
  /// digest that only private roots have.
  public synchronized boolean withheld(Cid key) {
    return table.withheld(key);
  }

  public synchronized List<KeptRoot> all() {
    return table.all();
  }

  private void record(List<RootLines.Entry> entries) throws IOException {
    if (entries.isEmpty()) {
      return;
    }
    int living = table.lineCount();
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
    entries.forEach(table::apply);
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
    table.forEach(entry -> text.append(RootLines.write(entry)));
    AtomicFiles.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    lines = table.lineCount();
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }
}
