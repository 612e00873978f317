package io.shoal.runtime.plugin.install;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// Bounds for the jars and zips that are installed. An archive says itself how large its entries
/// are, so all of them are unpacked once, into nothing.
///
/// @param maxEntries in one archive
/// @param maxUnpackedBytes of one archive
/// @param maxRatio of the unpacked bytes to those of the file
record ArchiveLimits(int maxEntries, long maxUnpackedBytes, int maxRatio) {

  /// The largest plugins known, libraries for eight systems among their parts, have a tenth of
  /// each. Java code shrinks to a half or a third; a file made to fill the memory shrinks to a
  /// thousandth.
  static final ArchiveLimits DEFAULT = new ArchiveLimits(100_000, 1L << 30, 100);

  /// The most bytes of a file that is installed.
  static final long MAX_FILE_BYTES = 1L << 29;

  /// Small files may shrink to anything.
  private static final long UNRATED_BYTES = 1 << 20;

  /// Whether the file is a zip of `plugin.properties` and `lib/`, and no jar.
  ///
  /// @param name of what is checked, for messages
  boolean isZipOfJars(Path archive, String name) throws UserFaultException, IOException {
    try (ZipFile file = new ZipFile(archive.toFile())) {
      return file.getEntry("plugin.properties") != null;
    } catch (ZipException e) {
      throw refused(name, "it is neither a jar nor a zip (" + e.getMessage() + ")");
    }
  }

  /// @param name of what is checked, for messages
  void check(Path archive, String name) throws UserFaultException, IOException {
    long most = Math.min(maxUnpackedBytes, UNRATED_BYTES + Files.size(archive) * maxRatio);
    Set<String> names = new HashSet<>();
    try (ZipFile file = new ZipFile(archive.toFile())) {
      if (file.size() > maxEntries) {
        throw refused(name, "it has more than %,d entries".formatted(maxEntries));
      }
      byte[] buffer = new byte[1 << 16];
      long unpacked = 0;
      for (Enumeration<? extends ZipEntry> all = file.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        checkName(entry.getName(), names, name);
        try (InputStream in = file.getInputStream(entry)) {
          for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            unpacked += read;
            if (unpacked > most) {
              throw refused(name, "it unpacks to more than " + Units.size(most));
            }
          }
        }
      }
    } catch (ZipException e) {
      throw refused(name, "it is damaged (" + e.getMessage() + ")");
    }
  }

  /// Two classes of one name are read by one program as this and by another as that.
  private static void checkName(String entry, Set<String> names, String name)
      throws UserFaultException {
    boolean leadsOut =
        entry.startsWith("/")
            || entry.indexOf('\\') >= 0
            || entry.indexOf('\0') >= 0
            || ("/" + entry + "/").contains("/../");
    if (leadsOut) {
      throw refused(name, "its entry '" + entry + "' has a name that leads out of it");
    }
    boolean isRead =
        entry.endsWith(".class")
            || entry.endsWith(".jar")
            || entry.equals("META-INF/MANIFEST.MF")
            || entry.equals("plugin.properties");
    if (isRead && !names.add(entry)) {
      throw refused(name, "it has two entries " + entry);
    }
  }

  private static UserFaultException refused(String name, String why) {
    return new UserFaultException(
        name + " is not installed: " + why + ": get it again, or ask its author for another");
  }
}
