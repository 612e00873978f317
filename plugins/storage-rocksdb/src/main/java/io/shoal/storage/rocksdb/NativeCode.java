package io.shoal.storage.rocksdb;

import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/// Loads the database's native code.
///
/// The library would do it by itself, but leave a file of 17 MB in the folder for temporary files
/// whenever a node is killed. A file that is loaded is not needed any more, so it is deleted at
/// once here.
final class NativeCode {
  private static final String CURE =
      "use storage-filesystem, which needs no native code (active.storage)";

  private NativeCode() {}

  /// Loaded once, as the virtual machine wants it, however many stores a process has.
  private static final class Loading {
    static final String FAULT = load();

    private Loading() {}
  }

  static void require() throws UserFaultException {
    if (!Loading.FAULT.isEmpty()) {
      throw new UserFaultException(Loading.FAULT);
    }
  }

  /// @return what is wrong; empty if it is loaded
  private static String load() {
    String resource = "/" + Environment.getJniLibraryFileName("rocksdb");
    try (InputStream in = RocksDB.class.getResourceAsStream(resource)) {
      if (in == null) {
        return "storage-rocksdb runs on Linux (x86-64, ARM64) with glibc, and not on %s (%s): %s"
            .formatted(
                System.getProperty("os.name", "?").toLowerCase(Locale.ROOT),
                System.getProperty("os.arch", "?"),
                CURE);
      }
      Path folder = Files.createTempDirectory("shoal-rocksdb");
      // The name that the library looks for in a folder that it is given.
      Path file = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
      try {
        Files.copy(in, file);
        RocksDB.loadLibrary(List.of(folder.toString()));
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
      return "";
    } catch (IOException | UnsatisfiedLinkError e) {
      return "the native code of the database cannot be loaded (%s): make the folder for temporary files writable and executable, or %s"
          .formatted(String.valueOf(e.getMessage()).replaceAll("\\s+", " "), CURE);
    }
  }
}
