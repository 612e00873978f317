package io.shoal.distribution.launch;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The debug log: a file of bounded size and a few older ones.
///
/// Logback's own appender opens its file once. This one begins when the data folder is there, which
/// a command may make or not, and begins anew when the file was moved away or removed, as programs
/// that rotate logs do. Whatever fails, the node goes on without a log.
final class LogFile extends UnsynchronizedAppenderBase<ILoggingEvent> {

  /// How long lines may go to a file that was moved away, and how soon it is tried again where
  /// nothing could be written: a look at the file costs as much as a line.
  static final long LOOK_MILLIS = 1_000;

  private final Path dataFolder;
  private final Path folder;
  private final Path file;
  private final long maxFileBytes;
  private final int oldFiles;
  private final Encoder<ILoggingEvent> encoder;
  private Optional<FileOutputStream> out = Optional.empty();
  private @Nullable Object key;
  private long size;
  private long nextLookMillis;

  /// @param dataFolder nothing is logged while it is not there
  /// @param folder in it, for the files alone
  LogFile(
      Path dataFolder,
      Path folder,
      long maxFileBytes,
      int oldFiles,
      Encoder<ILoggingEvent> encoder) {
    this.dataFolder = dataFolder;
    this.folder = folder;
    this.file = folder.resolve("shoal.log");
    this.maxFileBytes = maxFileBytes;
    this.oldFiles = oldFiles;
    this.encoder = encoder;
  }

  @Override
  protected synchronized void append(ILoggingEvent event) {
    byte[] line = encoder.encode(event);
    try {
      look(event.getTimeStamp());
      if (out.isPresent() && size > 0 && size + line.length > maxFileBytes) {
        roll();
      }
      if (out.isPresent()) {
        out.get().write(line);
        size += line.length;
      }
    } catch (IOException e) {
      shut();
    }
  }

  private void look(long nowMillis) throws IOException {
    // A clock that was set back must not put the next look off for long.
    if (nowMillis < nextLookMillis && nextLookMillis - nowMillis <= LOOK_MILLIS) {
      return;
    }
    if (out.isPresent() && !isStillThere()) {
      shut();
    }
    if (out.isEmpty() && !Files.isWritable(dataFolder)) {
      // Made with the next line, perhaps.
      return;
    }
    nextLookMillis = nowMillis + LOOK_MILLIS;
    if (out.isEmpty()) {
      open();
    }
  }

  private boolean isStillThere() {
    try {
      return Objects.equals(key, attributes().fileKey());
    } catch (IOException e) {
      return false;
    }
  }

  private BasicFileAttributes attributes() throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private void open() throws IOException {
    // It names what this user shares and fetches, and no link that somebody planted is followed.
    PrivateFolder.take(folder);
    PrivateFolder.makeFile(file);
    // No channel, which an interrupt of any thread that logs would close.
    out = Optional.of(new FileOutputStream(file.toFile(), true));
    BasicFileAttributes opened = attributes();
    size = opened.size();
    key = opened.fileKey();
  }

  private void roll() throws IOException {
    shut();
    for (int i = oldFiles; i > 0; i--) {
      Path younger = i == 1 ? file : old(i - 1);
      if (Files.exists(younger, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(younger, old(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    open();
  }

  /// `shoal.1.log` and so on, the youngest first.
  private Path old(int number) {
    return folder.resolve("shoal." + number + ".log");
  }

  private void shut() {
    try {
      if (out.isPresent()) {
        out.get().close();
      }
    } catch (IOException e) {
      // What could not be written is lost; there is no place to say so.
    }
    out = Optional.empty();
  }

  @Override
  public synchronized void stop() {
    super.stop();
    shut();
  }
}
