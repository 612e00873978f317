package io.shoal.runtime.naming;

import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerId;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.file.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Records on this disk: those that this user published, and of other keys the newest record that
/// was seen of each name. A file each, replaced atomically and durable when a method returns; a
/// record of a lower sequence number never replaces a higher one. Usable from any thread.
public final class NameStore {
  private static final Logger LOG = LoggerFactory.getLogger(NameStore.class);

  /// Names that are remembered. Beyond that a new name is not written down: no other name loses its
  /// protection for it.
  static final int MAX_SEEN = 65_536;

  /// Names that one user publishes: renewing one takes some seconds of an hour.
  static final int MAX_OWN = 500;

  /// A record and what is kept beside it.
  private static final int MAX_FILE_BYTES = SignedRecords.MAX_VALUE_SIZE_BYTES + 512;

  private final Path own;
  private final Path seen;
  private final RecordSeal seal;
  private final InstantSource clock;

  /// @param folder the runtime's own folder
  /// @param seal of the swarm whose records these are; each has a folder of its own
  /// @param clock dates what was asked for
  public NameStore(Path folder, RecordSeal seal, InstantSource clock) {
    Path records = folder.resolve(seal.folder());
    this.own = records.resolve("own");
    this.seen = records.resolve("seen");
    this.seal = seal;
    this.clock = clock;
  }

  /// A record that this user published.
  ///
  /// @param record as it was signed last
  /// @param renew whether it is signed anew before it expires
  /// @param about whether it describes a root, under a key that follows from the root
  public record Own(SignedRecord record, boolean renew, boolean about) {
    PeerId key() {
      return PeerId.ofEd25519(record.publicKey());
    }
  }

  private static String fileName(byte[] key, String name) {
    MessageDigest digest = Sha256.begin();
    digest.update(key);
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  /// The newest record that was seen of a key and name.
  ///
  /// @throws IOException the file cannot be read or is damaged; what it protected must not be
  ///   forgotten silently
  public Optional<SignedRecord> seen(byte[] key, String name) throws IOException {
    return read(seen.resolve(fileName(key, name))).map(Own::record);
  }

  /// Remembers a record, unless one that is newer is remembered already.
  ///
  /// @return whether it is remembered now, it or a newer one
  public synchronized boolean remember(SignedRecord record) throws IOException {
    Path file = seen.resolve(fileName(record.publicKey(), record.name()));
    Optional<SignedRecord> before = read(file).map(Own::record);
    if (before.isEmpty() && count(seen) >= MAX_SEEN) {
      LOG.warn("{} holds {} names: no further one is remembered", seen, MAX_SEEN);
      return false;
    }
    if (before.isEmpty() || before.get().sequence() < record.sequence()) {
      write(file, new Own(record, false, false));
    }
    // The names that were asked for last are kept alive.
    Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    return true;
  }

  /// As [#remember], but keeps the date when the name was asked for last.
  void renewed(SignedRecord record) throws IOException {
    Path file = seen.resolve(fileName(record.publicKey(), record.name()));
    FileTime asked = Files.getLastModifiedTime(file);
    if (remember(record)) {
      Files.setLastModifiedTime(file, asked);
    }
  }

  private static int count(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.limit(MAX_SEEN).count();
    }
  }

  /// The records of other keys that were asked for last.
  List<SignedRecord> lastSeen(int most) throws IOException {
    record Dated(Path file, long millis) {}
    List<Dated> files = new ArrayList<>();
    for (Path file : files(seen)) {
      try {
        files.add(new Dated(file, Files.getLastModifiedTime(file).toMillis()));
      } catch (NoSuchFileException e) {
        LOG.debug("{} is gone", file);
      }
    }
    files.sort(Comparator.comparingLong(Dated::millis).reversed());
    List<SignedRecord> records = new ArrayList<>();
    for (Dated dated : files.subList(0, Math.min(most, files.size()))) {
      readable(dated.file()).ifPresent(found -> records.add(found.record()));
    }
    return records;
  }

  /// The record that this user published under a key and name.
  public Optional<Own> own(byte[] key, String name) throws IOException {
    return read(own.resolve(fileName(key, name)));
  }

  /// All records that this user published, by name.
  List<Own> allOwn() throws IOException {
    List<Own> all = new ArrayList<>();
    for (Path file : files(own)) {
      readable(file).ifPresent(all::add);
    }
    all.sort(Comparator.comparing(published -> published.record().name()));
    return all;
  }

  synchronized void putOwn(Own published) throws IOException {
    write(
        own.resolve(fileName(published.record().publicKey(), published.record().name())),
        published);
  }

  void removeOwn(SignedRecord record) throws IOException {
    Files.deleteIfExists(own.resolve(fileName(record.publicKey(), record.name())));
  }

  private static List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "????????????????*")) {
        found.forEach(
            file -> {
              if (!file.toString().endsWith(".tmp")) {
                files.add(file);
              }
            });
      }
    }
    return files;
  }

  private static void write(Path file, Own published) throws IOException {
    PrivateFile.folder(file.resolveSibling("."));
    SignedRecord record = published.record();
    byte[] content =
        new FlatBencode()
            .put("key", record.publicKey())
            .put("name", record.name())
            .put("sequence", record.sequence())
            .put("value", record.value())
            .put("signature", record.signature())
            .put("renew", published.renew() ? 1 : 0)
            .put("about", published.about() ? 1 : 0)
            .encode();
    AtomicFiles.replace(file, content);
  }

  private Optional<Own> readable(Path file) {
    try {
      return read(file);
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Own> read(Path file) throws IOException {
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_FILE_BYTES);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      FlatBencode entries = FlatBencode.parse(bytes);
      entries.requireOnly(
          Set.of("key", "name", "sequence", "value", "signature", "renew", "about"));
      SignedRecord record =
          new SignedRecord(
              entries.requiredBytes("key"),
              entries.text("name").orElse(""),
              entries.requiredNumber("sequence"),
              entries.requiredBytes("value"),
              entries.requiredBytes("signature"));
      if (!seal.valid(record)) {
        throw new MalformedDataException("its signature is not valid");
      }
      boolean renew = entries.requiredNumber("renew") != 0;
      return Optional.of(new Own(record, renew, entries.requiredNumber("about") != 0));
    } catch (MalformedDataException e) {
      throw new IOException(
          file
              + ": the record in it is damaged ("
              + e.getMessage()
              + "): remove the file; what was last seen of this name is then forgotten",
          e);
    }
  }
}
