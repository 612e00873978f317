package io.shoal.distribution.console;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/// Standard output, which remembers its first failure: what writes text to it ignores failures, and
/// a result that was not written must not pass for one. Used by one thread at a time.
final class ResultStream extends OutputStream {
  private final OutputStream target;
  private Optional<IOException> failure = Optional.empty();

  ResultStream(OutputStream target) {
    this.target = target;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int count) throws IOException {
    try {
      target.write(from, offset, count);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      target.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private synchronized IOException failed(IOException e) {
    failure = failure.or(() -> Optional.of(e));
    return e;
  }

  /// Why something was not written.
  synchronized Optional<IOException> failure() {
    return failure;
  }
}
