package io.shoal.distribution.command.input;

import io.shoal.api.InvalidInputException;
import io.shoal.distribution.launch.ScratchFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/// What a program writes, as a file that goes with the command: a node in another process has no
/// part in this one's pipes.
public final class StreamFile implements AutoCloseable {

  /// The stream's name where it has none of its own.
  private static final String UNNAMED = "stdin";

  private static final Pattern DESCRIPTOR =
      Pattern.compile("/dev/stdin|/dev/fd/\\d+|/proc/(?:self|\\d+)/fd/\\d+");

  private static final int TYPE_BITS = 0170000;
  private static final int FIFO = 0010000;

  private final ScratchFolder scratch;
  private final Path file;

  private StreamFile(ScratchFolder scratch, Path file) {
    this.scratch = scratch;
    this.file = file;
  }

  /// Whether what a user typed is a stream: `-`, `/dev/stdin`, what a shell makes of `<(…)`, or a
  /// pipe with a name.
  public static boolean isOne(String typed, Path folder) throws InvalidInputException {
    return isStandardInput(typed)
        || DESCRIPTOR.matcher(typed).matches()
        || isPipe(folder.resolve(TypedPath.of(typed, folder)));
  }

  /// Whether it is standard input, which can be read once.
  public static boolean isStandardInput(String typed) {
    return typed.equals(StandardInput.DASH)
        || typed.equals("/dev/stdin")
        || typed.equals("/dev/fd/0");
  }

  private static boolean isPipe(Path path) {
    try {
      return Files.getAttribute(path, "unix:mode") instanceof Integer mode
          && (mode & TYPE_BITS) == FIFO;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false; // what it is, if it is there, is said where it is read
    }
  }

  /// Reads a stream to its end.
  public static StreamFile read(String typed, Path folder)
      throws InvalidInputException, IOException, InterruptedException {
    ScratchFolder scratch = ScratchFolder.create("shoal-add");
    boolean complete = false;
    try (InputStream in = open(typed, folder)) {
      Path file = scratch.path().resolve(fileName(typed, folder));
      Files.copy(in, file);
      complete = true;
      return new StreamFile(scratch, file);
    } catch (ClosedByInterruptException e) {
      throw StandardInput.interrupted(e);
    } finally {
      if (!complete) {
        scratch.close();
      }
    }
  }

  private static InputStream open(String typed, Path folder)
      throws InvalidInputException, IOException {
    return isStandardInput(typed)
        ? StandardInput.open()
        : Channels.newInputStream(
            FileChannel.open(folder.resolve(TypedPath.of(typed, folder)), StandardOpenOption.READ));
  }

  private static String fileName(String typed, Path folder) throws InvalidInputException {
    if (isStandardInput(typed) || DESCRIPTOR.matcher(typed).matches()) {
      return UNNAMED;
    }
    return String.valueOf(TypedPath.of(typed, folder).getFileName());
  }

  public Path path() {
    return file;
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
