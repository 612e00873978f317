package io.shoal.runtime.file;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;

/// Small files that are there completely or not at all, also after a power loss.
public final class AtomicFiles {
  private AtomicFiles() {}

  /// Replaces `file` by `content`, atomically and durably.
  public static void replace(Path file, byte[] content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " is not a file");
    }
    Path temporary =
        FewDescriptors.<Path, RuntimeException>open(
            () -> Files.createTempFile(folder, file.getFileName() + ".", ".tmp"), () -> {});
    try {
      try (FileChannel channel = opened(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        // The bytes before the name: a crash must not leave the name on an empty file.
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    forceFolder(folder);
  }

  private static FileChannel opened(Path path, OpenOption option) throws IOException {
    return FewDescriptors.<FileChannel, RuntimeException>open(
        () -> FileChannel.open(path, option), () -> {});
  }

  /// Replaces `file` by properties, atomically and durably.
  public static void replace(Path file, Properties content) throws IOException {
    StringWriter text = new StringWriter();
    content.store(text, null);
    replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// Makes the names of a folder and of those above it durable: what is forced in a folder whose
  /// own name is not can be gone after a power loss. At every start, since an earlier process may
  /// have ended between making and forcing them; for folders that are durable it costs next to
  /// nothing.
  public static void forceNames(Path folder) throws IOException {
    for (Path above = folder.toAbsolutePath().getParent();
        above != null;
        above = above.getParent()) {
      try {
        forceFolder(above);
      } catch (AccessDeniedException e) {
        // A folder of another user, and so not one that was made here.
        return;
      }
    }
  }

  /// Makes names in a folder durable.
  public static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = opened(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
