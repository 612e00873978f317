package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The files of a plugin on disk: a single jar, or a folder (perhaps out of a zip) of
/// `plugin.properties` and `lib/*.jar`.
///
/// @param location the jar, zip or folder that the user put there
/// @param root the jar or folder to load from: of a zip, where it was unpacked
/// @param jars the jars with its classes
public record PluginArtifact(Path location, Path root, List<Path> jars) {

  /// The most entries of a folder of plugins that are looked at, so that a wrong folder ends with a
  /// message.
  static final int MAX_ENTRIES_PER_FOLDER = 1_000;

  /// The most bytes that a zip may unpack to: ten times the largest plugin known.
  static final long MAX_UNPACKED_SIZE_BYTES = 1L << 30;

  /// The file that makes a folder a plugin.
  static final String PROPERTIES = "plugin.properties";

  private static final String LIB = "lib/";

  /// The entries of a folder that may be plugins: jars, zips and folders, hidden ones left out, by
  /// name. A folder that is not there holds none.
  static List<Path> candidates(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .limit(MAX_ENTRIES_PER_FOLDER)
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .filter(entry -> isJar(entry) || isZip(entry) || Files.isDirectory(entry))
          .sorted(Comparator.comparing(entry -> entry.getFileName().toString()))
          .toList();
    }
  }

  /// Reads one of them.
  ///
  /// @param unpackFolder where zips are unpacked to
  static PluginArtifact of(Path location, Path unpackFolder)
      throws UnusablePluginException, IOException {
    if (isJar(location)) {
      return new PluginArtifact(location, location, List.of(location));
    }
    Path root = isZip(location) ? unpack(location, unpackFolder) : location;
    if (!Files.isRegularFile(root.resolve(PROPERTIES))) {
      throw new UnusablePluginException(
          Reason.UNREADABLE,
          isZip(location)
              ? "it has no "
                  + PROPERTIES
                  + " at its top: pack it without a folder around its files; if it is not a"
                  + " plugin, move it elsewhere"
              : "it has no " + PROPERTIES + ": it is not a plugin, move it elsewhere");
    }
    Path lib = root.resolve(LIB);
    List<Path> jars = new ArrayList<>();
    if (Files.isDirectory(lib)) {
      try (Stream<Path> files = Files.list(lib)) {
        files.filter(PluginArtifact::isJar).sorted().forEach(jars::add);
      }
    }
    if (jars.isEmpty()) {
      throw new UnusablePluginException(
          Reason.UNREADABLE, "it has no jar in lib/: get it again, or move it elsewhere");
    }
    return new PluginArtifact(location, root, List.copyOf(jars));
  }

  private static boolean isJar(Path path) {
    return path.getFileName().toString().endsWith(".jar") && Files.isRegularFile(path);
  }

  private static boolean isZip(Path path) {
    return path.getFileName().toString().endsWith(".zip") && Files.isRegularFile(path);
  }

  /// Unpacks a zip once: the folder's name holds the digest, so what is there already is the same.
  private static Path unpack(Path zip, Path unpackFolder)
      throws UnusablePluginException, IOException {
    Path target = unpackFolder.resolve(PluginApproval.sha256(zip));
    if (Files.isDirectory(target)) {
      return target;
    }
    PrivateFile.folder(unpackFolder);
    Path temp = Files.createTempDirectory(unpackFolder, "unpacking-");
    try (ZipFile archive = new ZipFile(zip.toFile())) {
      Files.createDirectory(temp.resolve(LIB));
      long size = 0;
      for (Enumeration<? extends ZipEntry> all = archive.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        Optional<Path> into = place(temp, entry.getName());
        if (into.isPresent()) {
          size += copy(archive, entry, into.get(), MAX_UNPACKED_SIZE_BYTES - size);
        }
      }
      Files.move(temp, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException e) {
      // Another process was faster, with the same content.
      delete(temp);
    } catch (IOException | UnusablePluginException e) {
      delete(temp);
      if (Files.isDirectory(target)) {
        return target;
      }
      throw e;
    }
    return target;
  }

  /// Only what a plugin consists of is unpacked, to names that are made here: nothing in a zip can
  /// lead elsewhere.
  private static Optional<Path> place(Path root, String entry) {
    if (entry.equals(PROPERTIES)) {
      return Optional.of(root.resolve(PROPERTIES));
    }
    boolean jar = entry.matches("lib/[^/\\\\\0:]{1,200}\\.jar");
    return jar
        ? Optional.of(root.resolve(LIB).resolve(entry.substring(LIB.length())))
        : Optional.empty();
  }

  private static long copy(ZipFile archive, ZipEntry entry, Path into, long most)
      throws IOException, UnusablePluginException {
    try (InputStream in = archive.getInputStream(entry);
        OutputStream out = Files.newOutputStream(into)) {
      byte[] buffer = new byte[1 << 16];
      long size = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        size += read;
        if (size > most) {
          throw new UnusablePluginException(
              Reason.UNREADABLE,
              "it unpacks to more than "
                  + Units.exactSize(MAX_UNPACKED_SIZE_BYTES)
                  + ": it is damaged or not a plugin, move it elsewhere");
        }
        out.write(buffer, 0, read);
      }
      return size;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
