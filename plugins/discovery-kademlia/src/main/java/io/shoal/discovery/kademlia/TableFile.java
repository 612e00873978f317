package io.shoal.discovery.kademlia;

import io.shoal.discovery.kademlia.routing.SavedTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/// The file `table` in the plugin's data folder, with a [SavedTable]. Losing it costs a slower
/// start, no more, so an unreadable file counts as none.
///
/// @param folder the plugin's data folder
record TableFile(Path folder) {
  private static final String NAME = "table";
  private static final long MAX_BYTES = 64 * 1024;

  /// The table, or empty if the folder has no usable one.
  Optional<SavedTable> load() throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
      return Optional.empty();
    }
    return SavedTable.parse(Files.readAllBytes(file));
  }

  /// Whether a table can be left to the next start: not by a node that only reads.
  boolean isKept() {
    return Files.isWritable(folder);
  }

  /// Writes the table so that a reader after a crash finds the old file or the new one, whole. One
  /// that is there already is not written again: a node at rest lets its disk rest.
  void save(SavedTable table) throws IOException {
    byte[] encoded = table.encode();
    if (isThere(encoded)) {
      return;
    }
    Path temporary = folder.resolve(NAME + ".new");
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(encoded);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      // Before the move: else a power loss may leave the new name with no content.
      out.force(false);
    }
    Files.move(
        temporary,
        folder.resolve(NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private boolean isThere(byte[] encoded) {
    Path file = folder.resolve(NAME);
    try {
      return Files.isRegularFile(file)
          && Files.size(file) == encoded.length
          && Arrays.equals(Files.readAllBytes(file), encoded);
    } catch (IOException e) {
      return false;
    }
  }
}
