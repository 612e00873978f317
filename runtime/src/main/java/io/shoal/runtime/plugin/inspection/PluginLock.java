package io.shoal.runtime.plugin.inspection;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The plugins that were installed, with the digests of what was checked then: the file
/// `plugins.lock`. Each line has the id, the version, the SHA-256, the name in the folder of
/// plugins and the publisher; `#` begins a comment.
///
/// @param entries at most one for each id
public record PluginLock(List<Entry> entries) {

  /// Nothing was recorded.
  public static final PluginLock EMPTY = new PluginLock(List.of());

  /// A line has less than 400 bytes, and no node has thousands of plugins.
  private static final int MAX_SIZE_BYTES = 1 << 20;

  private static final String HEAD =
      """
      # The plugins of this package: id, version, SHA-256, name in plugins/, publisher.
      # 'shoal plugins' keeps this file; plugins.policy in conf/shoal.yaml makes nodes hold to it.
      """;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,199}");

  public PluginLock {
    entries = entries.stream().sorted(Comparator.comparing(Entry::id)).toList();
  }

  /// One plugin.
  ///
  /// @param sha256 of its file, or of its folder as the plugin guide defines it; hex in lower case
  /// @param file its name in the folder of plugins
  /// @param publisher [#PACKAGE], the key of the publisher who signed it as the configuration has
  ///   it, or [#UNKNOWN]
  public record Entry(String id, String version, String sha256, String file, String publisher) {

    /// It came with the package.
    public static final String PACKAGE = "package";

    /// Nobody signed it whom the configuration knew.
    public static final String UNKNOWN = "-";

    private String line() {
      return String.join(" ", id, version, sha256, file, publisher);
    }

    private boolean isWellFormed() {
      return PluginIds.isValid(id)
          && DIGEST.matcher(sha256).matches()
          && FILE.matcher(file).matches();
    }
  }

  /// Reads the file; one that is not there records nothing.
  ///
  /// @throws UserFaultException it is damaged
  public static PluginLock read(Path file) throws UserFaultException, IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_SIZE_BYTES + 1);
    } catch (NoSuchFileException e) {
      return EMPTY;
    }
    if (bytes.length > MAX_SIZE_BYTES) {
      throw new UserFaultException(
          file
              + " is larger than "
              + Units.exactSize(MAX_SIZE_BYTES)
              + ": it is not a plugins.lock, put the right one there");
    }
    List<Entry> entries = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").strip();
      if (line.isEmpty()) {
        continue;
      }
      String[] words = line.split("\\s+", -1);
      Optional<Entry> entry =
          words.length == 5
              ? Optional.of(new Entry(words[0], words[1], words[2], words[3], words[4]))
              : Optional.empty();
      if (entry.filter(Entry::isWellFormed).isEmpty() || !ids.add(words[0])) {
        throw new UserFaultException(
            "%s: line %d is not 'ID VERSION SHA256 FILE PUBLISHER' of a plugin that has no other line: correct or remove it"
                .formatted(file, i + 1));
      }
      entry.ifPresent(entries::add);
    }
    return new PluginLock(entries);
  }

  /// Replaces the file, atomically and durably.
  public void write(Path file) throws IOException {
    StringBuilder text = new StringBuilder(HEAD);
    entries.forEach(entry -> text.append(entry.line()).append('\n'));
    AtomicFiles.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    // Those who may use the package read it, whoever installed it.
    if (PrivateFile.supportsPermissions(file)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
  }

  /// Whether the name of a file can be recorded.
  public static boolean takes(Path file) {
    return FILE.matcher(String.valueOf(file.getFileName())).matches();
  }

  /// What is recorded of a plugin.
  public Optional<Entry> find(String id) {
    return entries.stream().filter(entry -> entry.id().equals(id)).findFirst();
  }

  /// The same with an entry, in the place of one that has its id.
  public PluginLock with(Entry entry) {
    return new PluginLock(
        Stream.concat(without(entry.id()).entries.stream(), Stream.of(entry)).toList());
  }

  /// The same without a plugin.
  public PluginLock without(String id) {
    return new PluginLock(entries.stream().filter(entry -> !entry.id().equals(id)).toList());
  }

  /// Whether a plugin with these bytes was installed.
  boolean holds(String sha256) {
    return entries.stream().anyMatch(entry -> entry.sha256().equals(sha256));
  }

  /// Whether a plugin with these bytes came with the package.
  public boolean isOfPackage(String sha256) {
    return entries.stream()
        .anyMatch(
            entry -> entry.sha256().equals(sha256) && entry.publisher().equals(Entry.PACKAGE));
  }

  /// Whether a file or folder of this name was installed.
  boolean names(String file) {
    return entries.stream().anyMatch(entry -> entry.file().equals(file));
  }
}
