package io.shoal.runtime.command;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/// Texts as they stand in links: other characters than letters and digits as `%XX` of UTF-8.
final class PercentText {
  private PercentText() {}

  /// A name, which may have any character.
  static String encoded(String name) {
    // URLEncoder is for forms, which write a blank as a plus.
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// An address, which has printable ASCII alone and stays readable: just what would end it.
  static String encodedAddress(String address) {
    return address.replace("%", "%25").replace("#", "%23").replace("&", "%26").replace("+", "%2B");
  }

  /// @return empty if a `%` is not followed by two hex digits, or the bytes are not UTF-8
  static Optional<String> decoded(String encoded) {
    byte[] raw = encoded.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] != '%') {
        out.put(raw[i]);
        continue;
      }
      if (i + 2 >= raw.length
          || !HexFormat.isHexDigit(raw[i + 1])
          || !HexFormat.isHexDigit(raw[i + 2])) {
        return Optional.empty();
      }
      out.put(
          (byte) (HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2])));
      i += 2;
    }
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
