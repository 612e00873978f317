package io.shoal.distribution.console;

import java.io.IOException;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;

/// How wide the terminal at standard error is. The system is asked each time, since users resize
/// their windows. Used by one thread at a time.
final class TerminalWidth implements IntSupplier {

  /// Where the system does not say.
  static final int DEFAULT_COLUMNS = 80;

  private Optional<TerminalProvider> system = Optional.empty();
  private boolean looked;

  @Override
  public int getAsInt() {
    if (!looked) {
      looked = true;
      system = find();
    }
    int columns = system.map(of -> of.systemStreamWidth(SystemStream.Error)).orElse(0);
    return columns > 0 ? columns : DEFAULT_COLUMNS;
  }

  private static Optional<TerminalProvider> find() {
    try {
      return Optional.of(TerminalProvider.load("ffm"));
    } catch (IOException e) {
      return Optional.empty(); // Java does not let the library call the system
    }
  }
}
