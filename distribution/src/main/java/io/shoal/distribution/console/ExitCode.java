package io.shoal.distribution.console;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PermanentException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.VerificationFailedException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;

/// The exit codes, for scripts.
public final class ExitCode {

  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  static final int NOT_FOUND = 3;
  public static final int VERIFICATION_FAILED = 4;
  static final int TIMED_OUT = 5;

  /// All is here but for files whose names their place cannot hold.
  public static final int LEFT_OUT = 6;

  /// 128 + SIGINT, as shells have it.
  public static final int INTERRUPTED = 130;

  /// 128 + SIGPIPE: whatever read the results has enough of them, as `head` has.
  static final int READER_GONE = 141;

  private ExitCode() {}

  public static int of(Throwable failure) {
    if (interrupted(failure)) {
      return INTERRUPTED;
    }
    return failure instanceof ShoalException e ? of(e) : FAILED;
  }

  /// Whether a command failed because it was interrupted. An interrupt that hits a thread at a file
  /// or a socket closes that.
  static boolean interrupted(Throwable failure) {
    return failure instanceof InterruptedException
        || failure instanceof ClosedByInterruptException
        || failure instanceof FileLockInterruptionException
        || failure instanceof InterruptedIOException
            && !(failure instanceof SocketTimeoutException);
  }

  private static int of(ShoalException failure) {
    return switch (failure) {
      case InvalidInputException _ -> USAGE;
      case InvalidConfigException _ -> USAGE;
      case UserFaultException _ -> FAILED;
      case NotFoundException _ -> NOT_FOUND;
      case PermanentException _ -> FAILED;
      case DeadlineException _ -> TIMED_OUT;
      case RetryableException _ -> FAILED;
      case VerificationFailedException _ -> VERIFICATION_FAILED;
      case PeerFaultException _ -> FAILED;
    };
  }
}
