package io.shoal.distribution.command.input;

import io.shoal.api.InvalidInputException;
import io.shoal.api.UserFaultException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// The lines of a file or of standard input, as they come, without empty ones. Used by one thread.
public final class InputLines implements AutoCloseable {

  /// Longest line: a link or a path is shorter, a file that is no list soon has a longer one.
  private static final int MAX_LINE_BYTES = 64 * 1024;

  private final String name;
  private final InputStream in;
  private long number;

  InputLines(String name, InputStream in) {
    this.name = name;
    this.in = new BufferedInputStream(in);
  }

  /// @param typed a file, or `-` for standard input
  /// @param folder the user's current one
  public static InputLines open(String typed, Path folder) throws UserFaultException, IOException {
    if (typed.equals(StandardInput.DASH)) {
      return new InputLines("standard input", StandardInput.open());
    }
    Path file = folder.resolve(TypedPath.of(typed, folder));
    if (Files.isDirectory(file)) {
      throw new UserFaultException("--input-file: " + file + " is a folder: give a file");
    }
    try {
      return new InputLines(file.toString(), Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      throw new UserFaultException(
          "--input-file: " + file + ": there is no such file: check the path", e);
    }
  }

  /// The next line; empty at the end. Waits for it.
  public Optional<String> next() throws UserFaultException, IOException, InterruptedException {
    try {
      Optional<String> line = read();
      while (line.isPresent() && line.get().isBlank()) {
        line = read();
      }
      return line;
    } catch (ClosedByInterruptException e) {
      throw StandardInput.interrupted(e);
    } catch (CharacterCodingException e) {
      throw new UserFaultException("line %d of %s is not UTF-8".formatted(number, name), e);
    } catch (IOException e) {
      throw StandardInput.failed(name, e);
    }
  }

  private Optional<String> read() throws InvalidInputException, IOException {
    var line = new ByteArrayOutputStream();
    number++;
    int b = in.read();
    if (b < 0) {
      return Optional.empty();
    }
    for (; b >= 0 && b != '\n'; b = in.read()) {
      if (line.size() == MAX_LINE_BYTES) {
        throw new InvalidInputException(
            "line %d of %s is longer than %d bytes: give one name a line"
                .formatted(number, name, MAX_LINE_BYTES));
      }
      line.write(b);
    }
    String text =
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line.toByteArray())).toString();
    return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
  }

  /// Whether more can be read without waiting.
  public boolean ready() throws IOException {
    return in.available() > 0;
  }

  /// Where the last line came from, for messages.
  public String place() {
    return "line %d of %s".formatted(number, name);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
