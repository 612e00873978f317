package io.shoal.runtime.importer;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.store.RootCompleteness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Takes over a folder of chunk files that are named by the SHA-256 of their bytes. See
/// [NodeCommands#takeOver].
public final class HashedFolder {

  /// How many of the skipped files are named; the rest are counted.
  private static final int MAX_NAMED = 1_000;

  /// Between two reports of progress.
  private static final int FILES_A_REPORT = 64;

  private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

  private final ChunkStore store;
  private final Consumer<Cid> pin;
  private final List<String> leftOut = new ArrayList<>();
  private final List<Cid> taken = new ArrayList<>();
  private long unnamed;
  private long chunks;
  private long sizeBytes;
  private long newBytes;

  /// @param pin receives each chunk that is in the store now
  public HashedFolder(ChunkStore store, Consumer<Cid> pin) {
    this.store = store;
    this.pin = pin;
  }

  /// Reads the whole folder; what was taken is durable when this returns. Called once.
  public ContentCommands.TakenOver takeOver(Path folder, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    if (!Files.isDirectory(folder)) {
      throw new UserFaultException(
          folder + " is not a folder: give the one that holds the chunk files");
    }
    List<Path> files = filesIn(folder);
    for (Path file : files) {
      if (Thread.interrupted()) {
        store.sync();
        throw new InterruptedException("interrupted");
      }
      take(folder, file);
      if (chunks % FILES_A_REPORT == 0) {
        progress.progress(
            new ContentCommands.Progress("importing", sizeBytes, -1, 0, 0, chunks + " chunks"));
      }
    }
    store.sync();
    for (Cid cid : taken) {
      RootCompleteness.require(store, cid);
    }
    if (unnamed > 0) {
      leftOut.add("and " + unnamed + " more");
    }
    return new ContentCommands.TakenOver(chunks, sizeBytes, newBytes, List.copyOf(leftOut));
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }

  private void take(Path folder, Path file) throws ShoalException, IOException {
    String name = file.getFileName().toString();
    if (!HASH.matcher(name).matches()) {
      leaveOut(folder, file, "its name is not a SHA-256");
    } else if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      leaveOut(folder, file, "it is not an ordinary file");
    } else if (Files.size(file) > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
      leaveOut(folder, file, "larger than a chunk may be (2 MiB): add it as a file");
    } else {
      byte[] expected = HexFormat.of().parseHex(name);
      byte[] bytes = read(file);
      if (Arrays.equals(expected, Sha256.of(bytes))) {
        store(Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, expected)), bytes);
      } else {
        leaveOut(folder, file, "its bytes do not hash to its name: it is corrupt");
      }
    }
  }

  private static byte[] read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      // The file may have grown since it was measured; a byte too many spoils the hash, as it
      // should.
      return in.readNBytes(ChunkStore.MAX_CHUNK_SIZE_BYTES + 1);
    }
  }

  private void store(Cid cid, byte[] bytes) throws ShoalException, IOException {
    if (store.put(cid, ByteBuffer.wrap(bytes))) {
      newBytes += bytes.length;
    }
    pin.accept(cid);
    taken.add(cid);
    chunks++;
    sizeBytes += bytes.length;
  }

  private void leaveOut(Path folder, Path file, String why) {
    if (leftOut.size() < MAX_NAMED) {
      leftOut.add(folder.relativize(file) + ": " + why);
    } else {
      unnamed++;
    }
  }
}
