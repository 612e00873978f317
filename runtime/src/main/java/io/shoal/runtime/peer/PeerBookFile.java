package io.shoal.runtime.peer;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.runtime.file.AtomicFiles;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries a [PeerBook] from one run of a node to the next. A loss costs speed and no content: the
/// file is written now and then, and one that cannot be read is ignored.
///
/// Text, a record a line, fields by spaces, texts URL-encoded: `shoal-peers 2`, then `peer …` and
/// `ban …` lines, then `end` and the CRC-32C of all before it.
public final class PeerBookFile {
  private static final Logger LOG = LoggerFactory.getLogger(PeerBookFile.class);

  private static final String HEADER = "shoal-peers 2";
  private static final String END = "end ";

  /// Above what [PeerBook#MAX_PEERS] and [Bans#MAX_BANS] lines can take.
  private static final long MAX_SIZE_BYTES = 32 << 20;

  /// Of texts that peers sent, this much is kept.
  private static final int MAX_TEXT_CHARACTERS = 200;

  private final Path file;
  private final PeerBook book;
  private long writtenChanges;

  public PeerBookFile(Path file, PeerBook book) {
    this.file = file;
    this.book = book;
  }

  /// Restores what an earlier run left. Called once, before the book is used.
  public void load() {
    try {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        read();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} is ignored: what was known of peers is forgotten ({})", file, e.toString());
    }
    writtenChanges = book.changes();
  }

  private void read() throws IOException {
    if (Files.size(file) > MAX_SIZE_BYTES) {
      throw new IOException("it is too large");
    }
    String text = Files.readString(file);
    int end = text.lastIndexOf(END);
    if (end < 0 || !text.startsWith(HEADER) || !text.substring(end).equals(end(text, end))) {
      throw new IOException("it is damaged");
    }
    // All lines before any is believed: half a book is worse than none.
    List<String[]> lines = text.substring(0, end).lines().skip(1).map(l -> l.split(" ")).toList();
    List<PeerBook.Entry> entries =
        lines.stream().filter(f -> f[0].equals("peer")).map(PeerBookFile::entry).toList();
    List<Bans.Ban> bans =
        lines.stream().filter(f -> f[0].equals("ban")).map(PeerBookFile::ban).toList();
    bans.forEach(book::restore);
    entries.forEach(book::restore);
  }

  private static Bans.Ban ban(String[] fields) {
    Optional<String> network =
        fields[4].equals("-") ? Optional.empty() : Optional.of(decoded(fields[4]));
    return new Bans.Ban(
        Bans.Kind.valueOf(fields[1]),
        decoded(fields[2]),
        new PeerOrigin(decoded(fields[3]), network),
        decoded(fields[8]),
        Long.parseLong(fields[5]),
        Long.parseLong(fields[6]),
        Integer.parseInt(fields[7]));
  }

  private static PeerBook.Entry entry(String[] fields) {
    PeerAddress address = PeerAddress.of(decoded(fields[2]));
    if (!fields[3].equals("-")) {
      address = address.withPeerId(peerId(fields[3]));
    }
    return new PeerBook.Entry(
        new PeerKey(decoded(fields[1])),
        address,
        decoded(fields[4]),
        Long.parseLong(fields[5]),
        Long.parseLong(fields[6]),
        Long.parseLong(fields[7]),
        Integer.parseInt(fields[8]),
        new Reputation(Double.parseDouble(fields[9]), Long.parseLong(fields[10])),
        Long.parseLong(fields[11]));
  }

  private static PeerId peerId(String text) {
    try {
      return PeerId.parse(text);
    } catch (InvalidInputException e) {
      throw new IllegalArgumentException("it names no peer: " + text, e);
    }
  }

  /// Writes the book if it changed since it was last written.
  public void saveIfChanged() {
    long changes = book.changes();
    if (changes == writtenChanges) {
      return;
    }
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    book.entries().forEach(entry -> text.append(line(entry)));
    book.rememberedBans().forEach(ban -> text.append(line(ban)));
    text.append(end(text, text.length()));
    try {
      AtomicFiles.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
      writtenChanges = changes;
    } catch (IOException e) {
      LOG.warn("what is known of peers was not saved: {}", e.toString());
    }
  }

  private static String line(PeerBook.Entry entry) {
    Optional<PeerId> id = entry.address().peerId();
    return "peer %s %s %s %s %d %d %d %d %s %d %d\n"
        .formatted(
            encoded(entry.key().text()),
            encoded(entry.address().uri()),
            id.map(PeerId::toString).orElse("-"),
            encoded(clipped(entry.agent())),
            entry.roundTripMillis(),
            entry.receivedBytes(),
            entry.sentBytes(),
            entry.failures(),
            Double.toString(entry.reputation().score()),
            entry.reputation().atMillis(),
            entry.seenMillis());
  }

  private static String line(Bans.Ban ban) {
    return "ban %s %s %s %s %d %d %d %s\n"
        .formatted(
            ban.kind(),
            encoded(ban.subject()),
            encoded(ban.origin().host()),
            ban.origin().network().map(PeerBookFile::encoded).orElse("-"),
            ban.sinceMillis(),
            ban.untilMillis(),
            ban.times(),
            encoded(clipped(ban.reason())));
  }

  private static String end(CharSequence text, int length) {
    CRC32C crc = new CRC32C();
    crc.update(text.subSequence(0, length).toString().getBytes(StandardCharsets.UTF_8));
    return END + Long.toHexString(crc.getValue()) + "\n";
  }

  private static String clipped(String text) {
    return text.substring(0, Math.min(text.length(), MAX_TEXT_CHARACTERS));
  }

  /// With a sign before it, so that a field is never empty.
  private static String encoded(String text) {
    return "=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String field) {
    return URLDecoder.decode(field.substring(1), StandardCharsets.UTF_8);
  }
}
