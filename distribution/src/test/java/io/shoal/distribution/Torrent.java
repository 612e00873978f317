package io.shoal.distribution;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// A BitTorrent description of one file (BEP 3), without a tracker.
///
/// @param name of the file
/// @param file the description
/// @param infohash in hex
record Torrent(String name, Path file, String infohash) {

  private static final int PIECE_BYTES = 32 * 1024;

  /// Describes a file.
  ///
  /// @param folder where the description goes
  static Torrent of(Path content, Path folder) throws IOException, NoSuchAlgorithmException {
    String name = content.getFileName().toString();
    byte[] bytes = Files.readAllBytes(content);
    var pieces = new ByteArrayOutputStream();
    for (int at = 0; at < bytes.length; at += PIECE_BYTES) {
      pieces.writeBytes(
          sha1(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PIECE_BYTES))));
    }
    var info = new ByteArrayOutputStream();
    write(info, "d6:lengthi%de4:name%d:%s".formatted(bytes.length, name.length(), name));
    write(info, "12:piece lengthi%de6:pieces%d:".formatted(PIECE_BYTES, pieces.size()));
    info.writeBytes(pieces.toByteArray());
    write(info, "e");
    var all = new ByteArrayOutputStream();
    write(all, "d4:info");
    all.writeBytes(info.toByteArray());
    write(all, "e");
    Path file = Files.write(folder.resolve(name + ".torrent"), all.toByteArray());
    return new Torrent(name, file, HexFormat.of().formatHex(sha1(info.toByteArray())));
  }

  private static void write(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] sha1(byte[] bytes) throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-1").digest(bytes);
  }
}
