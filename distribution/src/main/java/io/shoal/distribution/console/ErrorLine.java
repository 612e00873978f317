package io.shoal.distribution.console;

import io.shoal.api.ShoalException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// A failure in one line for the user.
public final class ErrorLine {

  /// For a command that was interrupted, whatever failed for that reason.
  public static final String INTERRUPTED = "shoal: interrupted; what was done so far is kept";

  /// In the words of the system, which Java passes on.
  private static final String READ_ONLY = "Read-only file system";

  private ErrorLine() {}

  public static String of(Throwable failure) {
    if (ExitCode.interrupted(failure)) {
      return INTERRUPTED;
    }
    String text =
        switch (failure) {
          case ShoalException e -> String.valueOf(e.getMessage());
          case AccessDeniedException e ->
              e.getFile() + ": access denied: change its rights, or give another path";
          case NoSuchFileException e -> e.getFile() + ": there is no such file: check the path";
          case FileAlreadyExistsException e ->
              e.getFile() + ": is in the way: move it, or give another path";
          case FileSystemException e when READ_ONLY.equals(e.getReason()) ->
              e.getFile() + ": its medium is read-only: give a path on another";
          case FileSystemException e ->
              e.getReason() == null ? message(e) : e.getFile() + ": " + e.getReason();
          case IOException e -> message(e);
          case OutOfMemoryError _ ->
              "too little memory for this: try again with more, such as SHOAL_JVM_OPTIONS=-Xmx1g";
          case StackOverflowError _ -> "the content is nested too deep";
          default ->
              "failed inside (%s): this is a bug; the debug log in the data folder's logs/ has the details"
                  .formatted(failure);
        };
    return "shoal: " + text.replaceAll("\\s*\\R\\s*", " ");
  }

  /// Some exceptions of Java say all they have to say by their names.
  private static String message(IOException failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? "a file or connection failed (%s); the debug log in the data folder's logs/ has the details"
            .formatted(failure.getClass().getSimpleName())
        : message;
  }
}
