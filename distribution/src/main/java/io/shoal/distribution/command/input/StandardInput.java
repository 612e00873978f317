package io.shoal.distribution.command.input;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;

/// Standard input, read so that an interrupt ends the wait for it.
final class StandardInput {

  /// How users name it.
  static final String DASH = "-";

  private StandardInput() {}

  static InputStream open() {
    return Channels.newInputStream(new FileInputStream(FileDescriptor.in).getChannel());
  }

  /// What to throw for a failure of a read.
  static InterruptedException interrupted(ClosedByInterruptException e) {
    // The flag says no more than the exception.
    Thread.interrupted();
    var interrupted = new InterruptedException("interrupted");
    interrupted.initCause(e);
    return interrupted;
  }

  /// A failure to read, if it is one.
  static IOException failed(String what, IOException e) {
    return new IOException(what + " cannot be read: " + e.getMessage(), e);
  }
}
