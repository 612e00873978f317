package io.shoal.runtime.naming;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerId;
import io.shoal.api.SignedRecords;
import io.shoal.runtime.file.NameRules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/// The value of a signed record: a [FlatBencode] dictionary. `version` is 1, `time` and `expires`
/// are seconds since 1970; the other entries depend on the kind of value.
public sealed interface NameValue {
  /// The longest note, in bytes of UTF-8: some pages of text.
  int MAX_NOTE_BYTES = 16 << 10;

  /// The longest value that a chunk may hold, in bytes: a note and all the rest.
  int MAX_CHUNK_VALUE_BYTES = 32 << 10;

  /// The longest time that a record may be valid: a name that its owner left alone for years is
  /// better gone.
  Duration MAX_LIFETIME = Duration.ofDays(3_660);

  /// The version that is written, and the only one that is read.
  int VERSION = 1;

  /// When it was signed, seconds since 1970.
  long time();

  /// When it expires, seconds since 1970.
  long expires();

  /// The name stands for a root: `root` (binary CID) and, as far as they are known, `name`, `size`
  /// (file bytes), `kind` (`file` or `folder`), `note`.
  record Target(
      Cid root,
      Optional<String> fileName,
      long sizeBytes,
      Optional<String> kind,
      Optional<String> note,
      long time,
      long expires)
      implements NameValue {}

  /// The owner has another key now: `successor` (binary CID of the key). The name lives on under
  /// it.
  record Successor(PeerId key, long time, long expires) implements NameValue {}

  /// The owner took the name back: `withdrawn` is 1.
  record Withdrawn(long time, long expires) implements NameValue {}

  /// The value is too large for a record and is in a chunk: `chunk` (binary CID). The signature of
  /// the record covers the chunk by its hash.
  record InChunk(Cid chunk, long time, long expires) implements NameValue {}

  /// Whether it is expired at a time.
  default boolean expired(long nowSeconds) {
    return nowSeconds >= expires();
  }

  /// The bencoded form. May be longer than a record takes.
  default byte[] encode() {
    FlatBencode out =
        new FlatBencode().put("version", VERSION).put("time", time()).put("expires", expires());
    switch (this) {
      case Target target -> {
        out.put("root", target.root.toBytes());
        target.fileName.ifPresent(name -> out.put("name", name));
        if (target.sizeBytes >= 0) {
          out.put("size", target.sizeBytes);
        }
        target.kind.ifPresent(kind -> out.put("kind", kind));
        target.note.ifPresent(note -> out.put("note", note));
      }
      case Successor successor -> out.put("successor", successor.key.toCid().toBytes());
      case Withdrawn _ -> out.put("withdrawn", 1);
      case InChunk inChunk -> out.put("chunk", inChunk.chunk.toBytes());
    }
    return out.encode();
  }

  /// Whether a value fits into a record.
  static boolean fits(byte[] value) {
    return value.length <= SignedRecords.MAX_VALUE_SIZE_BYTES;
  }

  /// Reads the value of a record.
  ///
  /// @throws MalformedDataException it is not such a value; the message ends a sentence
  static NameValue decode(byte[] value) throws MalformedDataException {
    if (!fits(value)) {
      throw new MalformedDataException("it has " + value.length + " bytes");
    }
    return read(value);
  }

  /// Reads the chunk that a record's value names.
  ///
  /// @throws MalformedDataException it does not hold what belongs there
  static Target decodeChunk(byte[] bytes, InChunk named) throws MalformedDataException {
    if (bytes.length > MAX_CHUNK_VALUE_BYTES) {
      throw new MalformedDataException("its chunk has " + bytes.length + " bytes");
    }
    if (!(read(bytes) instanceof Target target)
        || target.time != named.time
        || target.expires != named.expires) {
      throw new MalformedDataException("its chunk does not belong to it");
    }
    return target;
  }

  private static NameValue read(byte[] bytes) throws MalformedDataException {
    FlatBencode in = FlatBencode.parse(bytes);
    long version = in.requiredNumber("version");
    if (version != VERSION) {
      throw new MalformedDataException("its version is " + version + ", not " + VERSION);
    }
    long time = in.requiredNumber("time");
    long expires = in.requiredNumber("expires");
    if (time < 0 || expires < time || expires - time > MAX_LIFETIME.toSeconds()) {
      throw new MalformedDataException("its times are not possible");
    }
    NameValue value = read(in, time, expires);
    // One content has one form: an entry that was not read above, or another encoding, is refused.
    if (!Arrays.equals(value.encode(), bytes)) {
      throw new MalformedDataException("it holds entries that do not belong together");
    }
    return value;
  }

  private static NameValue read(FlatBencode in, long time, long expires)
      throws MalformedDataException {
    if (in.has("successor")) {
      return new Successor(key(in.requiredBytes("successor")), time, expires);
    }
    if (in.has("withdrawn")) {
      return new Withdrawn(time, expires);
    }
    if (in.has("chunk")) {
      Cid chunk = Cid.fromBytes(in.requiredBytes("chunk"));
      if (chunk.codec() != Cid.RAW || chunk.isIdentity()) {
        throw new MalformedDataException("its chunk is not plain bytes");
      }
      return new InChunk(chunk, time, expires);
    }
    return target(in, time, expires);
  }

  private static Target target(FlatBencode in, long time, long expires)
      throws MalformedDataException {
    Cid root = Cid.fromBytes(in.requiredBytes("root"));
    if (root.version() != 1 || root.codec() == Cid.LIBP2P_KEY) {
      throw new MalformedDataException("its root is not the CID of content");
    }
    Optional<String> name = in.text("name");
    Optional<String> fault = name.flatMap(NameRules::fault);
    if (fault.isPresent()) {
      throw new MalformedDataException("its file name cannot be used: " + fault.get());
    }
    long size = in.number("size").orElse(-1);
    if (in.has("size") && size < 0) {
      throw new MalformedDataException("its size is negative");
    }
    Optional<String> kind = in.text("kind");
    if (!Set.of("file", "folder").contains(kind.orElse("file"))) {
      throw new MalformedDataException("its kind is neither file nor folder");
    }
    Optional<String> note = in.text("note");
    if (noteBytes(note) > MAX_NOTE_BYTES) {
      throw new MalformedDataException("its note is too long");
    }
    return new Target(root, name, size, kind, note, time, expires);
  }

  /// How long a note is, in bytes of UTF-8.
  static int noteBytes(Optional<String> note) {
    return note.map(text -> text.getBytes(StandardCharsets.UTF_8).length).orElse(0);
  }

  private static PeerId key(byte[] cid) throws MalformedDataException {
    try {
      PeerId key = PeerId.parse(Cid.fromBytes(cid).toString());
      if (key.ed25519PublicKey().isPresent()) {
        return key;
      }
    } catch (InvalidInputException e) {
      throw new MalformedDataException("its successor is not a key", e);
    }
    throw new MalformedDataException("its successor is not an Ed25519 key");
  }
}
