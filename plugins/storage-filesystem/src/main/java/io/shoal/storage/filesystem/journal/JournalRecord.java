package io.shoal.storage.filesystem.journal;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.FileRef;
import io.shoal.api.MalformedDataException;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One record of the journal of references. All numbers are big-endian; a path is a 16-bit length
/// and UTF-8.
public sealed interface JournalRecord {
  /// The most runs in one record: keeps a record under [JournalFrames#MAX_RECORD_BYTES].
  int MAX_RUNS = 4096;

  /// The number of the file that it is about.
  int file();

  /// `1 file:4 size:8 mtime:8 ctime:8 inode:8 growing:1 path`. The file is referred to; its claims,
  /// if it has any, stay.
  record Described(int file, ExpectedFile expected) implements JournalRecord {}

  /// `2 file:4 count:4 (offset:8 size:4 cid)*`, or `7 file:4 count:4 (offset:8 size:4 times:4
  /// cid)*` where a chunk follows itself. Its bytes were forced before this was written.
  record Claimed(int file, List<ClaimedRun> runs) implements JournalRecord {}

  /// `3 file:4 path`. The file is about to get that name: from here on it is at one of both.
  record Moving(int file, Path target) implements JournalRecord {}

  /// `4 file:4`. Its claims are gone since it changed.
  record Dropped(int file) implements JournalRecord {}

  /// `5 file:4`. It is not referred to any more; the number is free.
  record Forgotten(int file) implements JournalRecord {}

  /// `6 file:4 offset:8 cid`, or `8 file:4 offset:8 times:4 cid`. Claims are taken back; the size
  /// is not written.
  record Unclaimed(int file, ClaimedRun run) implements JournalRecord {}

  /// No less than the payload will have.
  static int maxBytes(JournalRecord record) {
    return switch (record) {
      case Described described -> 64 + maxBytes(described.expected().ref().path());
      case Claimed claimed -> 16 + claimed.runs().size() * (Cid.MAX_BYTES + 16);
      case Moving moving -> 16 + maxBytes(moving.target());
      case Dropped _, Forgotten _ -> 16;
      case Unclaimed _ -> 20 + Cid.MAX_BYTES;
    };
  }

  private static int maxBytes(Path path) {
    return 3 * path.toString().length(); // UTF-8 takes at most three bytes for a char
  }

  /// Writes the record's payload.
  static void write(JournalRecord record, ByteBuffer out) {
    switch (record) {
      case Described(int file, ExpectedFile expected) -> {
        FileRef ref = expected.ref();
        out.put((byte) 1).putInt(file);
        out.putLong(ref.sizeBytes()).putLong(ref.modifiedNanos());
        out.putLong(expected.changedNanos()).putLong(ref.inode());
        out.put((byte) (ref.growing() ? 1 : 0));
        writePath(ref.path(), out);
      }
      case Claimed(int file, List<ClaimedRun> runs) -> {
        boolean repeats = runs.stream().anyMatch(run -> run.times() > 1);
        out.put((byte) (repeats ? 7 : 2)).putInt(file).putInt(runs.size());
        for (ClaimedRun run : runs) {
          out.putLong(run.offsetBytes()).putInt(run.sizeBytes());
          if (repeats) {
            out.putInt(run.times());
          }
          run.cid().write(out);
        }
      }
      case Moving(int file, Path target) -> {
        out.put((byte) 3).putInt(file);
        writePath(target, out);
      }
      case Dropped(int file) -> out.put((byte) 4).putInt(file);
      case Forgotten(int file) -> out.put((byte) 5).putInt(file);
      case Unclaimed(int file, ClaimedRun run) -> {
        boolean repeats = run.times() > 1;
        out.put((byte) (repeats ? 8 : 6)).putInt(file).putLong(run.offsetBytes());
        if (repeats) {
          out.putInt(run.times());
        }
        run.cid().write(out);
      }
    }
  }

  /// Reads a payload; every byte must belong to it.
  ///
  /// @throws MalformedDataException it is none, although its checksum is right: another version
  ///   wrote it
  static JournalRecord read(ByteBuffer in) throws MalformedDataException {
    try {
      JournalRecord record = readKnown(in);
      if (in.hasRemaining()) {
        throw new MalformedDataException(in.remaining() + " bytes follow the record");
      }
      return record;
    } catch (BufferUnderflowException | InvalidPathException e) {
      throw new MalformedDataException("the record ends early or holds no path", e);
    }
  }

  private static JournalRecord readKnown(ByteBuffer in) throws MalformedDataException {
    int type = in.get();
    int file = in.getInt();
    if (file <= 0 || file > ChunkIndex.MAX_FILE) {
      throw new MalformedDataException("no file has the number " + file);
    }
    return switch (type) {
      case 1 -> readDescribed(file, in);
      case 2 -> readClaimed(file, false, in);
      case 3 -> new Moving(file, readPath(in));
      case 4 -> new Dropped(file);
      case 5 -> new Forgotten(file);
      case 6 -> readUnclaimed(file, false, in);
      case 7 -> readClaimed(file, true, in);
      case 8 -> readUnclaimed(file, true, in);
      default -> throw new MalformedDataException("unknown record type " + type);
    };
  }

  private static Described readDescribed(int file, ByteBuffer in) {
    long size = in.getLong();
    long modified = in.getLong();
    long changed = in.getLong();
    long inode = in.getLong();
    boolean growing = in.get() != 0;
    FileRef ref = new FileRef(readPath(in), size, modified, inode, growing);
    return new Described(file, new ExpectedFile(ref, changed));
  }

  private static Claimed readClaimed(int file, boolean repeats, ByteBuffer in)
      throws MalformedDataException {
    int count = in.getInt();
    if (count < 0 || count > MAX_RUNS) {
      throw new MalformedDataException(count + " runs in one record");
    }
    List<ClaimedRun> runs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long offset = in.getLong();
      int size = in.getInt();
      if (repeats) {
        int times = readTimes(in);
        runs.add(new ClaimedRun(Cid.read(in), offset, size, times));
      } else {
        // Earlier versions wrote each chunk of a file of zeros.
        ClaimedRun.add(new Segment(Cid.read(in), offset, size), runs);
      }
    }
    return new Claimed(file, runs);
  }

  private static Unclaimed readUnclaimed(int file, boolean repeats, ByteBuffer in)
      throws MalformedDataException {
    long offset = in.getLong();
    int times = repeats ? readTimes(in) : 1;
    return new Unclaimed(file, new ClaimedRun(Cid.read(in), offset, 0, times));
  }

  private static int readTimes(ByteBuffer in) throws MalformedDataException {
    int times = in.getInt();
    if (times < 1) {
      throw new MalformedDataException("a chunk that is there " + times + " times");
    }
    return times;
  }

  private static void writePath(Path path, ByteBuffer out) {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0xffff) {
      throw new IllegalArgumentException("a path of " + bytes.length + " bytes: " + path);
    }
    out.putShort((short) bytes.length).put(bytes);
  }

  private static Path readPath(ByteBuffer in) {
    byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(bytes);
    return Path.of(new String(bytes, StandardCharsets.UTF_8));
  }
}
