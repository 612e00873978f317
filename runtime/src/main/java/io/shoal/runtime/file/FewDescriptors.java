package io.shoal.runtime.file;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Opens files although this process may have as many open as it may: waits a moment until others
/// close theirs.
public final class FewDescriptors {
  /// How often it is tried again, and the first pause; each further one is twice as long. Together
  /// they bridge three seconds, in which transfers close many files.
  private static final int MAX_RETRIES = 6;

  private static final long FIRST_PAUSE_MILLIS = 50;

  private FewDescriptors() {}

  /// Something that opens a file.
  @FunctionalInterface
  public interface Opening<T, X extends Exception> {
    T open() throws IOException, X;
  }

  /// Whether a fault says nothing of the file: this process, or the whole system, has as many open
  /// as it may. Java passes on the words of the system only.
  public static boolean ranOut(IOException fault) {
    return String.valueOf(fault.getMessage()).contains("Too many open files");
  }

  /// @param relief closes what this caller can do without
  /// @throws IOException none became free, or another fault
  public static <T, X extends Exception> T open(Opening<T, X> opening, Runnable relief)
      throws IOException, X {
    long pauseMillis = FIRST_PAUSE_MILLIS;
    for (int retry = 0; ; retry++) {
      try {
        return opening.open();
      } catch (IOException e) {
        if (!ranOut(e)) {
          throw e;
        }
        relief.run();
        if (retry == MAX_RETRIES || !pause(pauseMillis)) {
          throw new IOException(
              e.getMessage() + ": raise 'ulimit -n', or lower limits.connections", e);
        }
      }
      pauseMillis *= 2;
    }
  }

  /// @return false if interrupted; the flag is set again
  private static boolean pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
