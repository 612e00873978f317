package io.shoal.discovery.lan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// A message of BEP 14: the sender has these keys, or wants them, at this port of the address that
/// the message comes from.
///
/// @param port 1 to 65,535
/// @param keys 40 digits each, in lower case
/// @param cookie a word by which the sender knows its own messages again; may be empty
record SearchMessage(int port, List<String> keys, String cookie) {
  /// Keys of one message: as many as fit into a packet that is not cut in two on its way.
  static final int MAX_KEYS = 24;

  private static final String FIRST_LINE = "BT-SEARCH * HTTP/1.1";
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  /// Packets of others that are read to the end.
  private static final int MAX_BYTES = 2_048;

  private static final int MAX_COOKIE_CHARS = 64;

  SearchMessage {
    keys = List.copyOf(keys);
  }

  byte[] bytes(Group group) {
    var text = new StringBuilder(FIRST_LINE).append("\r\n");
    text.append("Host: ").append(group.text()).append("\r\n");
    text.append("Port: ").append(port).append("\r\n");
    keys.forEach(key -> text.append("Infohash: ").append(key).append("\r\n"));
    text.append("cookie: ").append(cookie).append("\r\n\r\n\r\n");
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /// Reads a message as clients send it: names in any case, lines with or without CR, digits in any
  /// case. Keys of another form are left out.
  ///
  /// @throws MalformedPacketException it is none, or has no port or no key
  static SearchMessage read(byte[] bytes) throws MalformedPacketException {
    if (bytes.length > MAX_BYTES) {
      throw new MalformedPacketException("it has more than " + MAX_BYTES + " bytes");
    }
    List<String> lines = new String(bytes, StandardCharsets.ISO_8859_1).lines().toList();
    if (lines.isEmpty() || !lines.getFirst().strip().equals(FIRST_LINE)) {
      throw new MalformedPacketException("it does not begin with " + FIRST_LINE);
    }
    int port = 0;
    String cookie = "";
    List<String> keys = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, Math.max(0, colon)).strip().toLowerCase(Locale.ROOT)) {
        case "port" -> port = PORT.matcher(value).matches() ? Integer.parseInt(value) : 0;
        case "cookie" -> cookie = value.substring(0, Math.min(value.length(), MAX_COOKIE_CHARS));
        case "infohash" -> {
          String key = value.toLowerCase(Locale.ROOT);
          if (KEY.matcher(key).matches() && keys.size() < MAX_KEYS) {
            keys.add(key);
          }
        }
        default -> {
          // The host is that of the group; others are of a later version.
        }
      }
    }
    if (port < 1 || port > 65_535 || keys.isEmpty()) {
      throw new MalformedPacketException("it has no port or no key");
    }
    return new SearchMessage(port, keys, cookie);
  }
}
