package io.shoal.storage.filesystem.disk;

import io.shoal.api.RetryableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Says what a failed call of the file system means, in words for users.
public final class DiskFaults {
  private DiskFaults() {}

  /// Whether the disk, or the user's share of it, has no room. Java reports it only in the words of
  /// the C library.
  public static boolean full(IOException fault) {
    String text = String.valueOf(fault.getMessage());
    return text.contains("No space left on device")
        || text.contains("Disk quota exceeded")
        || text.contains("There is not enough space on the disk");
  }

  /// Whether this process, or the whole system, has as many files open as it may. It says nothing
  /// of the file. Java reports it only in the words of the C library.
  public static boolean descriptors(IOException fault) {
    return String.valueOf(fault.getMessage()).contains("Too many open files");
  }

  /// A file cannot be opened just now.
  public static RetryableException tooManyOpen(Path path, IOException cause) {
    return new RetryableException(
        "%s: cannot be opened (%s): %s".formatted(path, reason(cause), cure(cause)), cause);
  }

  /// One line that names the path, the cause and the cure.
  public static IOException explained(Path path, String what, IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return interrupted(path.toString(), cause);
    }
    return new IOException(path + ": " + what + ": " + reason(cause) + ": " + cure(cause), cause);
  }

  /// The caller was interrupted: the disk has no fault, and the thread's flag is set.
  public static InterruptedIOException interrupted(String what, IOException cause) {
    InterruptedIOException interrupted = new InterruptedIOException(what + " was interrupted");
    interrupted.initCause(cause);
    return interrupted;
  }

  public static String reason(IOException fault) {
    return switch (fault) {
      case AccessDeniedException _ -> "no permission";
      case NoSuchFileException _ -> "it is not there";
      case FileSystemException named when named.getReason() != null -> named.getReason();
      default -> fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
    };
  }

  public static String cure(IOException fault) {
    if (full(fault)) {
      return "free some space";
    }
    if (descriptors(fault)) {
      return "raise 'ulimit -n', or lower limits.connections";
    }
    return switch (fault) {
      case AccessDeniedException _ ->
          "give this user the right to write there, or choose another folder with "
              + Settings.KEYS
              + "path";
      case NoSuchFileException _ -> "do not change the store's folder while it is in use";
      default ->
          "check the disk and its mount, or choose another folder with " + Settings.KEYS + "path";
    };
  }
}
