package io.shoal.discovery.kademlia;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// What a node remembers over a restart: its id and the nodes it knew, in the file `table` of the
/// plugin's data folder.
///
/// A bencoded dictionary: `id` (20 bytes), `nodes` and `nodes6` (compact). Losing it costs a slower
/// start, no more, so an unreadable file counts as none.
///
/// @param contacts in their order of worth
record SavedTable(NodeId id, List<Contact> contacts) {
  /// Enough to find a living one after days; a file of at most 10 KB.
  static final int MAX_CONTACTS = 256;

  private static final String FILE = "table";
  private static final long MAX_FILE_BYTES = 64 * 1024;

  /// What was saved in the folder, or empty if nothing usable was.
  static Optional<SavedTable> load(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_FILE_BYTES) {
      return Optional.empty();
    }
    return parse(Files.readAllBytes(file));
  }

  static Optional<SavedTable> parse(byte[] saved) {
    try {
      if (!(BencodeDecoder.strict(saved) instanceof Bencode.Dictionary in)) {
        return Optional.empty();
      }
      return in.text("id")
          .filter(id -> id.length() == NodeId.SIZE_BYTES)
          .map(id -> new SavedTable(NodeId.of(id.toArray(), 0), contacts(in)));
    } catch (MalformedBencodeException e) {
      return Optional.empty();
    }
  }

  private static List<Contact> contacts(Bencode.Dictionary in) {
    List<Contact> v4 =
        in.text("nodes").map(n -> Compact.readNodes(n, Family.IPV4)).orElse(List.of());
    List<Contact> v6 =
        in.text("nodes6").map(n -> Compact.readNodes(n, Family.IPV6)).orElse(List.of());
    return v4.isEmpty() ? v6 : v4;
  }

  byte[] encode(Family family) {
    Bytes nodes =
        Compact.nodes(contacts.subList(0, Math.min(MAX_CONTACTS, contacts.size())), family);
    String key =
        switch (family) {
          case IPV4 -> "nodes";
          case IPV6 -> "nodes6";
        };
    return new Bencode.DictionaryBuilder().put("id", id.bytes()).put(key, nodes).build().encode();
  }

  /// Writes it so that a reader after a crash finds the old file or the new one, whole.
  void save(Path folder, Family family) throws IOException {
    Path temporary = folder.resolve(FILE + ".new");
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(encode(family));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      // Before the move: else a power loss may leave the new name with no content.
      out.force(false);
    }
    Files.move(
        temporary,
        folder.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
