package io.shoal.runtime.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// A disk in memory that forgets as a real one may: what was not forced is there after a power
/// loss, or not, page by page and name by name. It can fail one step, write half, and stop. Usable
/// from any thread; files that were open when it stopped stay dead.
public final class SimulatedFiles {
  private static final int PAGE_BYTES = 4096;

  /// What happens at the chosen step.
  public enum Fault {
    STOP,
    TEAR_AND_STOP,
    FAIL,
    FULL
  }

  /// What can go wrong.
  enum Step {
    CREATE,
    WRITE,
    CUT,
    RENAME,
    DELETE,
    SYNC,
    MAKE_FOLDER,
    /// Of a store that stands on this disk.
    STORE
  }

  /// A file or folder.
  public static final class Node {
    final long inode;
    final boolean folder;
    private byte[] data = new byte[0];
    private byte[] forced = new byte[0];
    private long modified;

    Node(long inode, boolean folder) {
      this.inode = inode;
      this.folder = folder;
    }
  }

  /// What is at a path.
  public record Stat(boolean folder, long sizeBytes, long modified, long inode) {}

  private record NameChange(Map<String, Optional<Node>> names) {
    boolean touches(String folder) {
      return names.keySet().stream().anyMatch(name -> parent(name).equals(folder));
    }

