package io.shoal.discovery.fixed;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A file with a peer address a line. Blank lines, and what follows a `#` at the begin of a line or
/// after a blank, are left out: the `#` of a peer id stands in the midst of its address.
///
/// A line that is no address is a fault of that line alone. Used by one thread at a time.
final class PeerFile {
  /// Largest file that is read: a thousand of the longest lines. A larger one is some other file.
  static final long MAX_SIZE_BYTES = 1 << 20;

  /// Peers that are taken: a download keeps no more than 2,000 addresses of all discoveries.
  static final int MAX_PEERS = 1_000;

  /// Faults that are named; further ones are counted.
  static final int MAX_NAMED_FAULTS = 10;

  private static final int SHOWN_CHARS = 60;

  private final Path path;
  private Optional<Stamp> seen = Optional.empty();
  private Contents last = new Contents(List.of(), List.of(), 0);

  PeerFile(Path path) {
    this.path = path;
  }

  /// What tells one state of the file from another. An editor that replaces the file gives it
  /// another key, so a change within the resolution of the time is seen too.
  private record Stamp(long modifiedNanos, long sizeBytes, String key) {
    static Stamp of(BasicFileAttributes now) {
      return new Stamp(
          now.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
          now.size(),
          String.valueOf(now.fileKey()));
    }
  }

  /// A peer with its line, from 1.
  record Entry(int line, PeerAddress address) {}

  /// What is in the file.
  ///
  /// @param peers in their order, each once
  /// @param faults one line each that names the file and the number of the line
  /// @param leftOut lines with a fault, also those that are not named
  record Contents(List<Entry> peers, List<String> faults, int leftOut) {
    Contents {
      peers = List.copyOf(peers);
      faults = List.copyOf(faults);
    }
  }

  /// Reads the file if it is not as it was at the last look.
  ///
  /// @return what is in it now; empty if nothing changed
  Optional<Contents> look() {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      Stamp stamp = Stamp.of(now);
      if (seen.equals(Optional.of(stamp))) {
        return Optional.empty();
      }
      Contents read = now.isRegularFile() ? read() : unusable("it is no regular file");
      seen = Optional.of(stamp);
      return changedTo(read);
    } catch (IOException e) {
      // Not to be read now: the peers of before hold, since a file is gone for a moment while it is
      // replaced, or while its disk is away.
      seen = Optional.empty();
      String why =
          e instanceof NoSuchFileException ? "it is not there" : String.valueOf(e.getMessage());
      return changedTo(unusable(why));
    }
  }

  private Optional<Contents> changedTo(Contents now) {
    if (now.equals(last)) {
      return Optional.empty();
    }
    last = now;
    return Optional.of(now);
  }

  private Contents unusable(String why) {
    String fault =
        "%s cannot be read (%s): put a file with a peer address a line there"
            .formatted(path, why.replace('\n', ' '));
    return new Contents(last.peers(), List.of(fault), 0);
  }

  private Contents read() throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(Math.toIntExact(MAX_SIZE_BYTES) + 1);
    }
    if (bytes.length > MAX_SIZE_BYTES) {
      return unusable("it has more than " + (MAX_SIZE_BYTES >> 20) + " MiB");
    }
    // ISO 8859-1 takes every byte, so that a wrong one is a fault of its line alone.
    return parse(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  private Contents parse(String text) {
    List<Entry> peers = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    int leftOut = 0;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String address = withoutComment(line);
      if (address.isEmpty()) {
        continue;
      }
      Optional<String> fault = take(number, address, peers);
      if (fault.isPresent()) {
        leftOut++;
        if (faults.size() < MAX_NAMED_FAULTS) {
          faults.add("line %d of %s is left out: %s".formatted(number, path, fault.get()));
        }
      }
    }
    return new Contents(peers, faults, leftOut);
  }

  private static Optional<String> take(int number, String text, List<Entry> peers) {
    try {
      PeerAddress address = PeerAddress.parse(text);
      if (peers.stream().anyMatch(known -> known.address().equals(address))) {
        return Optional.empty();
      }
      if (peers.size() >= MAX_PEERS) {
        return Optional.of("there are more than " + MAX_PEERS + " peers, remove some");
      }
      peers.add(new Entry(number, address));
      return Optional.empty();
    } catch (InvalidInputException e) {
      String why = String.valueOf(e.getMessage());
      return Optional.of(
          text.length() > SHOWN_CHARS && why.length() > 4 * SHOWN_CHARS
              ? why.substring(0, 4 * SHOWN_CHARS) + "…"
              : why);
    }
  }

  private static String withoutComment(String line) {
    String text = line.strip();
    if (text.startsWith("#")) {
      return "";
    }
    for (int at = 1; at < text.length(); at++) {
      if (text.charAt(at) == '#' && Character.isWhitespace(text.charAt(at - 1))) {
        return text.substring(0, at).strip();
      }
    }
    return text;
  }
}
