package io.shoal.distribution;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntFunction;

/// Makes DAGs that no importer makes, as files for `shoal add --hashed-dir`.
final class RawDag {
  private static final int DIRECTORY = 1;
  private static final int FILE = 2;

  /// As many as fit into a chunk of 2 MiB.
  private static final int LINKS = 20_000;

  private final Path folder;

  RawDag(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  /// A part of a file.
  record Part(Cid cid, long sizeBytes) {}

  Cid raw(byte[] bytes) throws IOException {
    return put(Cid.RAW, bytes);
  }

  private Cid put(long codec, byte[] bytes) throws IOException {
    byte[] digest = sha256(bytes);
    Files.write(folder.resolve(HexFormat.of().formatHex(digest)), bytes);
    return Cid.of(codec, Multihash.of(Multihash.SHA2_256, digest));
  }

  /// The id of a leaf that is nowhere.
  static Cid unseen(int number) {
    byte[] digest = sha256(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  Part file(List<Part> parts) throws IOException {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    long size = parts.stream().mapToLong(Part::sizeBytes).sum();
    number(1, FILE, data);
    number(3, size, data);
    for (Part part : parts) {
      bytes(2, link(part.cid(), ""), node);
      number(4, part.sizeBytes(), data);
    }
    bytes(1, data.toByteArray(), node);
    return new Part(put(Cid.DAG_PB, node.toByteArray()), size);
  }

  /// A file of which one part follows itself.
  Part repeated(List<Part> parts, int times) throws IOException {
    int inner = Math.min(times, 1_000);
    Part group = file(Collections.nCopies(inner, parts).stream().flatMap(List::stream).toList());
    return file(Collections.nCopies(times / inner, group));
  }

  /// A file of that many leaves of one byte.
  Part leaves(int count, IntFunction<Cid> leaf) throws IOException {
    Part[] nodes = new Part[(count + LINKS - 1) / LINKS];
    for (int n = 0; n < nodes.length; n++) {
      Part[] parts = new Part[Math.min(LINKS, count - n * LINKS)];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = new Part(leaf.apply(n * LINKS + i), 1);
      }
      nodes[n] = file(Arrays.asList(parts));
    }
    return file(Arrays.asList(nodes));
  }

  /// A folder of one thing under many names.
  Cid folder(Cid entry, int count) throws IOException {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      bytes(2, link(entry, "%06d".formatted(i)), node);
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    number(1, DIRECTORY, data);
    bytes(1, data.toByteArray(), node);
    return put(Cid.DAG_PB, node.toByteArray());
  }

  private static byte[] link(Cid cid, String name) {
    ByteArrayOutputStream link = new ByteArrayOutputStream();
    bytes(1, cid.toBytes(), link);
    bytes(2, name.getBytes(StandardCharsets.UTF_8), link);
    return link.toByteArray();
  }

  private static void bytes(int field, byte[] value, ByteArrayOutputStream out) {
    varint((long) field << 3 | 2, out);
    varint(value.length, out);
    out.writeBytes(value);
  }

  private static void number(int field, long value, ByteArrayOutputStream out) {
    varint((long) field << 3, out);
    varint(value, out);
  }

  private static void varint(long value, ByteArrayOutputStream out) {
    long left = value;
    while (left > 0x7f) {
      out.write((int) (left & 0x7f | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }
}
