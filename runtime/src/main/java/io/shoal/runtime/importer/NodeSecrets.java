package io.shoal.runtime.importer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What is never imported, since content is public and a key that was published cannot be called
/// back: data folders of nodes, and files that hold a key of this node.
final class NodeSecrets {
  /// Longest file that is searched for keys, and of a key file's part that is read: a key with
  /// comments has a tenth of that.
  static final int MAX_KEY_FILE_SIZE_BYTES = 4096;

  /// The entries of a data folder, and what they are called while they are written.
  private static final Pattern NODES_OWN =
      Pattern.compile(
          "plugins|runtime|logs|cache|.+\\.key(\\..*)?|(node\\.lock|control\\.json|shell-history).*");

  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private final Path dataFolder;
  private final List<String> keys;

  private NodeSecrets(Path dataFolder, List<String> keys) {
    this.dataFolder = dataFolder;
    this.keys = keys;
  }

  /// Reads them, at each import: a publishing key may be a minute old.
  static NodeSecrets of(Path dataFolder) throws IOException {
    List<String> keys = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(dataFolder, "*.key")) {
      for (Path file : files) {
        String text = beginning(file);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin >= 0 && end > begin) {
          keys.add(text.substring(begin + BEGIN.length(), end).strip());
        }
      }
    } catch (NoSuchFileException e) {
      return new NodeSecrets(dataFolder, List.of());
    }
    keys.removeIf(String::isEmpty);
    return new NodeSecrets(dataFolder.toRealPath(), List.copyOf(keys));
  }

  private static String beginning(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MAX_KEY_FILE_SIZE_BYTES), StandardCharsets.ISO_8859_1);
    }
  }

  /// Whether a path is the data folder of this node or of another, or of what a node keeps there.
  /// Where nothing else can be written, as in a container, users keep files of their own there too.
  boolean isOfNode(Path path) throws IOException {
    Path real = path.toRealPath();
    for (Path at = real; at != null; at = at.getParent()) {
      if (isNodeFolder(at)) {
        return at.equals(real) || NODES_OWN.matcher(at.relativize(real).getName(0) + "").matches();
      }
    }
    return false;
  }

  /// Whether a folder is the data folder of this node, by whichever path, or of another.
  boolean isNodeFolder(Path folder) throws IOException {
    return looksLikeOne(folder)
        || Files.isDirectory(folder)
            && Files.isDirectory(dataFolder)
            && Files.isSameFile(folder, dataFolder);
  }

  /// Whether a folder has what the data folder of a node has.
  static boolean looksLikeOne(Path folder) {
    return Files.isRegularFile(folder.resolve("identity.key"), LinkOption.NOFOLLOW_LINKS)
        && Files.isRegularFile(folder.resolve("node.lock"), LinkOption.NOFOLLOW_LINKS);
  }

  /// Whether a small file's bytes hold a key of this node: a copy, an export, or a second name of
  /// the key's file.
  boolean areIn(ByteBuffer file) {
    if (keys.isEmpty() || file.remaining() > MAX_KEY_FILE_SIZE_BYTES) {
      return false;
    }
    String text = StandardCharsets.ISO_8859_1.decode(file.duplicate()).toString();
    return keys.stream().anyMatch(text::contains);
  }
}
