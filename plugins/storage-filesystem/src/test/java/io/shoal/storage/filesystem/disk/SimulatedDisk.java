package io.shoal.storage.filesystem.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A disk in memory that forgets as a real one may: bytes that were not forced and names whose
/// folder was not forced are there after a power loss, or not, or bytes are there in part or as
/// zeros; one independent of the other. It can fail one step, write half, stop altogether, leave a
/// step out or change a bit and say that all is well.
///
/// Longer than other classes since it is one state, names and bytes before and after a force, that
/// every call of [Disk] and every fault changes.
public final class SimulatedDisk implements Disk {
  /// What happens at the chosen step.
  public enum Fault {
    /// Nothing ever works again until the crash.
    STOP,
    /// A write is half done, then nothing works any more.
    TEAR_AND_STOP,
    /// One step fails, the next one works.
    FAIL,
    /// One step fails for lack of space; a write leaves half of its bytes.
    FULL,
    /// One step is left out, and nothing is said.
    DROP,
    /// One write gets a bit wrong, and nothing is said.
    FLIP;

    public boolean silent() {
      return this == DROP || this == FLIP;
    }
  }

  /// What the store asks of a disk that can go wrong.
  public enum Step {
    CREATE,
    WRITE,
    RENAME,
    LINK,
    DELETE,
    SYNC_FILE,
    SYNC_FOLDER,
    MAKE_FOLDER
  }

  /// Where a fault struck.
  public record Strike(Fault fault, Step step, Path path) {}

  private static final class Node {
    final long inode;
    final boolean folder;
    byte[] data = new byte[0];
    byte[] forced = new byte[0];
    long modified;
    long changed;
    final BitSet lost = new BitSet();

    Node(long inode, boolean folder) {
      this.inode = inode;
      this.folder = folder;
    }

    byte[] withoutLost() {
      byte[] left = data.clone();
      lost.stream().filter(at -> at < left.length).forEach(at -> left[at] = 0);
      return left;
    }
  }

  /// Names that come and go in one atomic step.
  private record NameChange(Map<Path, Optional<Node>> names) {
    boolean touches(Path folder) {
      return names.keySet().stream().anyMatch(name -> folder.equals(name.getParent()));
    }

    boolean sharesNameWith(Set<Path> others) {
      return names.keySet().stream().anyMatch(others::contains);
    }
  }

  private final Map<Path, Node> names = new LinkedHashMap<>();
  private final Map<Path, Node> forcedNames = new LinkedHashMap<>();
  private final List<NameChange> unforced = new ArrayList<>();
  private final Set<Path> locks = new LinkedHashSet<>();
  private long nextInode = 1;
  private long tick = 1;
  private int boot = 1;
  private long step;
  private long faultAt = Long.MAX_VALUE;
  private boolean noDescriptors;
  private Fault fault = Fault.STOP;
  private boolean stopped;
  private Optional<Strike> strike = Optional.empty();

  public SimulatedDisk(Path existing) {
    for (Path path = existing; path != null; path = path.getParent()) {
      Node folder = new Node(nextInode++, true);
      names.put(path, folder);
      forcedNames.put(path, folder);
    }
  }

  /// Lets something go wrong some steps from now.
  public void faultIn(long steps, Fault what) {
    faultAt = step + steps;
    fault = what;
  }

  /// Whether this process has as many files open as it may: it can open no other one.
  public void descriptorsRunOut(boolean now) {
    noDescriptors = now;
  }

  private void open(Path path) throws IOException {
    if (noDescriptors) {
      throw new FileSystemException(path.toString(), null, "Too many open files");
    }
  }

  private void openToForce(Path path) throws IOException {
    try {
      open(path);
    } catch (FileSystemException e) {
      throw new NotOpenedException(e);
    }
  }

  public void noFault() {
    faultAt = Long.MAX_VALUE;
  }

  /// Where the fault struck, if it has and [#takeStrike] was not called since.
  public Optional<Strike> strike() {
    return strike;
  }

  /// Where the fault struck; a second call returns nothing.
  public Optional<Strike> takeStrike() {
    Optional<Strike> taken = strike;
    strike = Optional.empty();
    return taken;
  }

  /// A bit of what lies in a file rots.
  ///
  /// @return whether there was a bit
  public boolean rot(Path path, SplittableRandom random) {
    @Nullable Node node = names.get(path);
    if (node == null || node.data.length == 0) {
      return false;
    }
    byte[] corrupt = node.data.clone();
    corrupt[random.nextInt(corrupt.length)] ^= 1;
    node.data = corrupt;
    node.forced = corrupt;
    return true;
  }

  public boolean stopped() {
    return stopped;
  }

  /// The process ends; what it wrote stays in the page cache.
  public void kill() {
    stopped = false;
    noFault();
    locks.clear();
  }

