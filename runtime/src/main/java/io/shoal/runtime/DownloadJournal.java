package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which downloads have begun and not ended, each in a file of its own: tells whose `NAME.part`
/// this is, keeps garbage collection from the nodes that are here, and is what `shoal ls` shows as
/// partial. Usable from any thread.
final class DownloadJournal {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadJournal.class);

  /// A download that has begun.
  ///
  /// @param root what
  /// @param target where it will be
  record Begun(Cid root, Path target) {}

  private final Path folder;

  DownloadJournal(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  Optional<Begun> at(Path target) {
    return read(file(target));
  }

  /// Written before the first byte of the part is.
  void begin(Begun begun) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("root", begun.root().toString());
    properties.setProperty("target", begun.target().toString());
    StringWriter text = new StringWriter();
    properties.store(text, null);
    AtomicFiles.replace(file(begun.target()), text.toString().getBytes(StandardCharsets.UTF_8));
  }

  void end(Path target) throws IOException {
    Files.deleteIfExists(file(target));
  }

  List<Begun> all() throws IOException {
    List<Begun> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> file.getFileName().toString().endsWith(".download"))
          .forEach(file -> read(file).ifPresent(all::add));
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
