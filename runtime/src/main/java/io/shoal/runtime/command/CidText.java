package io.shoal.runtime.command;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Multibase;
import io.shoal.api.Quoted;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;

/// A CID in any base of the multibase table that has letters and digits. [Cid] reads those in which
/// ids are written; other programs write more.
final class CidText {
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final String BASE32_HEX = "0123456789abcdefghijklmnopqrstuv";
  private static final String BASE32_Z = "ybndrfg8ejkmcpqxot1uwisza345h769";
  private static final String BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  private static final String BASE58_FLICKR =
      "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

  private CidText() {}

  static Cid parse(String text) throws InvalidInputException {
    Optional<String> usual =
        text.isEmpty() || text.length() > Multibase.MAX_TEXT_CHARS
            ? Optional.empty()
            : inUsualBase(text.charAt(0), text.substring(1));
    if (usual.isEmpty()) {
      return Cid.parse(text);
    }
    try {
      return Cid.parse(usual.get());
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          "not a content id: '%s': it is none in the base that its first character names"
              .formatted(Quoted.of(text)),
          e);
    }
  }

  /// The same id in a base that [Cid] reads.
  ///
  /// @return empty if it is in one already, or in none
  private static Optional<String> inUsualBase(char base, String body) {
    String low = body.toLowerCase(Locale.ROOT);
    boolean oneCase = body.equals(low) || body.equals(body.toUpperCase(Locale.ROOT));
    if (!oneCase && "FKcCvVtT".indexOf(base) >= 0) {
      return Optional.empty();
    }
    return switch (base) {
      case 'F' -> Optional.of("f" + low);
      case 'K' -> Optional.of("k" + low);
      case 'c', 'C' -> Optional.of("b" + unpadded(low));
      case 'v', 'V' -> Optional.of("b" + translated(low, BASE32_HEX, BASE32));
      case 't', 'T' -> Optional.of("b" + translated(unpadded(low), BASE32_HEX, BASE32));
      case 'h' -> Optional.of("b" + translated(body, BASE32_Z, BASE32));
      case 'Z' -> Optional.of("z" + translated(body, BASE58_FLICKR, BASE58));
      case 'U' -> Optional.of("u" + unpadded(body));
      case 'M' -> Optional.of("m" + unpadded(body));
      case '9' -> number(body, 10);
      case '7' -> bits(body, 3);
      case '0' -> bits(body, 1);
      default -> Optional.empty();
    };
  }

  private static String unpadded(String body) {
    return body.replaceFirst("=+$", "");
  }

  /// Characters of no alphabet stay, and are refused where the text is read.
  private static String translated(String body, String from, String to) {
    var out = new StringBuilder(body.length());
    for (int i = 0; i < body.length(); i++) {
      int digit = from.indexOf(body.charAt(i));
      out.append(digit < 0 ? '?' : to.charAt(digit));
    }
    return out.toString();
  }

  private static Optional<String> number(String body, int radix) {
    return body.matches("[0-9]+")
        ? Optional.of("f" + evenHex(new BigInteger(body, radix)))
        : Optional.empty();
  }

  private static String evenHex(BigInteger number) {
    String hex = number.toString(16);
    return hex.length() % 2 == 0 ? hex : "0" + hex;
  }

  /// Bits in order, of which those that make no byte at the end are zeros.
  private static Optional<String> bits(String body, int bitsPerChar) {
    if (!body.matches(bitsPerChar == 1 ? "[01]+" : "[0-7]+")) {
      return Optional.empty();
    }
    int left = body.length() * bitsPerChar % Byte.SIZE;
    BigInteger number = new BigInteger(body, 1 << bitsPerChar);
    if (left >= bitsPerChar || !number.equals(number.shiftRight(left).shiftLeft(left))) {
      return Optional.empty();
    }
    int hexDigits = body.length() * bitsPerChar / Byte.SIZE * 2;
    String hex = number.shiftRight(left).toString(16);
    return Optional.of("f" + "0".repeat(Math.max(0, hexDigits - hex.length())) + hex);
  }
}