    boolean sharesNameWith(Set<String> others) {
      return names.keySet().stream().anyMatch(others::contains);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Node> names = new LinkedHashMap<>();
  private final Map<String, Node> forcedNames = new LinkedHashMap<>();
  private final List<NameChange> unforced = new ArrayList<>();
  private long nextInode = 1;
  private long tick = 1;
  private int life;
  private long step;
  private long faultAt = Long.MAX_VALUE;
  private Fault fault = Fault.STOP;
  private boolean stopped;
  private boolean quiet;
  private Optional<String> struck = Optional.empty();
  private final Map<String, Long> readBytes = new HashMap<>();

  public SimulatedFiles() {
    Node root = new Node(nextInode++, true);
    names.put("/", root);
    forcedNames.put("/", root);
  }

  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  /// Something that may fail as a disk does.
  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T locked(Work<T> work) throws IOException {
    lock.lock();
    try {
      if (stopped) {
        throw new IOException("the simulated disk stopped");
      }
      return work.run();
    } finally {
      lock.unlock();
    }
  }

  /// Lets something go wrong some steps from now.
  public void faultIn(long steps, Fault what) {
    lock.lock();
    try {
      faultAt = step + steps;
      fault = what;
      struck = Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /// Lets nothing go wrong for a while: what a user does is none of the node's steps.
  public void quiet(boolean now) {
    lock.lock();
    try {
      quiet = now;
    } finally {
      lock.unlock();
    }
  }

  /// Where the fault struck.
  public Optional<String> struck() {
    lock.lock();
    try {
      return struck;
    } finally {
      lock.unlock();
    }
  }

  public boolean stopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  /// Nothing works from now on.
  public void stop() {
    lock.lock();
    try {
      stopped = true;
    } finally {
      lock.unlock();
    }
  }

  public int life() {
    lock.lock();
    try {
      return life;
    } finally {
      lock.unlock();
    }
  }

  /// Works again; what was not forced is still there.
  public void revive() {
    lock.lock();
    try {
      stopped = false;
      faultAt = Long.MAX_VALUE;
      life++;
    } finally {
      lock.unlock();
    }
  }

  /// Works again; of what was not forced some is there.
  public void losePower(Random random) {
    lock.lock();
    try {
      revive();
      int keep = random.nextInt(3);
      Set<String> lost = new LinkedHashSet<>();
      for (NameChange change : unforced) {
        if (!change.sharesNameWith(lost) && (keep == 2 || keep == 1 && random.nextBoolean())) {
          apply(change, forcedNames);
        } else {
          lost.addAll(change.names().keySet());
        }
      }
      unforced.clear();
      names.clear();
      names.putAll(forcedNames);
      names.keySet().removeIf(path -> !path.equals("/") && !hasFolders(path));
      forcedNames.clear();
      forcedNames.putAll(names);
      for (Node node : new LinkedHashSet<>(names.values())) {
        node.data = survived(node, random);
        node.forced = node.data.clone();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean hasFolders(String path) {
    for (String up = parent(path); !up.equals("/"); up = parent(up)) {
      if (!forcedNames.containsKey(up)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] survived(Node node, Random random) {
    if (Arrays.equals(node.data, node.forced)) {
      return node.data;
    }
    int mode = random.nextInt(3);
    if (mode == 0) {
      return node.forced.clone();
    }
    byte[] left = Arrays.copyOf(node.forced, node.data.length);
    for (int at = 0; at < left.length; at += PAGE_BYTES) {
      if (mode == 1 || random.nextBoolean()) {
        System.arraycopy(node.data, at, left, at, Math.min(PAGE_BYTES, left.length - at));
      }
    }
    return left;
  }

  private void step(Step what, String path) throws IOException {
    if (quiet || ++step != faultAt) {
      return;
    }
    struck = Optional.of(fault + " at " + what + " of " + path);
    switch (fault) {
      case STOP, TEAR_AND_STOP -> {
        stopped = true;
        throw new FileSystemException(path, null, "the simulated disk stops");
      }
      case FAIL -> throw new FileSystemException(path, null, "Input/output error");
      case FULL -> throw new FileSystemException(path, null, "No space left on device");
    }
  }

  private void change(Map<String, Optional<Node>> changes) {
    NameChange change = new NameChange(changes);
    apply(change, names);
    unforced.add(change);
  }

  private static void apply(NameChange change, Map<String, Node> to) {
    change
        .names()
        .forEach(
            (path, node) ->
                node.ifPresentOrElse(found -> to.put(path, found), () -> to.remove(path)));
  }

  private Node at(String path) throws NoSuchFileException {
    Node node = names.get(path);
    if (node == null) {
      throw new NoSuchFileException(path);
    }
    return node;
  }

  public Optional<Stat> stat(String path) throws IOException {
    return locked(
        () ->
            Optional.ofNullable(names.get(path))
                .map(node -> new Stat(node.folder, node.data.length, node.modified, node.inode)));
  }

  /// Opens a file, or makes it.
  ///
  /// @param create whether to make it if it is not there
  /// @param exclusive whether it must not be there
  public Node open(String path, boolean create, boolean exclusive, boolean cut) throws IOException {
    return locked(
        () -> {
          Node node = names.get(path);
          if (node == null) {
            if (!create) {
              throw new NoSuchFileException(path);
            }
            at(parent(path));
            step(Step.CREATE, path);
            node = new Node(nextInode++, false);
            node.modified = tick++;
            change(Map.of(path, Optional.of(node)));
          } else if (exclusive) {
            throw new FileAlreadyExistsException(path);
          }
          if (cut && node.data.length > 0) {
            step(Step.CUT, path);
            node.data = new byte[0];
            node.modified = tick++;
          }
          return node;
        });
  }

  void makeFolder(String path) throws IOException {
    locked(
        () -> {
          if (names.containsKey(path)) {
            throw new FileAlreadyExistsException(path);
          }
          at(parent(path));
          step(Step.MAKE_FOLDER, path);
          change(Map.of(path, Optional.of(new Node(nextInode++, true))));
          return true;
        });
  }

  List<String> list(String folder) throws IOException {
    return locked(
        () -> {
          at(folder);
          return names.keySet().stream()
              .filter(path -> !path.equals("/") && parent(path).equals(folder))
              .toList();
        });
  }

  void delete(String path) throws IOException {
    locked(
        () -> {
          Node node = at(path);
          if (node.folder && !list(path).isEmpty()) {
            throw new DirectoryNotEmptyException(path);
          }
          step(Step.DELETE, path);
          change(Map.of(path, Optional.empty()));
          return true;
        });
  }

  /// Renames atomically, replacing what is there; what is below goes along.
  public void move(String from, String to) throws IOException {
    locked(
        () -> {
          Node node = at(from);
          at(parent(to));
          step(Step.RENAME, from);
          Map<String, Optional<Node>> changes = new LinkedHashMap<>();
          for (Map.Entry<String, Node> each : new ArrayList<>(names.entrySet())) {
            if (each.getKey().startsWith(from + "/")) {
              changes.put(each.getKey(), Optional.empty());
              changes.put(
                  to + each.getKey().substring(from.length()), Optional.of(each.getValue()));
            }
          }
          changes.put(from, Optional.empty());
          changes.put(to, Optional.of(node));
          change(changes);
          return true;
        });
  }

  int write(String path, Node node, ByteBuffer bytes, long position, int ofLife)
      throws IOException {
    return locked(
        () -> {
          requireLife(ofLife);
          if (step + 1 == faultAt && (fault == Fault.TEAR_AND_STOP || fault == Fault.FULL)) {
            put(node, bytes.slice(bytes.position(), bytes.remaining() / 2), position);
          }
          step(Step.WRITE, path);
          return put(node, bytes, position);
        });
  }

  private int put(Node node, ByteBuffer bytes, long position) {
    int size = bytes.remaining();
    int end = Math.toIntExact(position + size);
    if (end > node.data.length) {
      node.data = Arrays.copyOf(node.data, end);
    }
    bytes.get(node.data, (int) position, size);
    node.modified = tick++;
    return size;
  }

  /// How much of a file was read since this was last asked.
  public long takeReadBytes(String path) {
    lock.lock();
    try {
      return Optional.ofNullable(readBytes.remove(path)).orElse(0L);
    } finally {
      lock.unlock();
    }
  }

  /// A store that stands on this disk changes something.
  public void storeStep(String what) throws IOException {
    locked(
        () -> {
          step(Step.STORE, what);
          return true;
        });
  }

  public int read(String path, Node node, ByteBuffer into, long position, int ofLife)
      throws IOException {
    return locked(
        () -> {
          requireLife(ofLife);
          if (position >= node.data.length) {
            return into.hasRemaining() ? -1 : 0;
          }
          int size = (int) Math.min(into.remaining(), node.data.length - position);
          into.put(node.data, (int) position, size);
          readBytes.merge(path, (long) size, Long::sum);
          return size;
        });
  }

  long size(Node node) throws IOException {
    return locked(() -> (long) node.data.length);
  }

  void cut(String path, Node node, long size, int ofLife) throws IOException {
    locked(
        () -> {
          requireLife(ofLife);
          if (size < node.data.length) {
            step(Step.CUT, path);
            node.data = Arrays.copyOf(node.data, (int) size);
            node.modified = tick++;
          }
          return true;
        });
  }

  private void requireLife(int ofLife) throws IOException {
    if (ofLife != life) {
      throw new IOException("the process that opened this has ended");
    }
  }

  /// Forces a file's bytes, or the names in a folder.
  public void force(String path, Node node) throws IOException {
    locked(
        () -> {
          step(Step.SYNC, path);
          if (node.folder) {
            forceNames(path);
          } else {
            node.forced = node.data.clone();
          }
          return true;
        });
  }

  private void forceNames(String folder) {
    Set<String> needed = new LinkedHashSet<>();
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

  /// Forces everything: what stands before a test begins.
  public void forceAll() {
    lock.lock();
    try {
      unforced.clear();
      forcedNames.clear();
      forcedNames.putAll(names);
      names.values().forEach(node -> node.forced = node.data.clone());
    } finally {
      lock.unlock();
    }
  }
}
