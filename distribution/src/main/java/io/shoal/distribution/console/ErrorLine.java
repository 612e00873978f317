package io.shoal.distribution.console;

import io.shoal.api.ShoalException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// A failure in one line for the user.
public final class ErrorLine {

  private ErrorLine() {}

  public static String of(Throwable failure) {
    String text =
        switch (failure) {
          case ShoalException e -> String.valueOf(e.getMessage());
          case InterruptedException _ -> "interrupted; what was done so far is kept";
          case AccessDeniedException e ->
              e.getFile() + ": access denied: change its rights, or give another path";
          case NoSuchFileException e -> e.getFile() + ": there is no such file: check the path";
          case FileAlreadyExistsException e ->
              e.getFile() + ": is in the way: move it, or give another path";
          case FileSystemException e ->
              e.getReason() == null
                  ? String.valueOf(e.getMessage())
                  : e.getFile() + ": " + e.getReason();
          case IOException e -> String.valueOf(e.getMessage());
          case OutOfMemoryError _ ->
              "too little memory for this: try again with more, such as SHOAL_JVM_OPTIONS=-Xmx1g";
          case StackOverflowError _ -> "the content is nested too deep";
          default ->
              "failed inside (%s): this is a bug; the debug log in the data folder's logs/ has the details"
                  .formatted(failure);
        };
    return "shoal: " + text.replaceAll("\\s*\\R\\s*", " ");
  }
}
