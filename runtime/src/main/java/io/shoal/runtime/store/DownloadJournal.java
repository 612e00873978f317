package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.DiskReserve;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.file.Sha256;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which downloads have begun and not ended, each in a file of its own: says to which download a
/// `NAME.part` belongs, protects the nodes that are here from garbage collection, and is what
/// `shoal ls` shows as partial. Usable from any thread; an entry is written or deleted under the
/// lock, so that of two changes for one target the later wins.
public final class DownloadJournal {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadJournal.class);

  /// Follows a name until the download is complete.
  private static final String PART_SUFFIX = ".part";

  /// A download that has begun.
  ///
  /// @param root what
  /// @param target where it will be
  public record Begun(Cid root, Path target) {
    /// Where its bytes are until then.
    public Path part() {
      return partOf(target);
    }
  }

  private final Path folder;
  private final DiskReserve reserve;
  private final boolean lasting;

  /// Targets whose entries are to be deleted once it is durable that their parts are gone.
  private final Set<Path> ended = ConcurrentHashMap.newKeySet();

  /// Where the bytes of a download to `target` are until it is complete.
  public static Path partOf(Path target) {
    return target.resolveSibling(
        NameRules.withSuffix(String.valueOf(target.getFileName()), PART_SUFFIX));
  }

  /// @param reserve given up for an entry if the disk is full: the download itself may go to
  ///   another
  /// @param lasting whether a later process finds the entries
  public DownloadJournal(Path folder, DiskReserve reserve, boolean lasting) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.reserve = reserve;
    this.lasting = lasting;
  }

  /// Deletes the entries of downloads that an earlier process ended.
  public void forgetEnded() throws IOException {
    for (Begun begun : all()) {
      if (!Files.exists(begun.part(), LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(file(begun.target()));
      }
    }
  }

  /// Whether a later process can go on with a download that ends before it is complete.
  public boolean isLasting() {
    return lasting;
  }

  public Optional<Begun> at(Path target) {
    return ended.contains(target) ? Optional.empty() : read(file(target));
  }

  /// Written before the first byte of the part is.
  public synchronized void begin(Begun begun) throws IOException {
    ended.remove(begun.target());
    write(begun);
  }

  private void write(Begun begun) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("root", begun.root().toString());
    properties.setProperty("target", begun.target().toString());
    reserve.change(() -> AtomicFiles.replace(file(begun.target()), properties));
  }

  /// The part is gone: renamed, or deleted. The entry goes at the next [#sweep]: a power loss can
  /// take the rename back, and a part without an entry would be in the way forever.
  public void end(Path target) {
    ended.add(target);
  }

  /// Deletes the entries of what has ended; takes as long as a disk does.
  public void sweep() {
    for (Path target : List.copyOf(ended)) {
      Path parent = target.getParent();
      try {
        if (parent != null && Files.isDirectory(parent)) {
          AtomicFiles.forceFolder(parent);
        }
        delete(target);
      } catch (IOException e) {
        LOG.debug("the entry of {} stays for now", target, e);
      }
    }
  }

  private synchronized void delete(Path target) throws IOException {
    if (ended.contains(target)) {
      Files.deleteIfExists(file(target));
      ended.remove(target);
    }
  }

  public List<Begun> all() throws IOException {
    List<Begun> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> file.getFileName().toString().endsWith(".download"))
          .forEach(
              file ->
                  read(file).filter(begun -> !ended.contains(begun.target())).ifPresent(all::add));
    }
    return all;
  }

  private Optional<Begun> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      properties.load(in);
      String root = properties.getProperty("root", "");
      String target = properties.getProperty("target", "");
      return Optional.of(new Begun(Cid.parse(root), file.getFileSystem().getPath(target)));
    } catch (IOException | InvalidInputException | IllegalArgumentException e) {
      LOG.warn("{} is not readable and is ignored: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private Path file(Path target) {
    byte[] digest = Sha256.of(target.toString().getBytes(StandardCharsets.UTF_8));
    return folder.resolve(HexFormat.of().formatHex(digest, 0, 12) + ".download");
  }
}
