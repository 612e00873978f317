package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
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
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The roots that are here: pins, adopted roots, names, whole-file digests. A journal of lines,
/// each with a checksum; what stands in it is durable when a method returns, and the caller has
/// made the content durable before. A torn last line is what a crash left and is ignored. Usable
/// from any thread.
final class RootIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RootIndex.class);

  /// Lines beyond the living ones after which the journal is written anew.
  private static final int MAX_DEAD_LINES = 4_096;

  private static final String KEPT = "root";
  private static final String GONE = "gone";

  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Cid, KeptRoot> roots = new LinkedHashMap<>();
  private final Map<String, Cid> byDigest = new LinkedHashMap<>();
  private FileChannel channel;
  private int lines;

  RootIndex(Path folder) throws IOException {
    this.file = folder.resolve("roots.journal");
    if (Files.exists(file)) {
      for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\n", -1)) {
        lines++;
        if (!line.isEmpty() && !replay(line)) {
          LOG.warn("{}: line {} is not readable and is ignored", file, lines);
        }
      }
    }
    rewrite();
    this.channel = open();
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  private boolean replay(String line) {
    String[] fields = line.split(" ", -1);
    if (fields.length < 3
        || !checksum(line.substring(0, line.lastIndexOf(' '))).equals(fields[fields.length - 1])) {
      return false;
    }
    try {
      Cid cid = Cid.parse(fields[1]);
      if (fields[0].equals(GONE)) {
        drop(cid);
      } else if (fields[0].equals(KEPT) && fields.length == 9) {
        take(
            new KeptRoot(
                cid,
                decoded(fields[2]).orElse(""),
                Long.parseLong(fields[3]),
                fields[4].equals("folder"),
                fields[5].equals("pinned"),
                decoded(fields[6]).map(Path::of),
                decoded(fields[7])));
      }
      return true;
    } catch (InvalidInputException | IllegalArgumentException e) {
      return false;
    }
  }

  private static String line(KeptRoot root) {
    String text =
        String.join(
            " ",
            KEPT,
            root.cid().toString(),
            encoded(root.name()),
            Long.toString(root.sizeBytes()),
            root.folder() ? "folder" : "file",
            root.pinned() ? "pinned" : "loose",
            encoded(root.path().map(Path::toString).orElse("")),
            encoded(root.sha256().orElse("")));
    return text + " " + checksum(text) + "\n";
  }

  private static String encoded(String text) {
    return text.isEmpty() ? "-" : "=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Optional<String> decoded(String field) {
    return field.equals("-")
        ? Optional.empty()
        : Optional.of(URLDecoder.decode(field.substring(1), StandardCharsets.UTF_8));
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  private void take(KeptRoot root) {
    drop(root.cid());
    roots.put(root.cid(), root);
    root.sha256().ifPresent(digest -> byDigest.put(digest, root.cid()));
  }

  private void drop(Cid cid) {
    KeptRoot old = roots.remove(cid);
    if (old != null) {
      old.sha256().ifPresent(digest -> byDigest.remove(digest, cid));
    }
  }

  /// Adds a root, or adds to what is known of it. Its content is durable already.
  void put(KeptRoot root) throws IOException {
    lock.lock();
    try {
      KeptRoot old = roots.get(root.cid());
      replace(old == null ? root : root.over(old));
    } finally {
      lock.unlock();
    }
  }

  private void replace(KeptRoot root) throws IOException {
    if (!root.equals(roots.get(root.cid()))) {
      append(line(root));
      take(root);
    }
  }

  /// @return whether there was such a root, pinned or not as it is now to be
  boolean setPinned(Cid cid, boolean pinned) throws IOException {
    lock.lock();
    try {
      KeptRoot old = roots.get(cid.toV1());
      if (old == null) {
        return false;
      }
      if (!pinned && old.path().isEmpty()) {
        removeLocked(old.cid());
      } else {
        replace(old.withPinned(pinned));
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Adds the whole-file digest to a root, if that is still there.
  ///
  /// @return whether it is
  boolean setDigest(Cid cid, String sha256) throws IOException {
    lock.lock();
    try {
      KeptRoot old = roots.get(cid.toV1());
      if (old == null) {
        return false;
      }
      replace(old.withDigest(sha256));
      return true;
    } finally {
      lock.unlock();
    }
  }

  void remove(Cid cid) throws IOException {
    lock.lock();
    try {
      removeLocked(cid.toV1());
    } finally {
      lock.unlock();
    }
  }

  private void removeLocked(Cid cid) throws IOException {
    if (roots.containsKey(cid)) {
      String text = GONE + " " + cid;
      append(text + " " + checksum(text) + "\n");
      drop(cid);
    }
  }

  Optional<KeptRoot> get(Cid cid) {
    lock.lock();
    try {
      return Optional.ofNullable(roots.get(cid.toV1()));
    } finally {
      lock.unlock();
    }
  }

  Optional<KeptRoot> byDigest(String sha256) {
    lock.lock();
    try {
      return Optional.ofNullable(byDigest.get(sha256)).map(roots::get);
    } finally {
      lock.unlock();
    }
  }

  List<KeptRoot> all() {
    lock.lock();
    try {
      return new ArrayList<>(roots.values());
    } finally {
      lock.unlock();
    }
  }

  private void append(String line) throws IOException {
    if (lines - roots.size() > MAX_DEAD_LINES + roots.size()) {
      channel.close();
      rewrite();
      channel = open();
    }
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
    lines++;
  }

  private void rewrite() throws IOException {
    StringBuilder text = new StringBuilder();
    roots.values().forEach(root -> text.append(line(root)));
    AtomicFiles.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    lines = roots.size();
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      channel.close();
    } finally {
      lock.unlock();
    }
  }
}
