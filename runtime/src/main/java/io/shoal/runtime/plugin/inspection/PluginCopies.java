package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The node's own copies of plugins: of zips, which are unpacked, and of all plugins where only
/// approved ones may be loaded or files may be replaced meanwhile. Each file is read once, into a
/// folder of this user alone: what was hashed on the way is what is loaded, whatever becomes of the
/// file meanwhile. Nothing of an earlier run is used, since it may have been changed. Used by one
/// thread.
final class PluginCopies implements AutoCloseable {

  /// The most bytes that one plugin may have, unpacked: ten times the largest one known.
  static final long MAX_SIZE_BYTES = 1L << 30;

  /// The most files in a plugin's folder, so that a wrong folder ends with a message.
  private static final int MAX_FILES = 10_000;

  private static final String LIB = "lib/";

  /// A name in a `Class-Path` that stays beside the jar.
  private static final String BESIDE = "[A-Za-z0-9_+-][A-Za-z0-9._+-]*";

  private final Path folder;
  private Optional<Path> run = Optional.empty();
  private int count;

  /// @param folder made when needed; whatever is in it goes
  PluginCopies(Path folder) {
    this.folder = folder;
  }

  /// What was copied.
  ///
  /// @param path the jar or folder to load from; for a zip the zip itself
  /// @param sha256 of a file, in hex; of a folder that of the lines that `find . -type f | LC_ALL=C
  ///   sort | xargs sha256sum` prints in it
  record Copy(Path path, String sha256) {}

