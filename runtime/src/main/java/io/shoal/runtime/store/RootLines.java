package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The lines of the journal of roots: words with blanks between them, the last a checksum over the
/// others. Lines of an unknown kind are skipped: a newer program may write more.
final class RootLines {
  private static final String KEPT = "root";
  private static final String GONE = "gone";
  private static final String RULE = "rule";
  private static final String ALSO = "also";
  private static final String SIZES = "sizes";

  private RootLines() {}

  /// The meaning of a line.
  sealed interface Entry {}

  /// A root is here, as it is now known.
  record Kept(KeptRoot root) implements Entry {}

  /// A root is no longer here.
  record Gone(Cid root) implements Entry {}

  /// The sharing rule of a root, which is in force whether the root is here or not. A line of its
  /// own, so that a program that knows no rules still reads the roots.
  record Rule(Cid root, boolean isPrivate) implements Entry {}

  /// Another name of a root that is here.
  record Also(Cid root, KeptRoot.Named name) implements Entry {}

  /// All sizes in this journal were checked: an earlier program counted some leaves twice.
  record SizesChecked() implements Entry {}

  /// A line of a kind that this program does not know.
  record Unknown() implements Entry {}

  /// @param files where paths in it lie
  /// @return empty if the line is torn or damaged
  static Optional<Entry> read(String line, FileSystem files) {
    String[] fields = line.split(" ", -1);
    if (fields.length < 3
        || !checksum(line.substring(0, line.lastIndexOf(' '))).equals(fields[fields.length - 1])) {
      return Optional.empty();
    }
    if (fields[0].equals(SIZES)) {
      return Optional.of(new SizesChecked());
    }
    try {
      Cid cid = Cid.parse(fields[1]);
      return Optional.of(
          switch (fields[0]) {
            case GONE -> new Gone(cid);
            case RULE -> new Rule(cid, fields[2].equals("private"));
            case ALSO -> fields.length == 5 ? also(cid, fields, files) : new Unknown();
            case KEPT -> fields.length == 9 ? new Kept(root(cid, fields, files)) : new Unknown();
            default -> new Unknown();
          });
    } catch (InvalidInputException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static KeptRoot root(Cid cid, String[] fields, FileSystem files) {
    return new KeptRoot(
        cid,
        decoded(fields[2]).orElse(""),
        Long.parseLong(fields[3]),
        fields[4].equals("folder"),
        fields[5].equals("pinned"),
        decoded(fields[6]).map(files::getPath),
        decoded(fields[7]));
  }

  private static Also also(Cid cid, String[] fields, FileSystem files) {
    return new Also(
        cid,
        new KeptRoot.Named(decoded(fields[2]).orElse(""), decoded(fields[3]).map(files::getPath)));
  }

  static String write(Entry entry) {
    String text =
        switch (entry) {
          case Kept(KeptRoot root) ->
              String.join(
                  " ",
                  KEPT,
                  root.cid().toString(),
                  encoded(root.name()),
                  Long.toString(root.sizeBytes()),
                  root.folder() ? "folder" : "file",
                  root.pinned() ? "pinned" : "loose",
                  encoded(root.path().map(Path::toString).orElse("")),
                  encoded(root.sha256().orElse("")));
          case Gone(Cid root) -> GONE + " " + root;
          case Rule(Cid root, boolean isPrivate) ->
              RULE + " " + root + (isPrivate ? " private" : " public");
          case Also(Cid root, KeptRoot.Named other) ->
              String.join(
                  " ",
                  ALSO,
                  root.toString(),
                  encoded(other.name()),
                  encoded(other.path().map(Path::toString).orElse("")));
          case SizesChecked() -> SIZES + " checked";
          case Unknown() -> throw new IllegalArgumentException("nothing is known to be written");
        };
    return text + " " + checksum(text) + "\n";
  }

  private static String encoded(String text) {
    return text.isEmpty() ? "-" : "=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Optional<String> decoded(String field) {
    return field.equals("-")
        ? Optional.empty()
        : Optional.of(URLDecoder.decode(field.substring(1), StandardCharsets.UTF_8));
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }
}