  /// The power fails and comes back.
  public void losePower(SplittableRandom random) {
    kill();
    boot++;
    int keep = random.nextInt(3);
    Set<Path> lost = new LinkedHashSet<>();
    for (NameChange change : unforced) {
      // A later change of a name needs the earlier ones.
      if (!change.sharesNameWith(lost) && (keep == 2 || keep == 1 && random.nextBoolean())) {
        apply(change, forcedNames);
      } else {
        lost.addAll(change.names().keySet());
      }
    }
    unforced.clear();
    names.clear();
    names.putAll(forcedNames);
    names.keySet().removeIf(path -> !path.equals(path.getRoot()) && !hasFolders(path));
    forcedNames.clear();
    forcedNames.putAll(names);
    for (Node node : new LinkedHashSet<>(names.values())) {
      node.data = survived(node, random);
      node.forced = node.data;
      node.lost.clear();
    }
  }

  private boolean hasFolders(Path path) {
    for (Path up = path.getParent(); up != null; up = up.getParent()) {
      if (!forcedNames.containsKey(up)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] survived(Node node, SplittableRandom random) {
    if (Arrays.equals(node.data, node.forced)) {
      return node.data;
    }
    byte[] whole = node.withoutLost();
    int kept = Math.min(node.forced.length, whole.length);
    return switch (random.nextInt(4)) {
      case 0 -> node.forced;
      case 1 -> whole;
      case 2 -> Arrays.copyOf(whole, kept + random.nextInt(whole.length - kept + 1));
      default -> Arrays.copyOf(Arrays.copyOf(whole, kept), whole.length); // zeros in its end
    };
  }

  /// A user writes a file of this name anew: another inode.
  public void userWrites(Path path, byte[] bytes) {
    Node node = new Node(nextInode++, false);
    node.data = bytes.clone();
    node.modified = tick++;
    node.changed = node.modified;
    change(Map.of(path, Optional.of(node)));
  }

  /// The node's downloader appends to a file.
  public void appends(Path path, byte[] bytes) {
    Node node = names.get(path);
    if (node != null) {
      byte[] more = Arrays.copyOf(node.data, node.data.length + bytes.length);
      System.arraycopy(bytes, 0, more, node.data.length, bytes.length);
      node.data = more;
      node.modified = tick++;
      node.changed = node.modified;
    }
  }

  public Optional<byte[]> content(Path path) {
    return Optional.ofNullable(names.get(path)).map(node -> node.data.clone());
  }

  private void look() throws IOException {
    if (stopped) {
      throw new IOException("the simulated disk stopped");
    }
  }

  /// @return whether the step is to be left out
  private boolean step(Step what, Path path) throws IOException {
    look();
    if (++step == faultAt && fault == Fault.FLIP && what != Step.WRITE) {
      faultAt++; // only a write has bits
    }
    if (step != faultAt) {
      return false;
    }
    strike = Optional.of(new Strike(fault, what, path));
    return switch (fault) {
      case STOP, TEAR_AND_STOP -> {
        stopped = true;
        throw new IOException("the simulated disk stops");
      }
      case FAIL -> throw new IOException("simulated: Input/output error");
      case FULL -> throw new IOException("simulated: No space left on device");
      case DROP -> true;
      case FLIP -> false;
    };
  }

  private boolean tearsNow() {
    return step + 1 == faultAt && fault == Fault.TEAR_AND_STOP
        || step + 1 == faultAt && fault == Fault.FULL;
  }

  private void change(Map<Path, Optional<Node>> changes) {
    NameChange change = new NameChange(changes);
    apply(change, names);
    unforced.add(change);
  }

  private static void apply(NameChange change, Map<Path, Node> to) {
    change
        .names()
        .forEach(
            (path, node) ->
                node.ifPresentOrElse(found -> to.put(path, found), () -> to.remove(path)));
  }

  private Node node(Path path) throws NoSuchFileException {
    @Nullable Node node = names.get(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  private void requireParent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && !node(parent).folder) {
      throw new IOException(parent + " is no folder");
    }
  }

  @Override
  public DiskFile create(Path file) throws IOException {
    boolean left = step(Step.CREATE, file);
    requireParent(file);
    if (names.containsKey(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    Node node = new Node(nextInode++, false);
    node.modified = tick++;
    if (!left) {
      change(Map.of(file, Optional.of(node)));
    }
    return new OpenFile(file, node);
  }

  @Override
  public DiskFile append(Path file, long sizeBytes) throws IOException {
    look();
    open(file);
    Node node = node(file);
    node.data = Arrays.copyOf(node.data, (int) sizeBytes);
    return new OpenFile(file, node);
  }

  @Override
  public DiskFile read(Path file) throws IOException {
    look();
    open(file);
    return new OpenFile(file, node(file));
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    boolean left = step(Step.RENAME, from);
    requireParent(to);
    Node node = node(from);
    if (left) {
      return;
    }
    node.changed = tick++;
    change(Map.of(from, Optional.empty(), to, Optional.of(node)));
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    boolean left = step(Step.LINK, existing);
    requireParent(name);
    if (names.containsKey(name)) {
      throw new FileAlreadyExistsException(name.toString());
    }
    Node node = node(existing);
    if (left) {
      return;
    }
    node.changed = tick++;
    change(Map.of(name, Optional.of(node)));
  }

  @Override
  public boolean delete(Path file) throws IOException {
    boolean left = step(Step.DELETE, file);
    if (!names.containsKey(file)) {
      return false;
    }
    if (!left) {
      change(Map.of(file, Optional.empty()));
    }
    return true;
  }

  @Override
  public void forceFile(Path file) throws IOException {
    look();
    openToForce(file);
    force(file, node(file));
  }

  private void force(Path path, Node node) throws IOException {
    boolean left;
    try {
      left = step(Step.SYNC_FILE, path);
    } catch (IOException e) {
      if (!stopped) {
        // As Linux has it: the pages count as clean now, and no later force writes them.
        node.lost.set(node.forced.length, Math.max(node.forced.length, node.data.length));
      }
      throw e;
    }
    if (!left) {
      node.forced = node.withoutLost();
    }
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    openToForce(folder);
    boolean left = step(Step.SYNC_FOLDER, folder);
    node(folder);
    if (left) {
      return;
    }
    forceNames(folder);
  }

  private void forceNames(Path folder) {
    Set<Path> needed = new LinkedHashSet<>();
    List<NameChange> rest = new ArrayList<>();
    List<NameChange> due = new ArrayList<>();
    for (NameChange change : unforced.reversed()) {
      if (change.touches(folder) || change.sharesNameWith(needed)) {
        needed.addAll(change.names().keySet());
        due.addFirst(change);
      } else {
        rest.addFirst(change);
      }
    }
    due.forEach(change -> apply(change, forcedNames));
    unforced.clear();
    unforced.addAll(rest);
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    boolean left = step(Step.MAKE_FOLDER, folder);
    Path parent = folder.getParent();
    if (parent != null && !names.containsKey(parent)) {
      createFolders(parent);
    }
    if (!left && !names.containsKey(folder)) {
      change(Map.of(folder, Optional.of(new Node(nextInode++, true))));
    }
  }

  @Override
  public List<Entry> list(Path folder) throws IOException {
    look();
    List<Entry> found = new ArrayList<>();
    names.forEach(
        (path, node) -> {
          if (folder.equals(path.getParent())) {
            found.add(
                new Entry(String.valueOf(path.getFileName()), node.folder ? -1 : node.data.length));
          }
        });
    return found;
  }

  @Override
  public Optional<FileStamp> stat(Path path) throws IOException {
    look();
    return Optional.ofNullable(names.get(path))
        .map(
            node ->
                new FileStamp(
                    !node.folder, node.data.length, node.modified, node.changed, node.inode));
  }

  @Override
  public Optional<Closeable> lock(Path file) throws IOException {
    look();
    return locks.add(file) ? Optional.of(() -> locks.remove(file)) : Optional.empty();
  }

  @Override
  public boolean isWritable(Path folder) {
    return true;
  }

  @Override
  public long usableBytes(Path folder) {
    return Long.MAX_VALUE / 2;
  }

  @Override
  public Optional<String> bootId() {
    return Optional.of("boot-" + boot);
  }

  private final class OpenFile implements DiskFile {
    private final Path path;
    private final Node node;

    OpenFile(Path path, Node node) {
      this.path = path;
      this.node = node;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      if (tearsNow() && !stopped) {
        append(bytes.slice(bytes.position(), bytes.remaining() / 2));
      }
      int start = node.data.length;
      boolean flips = step + 1 == faultAt && fault == Fault.FLIP;
      if (step(Step.WRITE, path)) {
        bytes.position(bytes.limit());
        return;
      }
      append(bytes);
      if (flips && node.data.length > start) {
        node.data[start + (node.data.length - start) / 2] ^= 1;
      }
    }

    private void append(ByteBuffer bytes) {
      int at = node.data.length;
      byte[] more = Arrays.copyOf(node.data, at + bytes.remaining());
      bytes.get(more, at, bytes.remaining());
      node.data = more;
      node.modified = tick++;
    }

    @Override
    public int read(ByteBuffer into, long positionBytes) throws IOException {
      look();
      if (positionBytes >= node.data.length) {
        return -1;
      }
      int size = Math.min(into.remaining(), node.data.length - (int) positionBytes);
      into.put(node.data, (int) positionBytes, size);
      return size;
    }

    @Override
    public long sizeBytes() throws IOException {
      look();
      return node.data.length;
    }

    @Override
    public void force() throws IOException {
      SimulatedDisk.this.force(path, node);
    }

    @Override
    public Optional<FileChannel> channel() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
