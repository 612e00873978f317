package io.shoal.runtime.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The rights of a file as nine bits, as chmod has them.
public final class FileRights {
  /// From the highest bit down.
  private static final List<PosixFilePermission> BITS =
      List.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private FileRights() {}

  /// The bits of a file or folder; a link is not followed.
  public static int bits(Path path) throws IOException {
    int bits = 0;
    for (PosixFilePermission right :
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)) {
      bits |= bit(right);
    }
    return bits;
  }

  /// @param bits nine of them
  public static Set<PosixFilePermission> of(int bits) {
    Set<PosixFilePermission> rights = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission right : BITS) {
      if ((bits & bit(right)) != 0) {
        rights.add(right);
      }
    }
    return rights;
  }

  private static int bit(PosixFilePermission right) {
    return 1 << BITS.size() - 1 - BITS.indexOf(right);
  }
}