  /// Removes what an earlier run left when it was killed.
  void sweep() throws IOException {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> old = Files.list(folder)) {
        for (Path each : old.toList()) {
          delete(each);
        }
      }
    }
  }

  /// Copies the files of a plugin where no digest is asked for: hashing takes a tenth of a start.
  PluginArtifact unhashed(PluginArtifact plugin) throws IOException, UnusablePluginException {
    Path copy = place();
    boolean single = plugin.jars().contains(plugin.root());
    if (!single) {
      Files.copy(
          plugin.root().resolve(PluginArtifact.PROPERTIES),
          copy.resolve(PluginArtifact.PROPERTIES));
    }
    Path into = single ? copy : Files.createDirectory(copy.resolve(LIB));
    long size = 0;
    List<Path> jars = new ArrayList<>();
    for (Path jar : plugin.jars()) {
      size += Files.size(jar);
      requireSize(size, MAX_SIZE_BYTES);
      jars.add(Files.copy(jar, into.resolve(jar.getFileName())));
    }
    return new PluginArtifact(plugin.location(), single ? jars.getFirst() : copy, jars);
  }

  /// Copies a jar or a zip.
  Copy file(Path location) throws IOException, UnusablePluginException {
    Path copy = place().resolve(location.getFileName());
    MessageDigest digest = Sha256.begin();
    try (InputStream in = Files.newInputStream(location)) {
      copy(in, Optional.of(copy), digest, MAX_SIZE_BYTES);
    }
    return new Copy(copy, HexFormat.of().formatHex(digest.digest()));
  }

  /// Copies what is loaded of a plugin's folder, and hashes all that is in it.
  ///
  /// @throws UnusablePluginException a link is in it: the digest says nothing of what is behind it
  Copy folder(Path location) throws IOException, UnusablePluginException {
    Path copy = place();
    Files.createDirectory(copy.resolve(LIB));
    long size = 0;
    MessageDigest all = Sha256.begin();
    for (Map.Entry<String, Path> file : files(location).entrySet()) {
      MessageDigest digest = Sha256.begin();
      try (InputStream in =
          Files.newInputStream(
              file.getValue(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        Optional<Path> into = placeOf(copy, file.getKey());
        size += copy(in, into, digest, MAX_SIZE_BYTES - size);
      }
      all.update(PluginDigest.line(HexFormat.of().formatHex(digest.digest()), file.getKey()));
    }
    return new Copy(copy, HexFormat.of().formatHex(all.digest()));
  }

  /// The files in a folder by their names from there, in the order of these.
  static Map<String, Path> files(Path location) throws IOException, UnusablePluginException {
    Map<String, Path> files = new TreeMap<>();
    List<Path> found;
    try (Stream<Path> tree = Files.walk(location)) {
      found = new ArrayList<>(tree.limit(MAX_FILES + 1L).toList());
    }
    if (found.size() > MAX_FILES) {
      throw new UnusablePluginException(
          Reason.UNREADABLE,
          "it has more than %,d files: it is not a plugin, move it elsewhere".formatted(MAX_FILES));
    }
    for (Path path : found) {
      String name = location.relativize(path).toString().replace('\\', '/');
      // The folder itself may be a link: its name is the user's.
      if (!name.isEmpty() && Files.isSymbolicLink(path)) {
        throw new UnusablePluginException(
            Reason.NOT_ALLOWED,
            "its %s is a link, and a digest does not cover what is behind one: put the files themselves there"
                .formatted(name));
      }
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        files.put(name, path);
      }
    }
    return files;
  }

  /// Unpacks a copied zip beside it.
  Path unpacked(Path zip) throws IOException, UnusablePluginException {
    Path into = place();
    Files.createDirectory(into.resolve(LIB));
    long size = 0;
    try (ZipFile archive = new ZipFile(zip.toFile())) {
      for (Enumeration<? extends ZipEntry> all = archive.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        Optional<Path> file = placeOf(into, entry.getName());
        if (file.isPresent()) {
          try (InputStream in = archive.getInputStream(entry)) {
            size += copy(in, file, Sha256.begin(), MAX_SIZE_BYTES - size);
          }
        }
      }
    }
    Files.delete(zip);
    return into;
  }

  /// Only what a plugin consists of is taken, to names that are made here: nothing in it can lead
  /// elsewhere.
  private static Optional<Path> placeOf(Path root, String entry) {
    boolean wanted =
        entry.equals(PluginArtifact.PROPERTIES) || entry.matches("lib/[^/\\\\\0:]{1,200}\\.jar");
    return wanted ? Optional.of(root.resolve(entry)) : Optional.empty();
  }

  private static long copy(InputStream in, Optional<Path> into, MessageDigest digest, long most)
      throws IOException, UnusablePluginException {
    try (OutputStream out =
        into.isPresent()
            ? Files.newOutputStream(
                into.get(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
            : OutputStream.nullOutputStream()) {
      byte[] buffer = new byte[1 << 16];
      long size = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        size += read;
        requireSize(size, most);
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
      return size;
    }
  }

  private static void requireSize(long size, long most) throws UnusablePluginException {
    if (size > most) {
      throw new UnusablePluginException(
          Reason.UNREADABLE,
          "it unpacks to more than "
              + Units.exactSize(MAX_SIZE_BYTES)
              + ": it is damaged or not a plugin, move it elsewhere");
    }
  }

  /// Refuses a jar whose manifest has Java load classes from elsewhere: no digest covers them.
  static void requireSelfContained(Path jar) throws IOException, UnusablePluginException {
    Manifest manifest;
    try (JarFile file = new JarFile(jar.toFile())) {
      manifest = file.getManifest();
    }
    String path =
        manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
    if (path == null) {
      return;
    }
    for (String name : path.strip().split("\\s+", -1)) {
      if (!name.isEmpty() && !name.matches(BESIDE)) {
        throw new UnusablePluginException(
            Reason.NOT_ALLOWED,
            "the Class-Path in the manifest of %s leads out of the plugin, to code that no digest covers: ask its author for one without"
                .formatted(jar.getFileName()));
      }
    }
  }

  /// A new folder for one plugin.
  private Path place() throws IOException {
    if (run.isEmpty()) {
      PrivateFile.folder(folder);
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(folder + " is a link or no folder: remove it");
      }
      run = Optional.of(Files.createTempDirectory(folder, "run-"));
    }
    count++;
    return Files.createDirectory(run.get().resolve(Integer.toString(count)));
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// Removes the copies. No class of them is needed any more.
  @Override
  public void close() throws IOException {
    if (run.isPresent()) {
      Path old = run.get();
      run = Optional.empty();
      delete(old);
      try {
        Files.deleteIfExists(folder);
      } catch (DirectoryNotEmptyException e) {
        // Another node of this process has copies there.
      }
    }
  }
}
