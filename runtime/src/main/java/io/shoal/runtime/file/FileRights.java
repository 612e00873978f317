package io.shoal.runtime.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// The rights of a file as nine bits, as chmod has them.
public final class FileRights {
  // From the highest bit down, as the constants are ordered.
  private static final PosixFilePermission[] BITS = PosixFilePermission.values();

  private FileRights() {}

  /// The bits of a file or folder; a link is not followed.
  public static int bits(Path path) throws IOException {
    int bits = 0;
    for (PosixFilePermission right :
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)) {
      bits |= 1 << BITS.length - 1 - right.ordinal();
    }
    return bits;
  }

  /// @param bits nine of them
  public static Set<PosixFilePermission> of(int bits) {
    Set<PosixFilePermission> rights = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission right : BITS) {
      if ((bits >> BITS.length - 1 - right.ordinal() & 1) == 1) {
        rights.add(right);
      }
    }
    return rights;
  }
}
