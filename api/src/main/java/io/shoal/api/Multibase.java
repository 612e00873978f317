package io.shoal.api;

import java.util.Arrays;
import java.util.Base64;

/// The text encodings of multibase that ids use. Decoding is strict: the exact alphabet, no padding, no
/// bits left over, so that one id has one spelling in each base.
final class Multibase {
  /// Longest text that is looked at, in characters. The longest id (a 128-byte digest in base 16) needs under 300, and
  /// the arithmetic of bases 36 and 58 is quadratic.
  static final int MAX_TEXT_CHARS = 512;

  private static final String BASE16 = "0123456789abcdef";
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final String BASE32_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final String BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final String BASE58 =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

  private Multibase() {}

  /// Decodes text that starts with its base's prefix character.
  static byte[] decode(String text) throws MalformedDataException {
    if (text.isEmpty()) {
      throw new MalformedDataException("it is empty");
    }
    requireShort(text);
    String body = text.substring(1);
    return switch (text.charAt(0)) {
      case 'b' -> decodeBits(body, BASE32, 5);
      case 'B' -> decodeBits(body, BASE32_UPPER, 5);
      case 'f' -> decodeBits(body, BASE16, 4);
      case 'z' -> decodeNumber(body, BASE58);
      case 'k' -> decodeNumber(body, BASE36);
      case 'u' -> decodeBase64(body, Base64.getUrlDecoder());
      case 'm' -> decodeBase64(body, Base64.getDecoder());
      default ->
          throw new MalformedDataException(
              "its first character '" + printable(text.charAt(0)) + "' names no known base");
    };
  }

  static byte[] decodeBase58(String text) throws MalformedDataException {
    requireShort(text);
    return decodeNumber(text, BASE58);
  }

  static String encodeBase58(byte[] bytes) {
    return encodeNumber(bytes, BASE58);
  }

  /// Base 32 in lower case without padding and without the prefix character.
  static String encodeBase32(byte[] bytes) {
    StringBuilder out = new StringBuilder((bytes.length * 8 + 4) / 5 + 1);
    int held = 0;
    int bits = 0;
    for (byte b : bytes) {
      held = held << 8 | b & 0xff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        out.append(BASE32.charAt(held >>> bits & 0x1f));
      }
      held &= (1 << bits) - 1;
    }
    if (bits > 0) {
      out.append(BASE32.charAt(held << (5 - bits) & 0x1f));
    }
    return out.toString();
  }

  private static void requireShort(String text) throws MalformedDataException {
    if (text.length() > MAX_TEXT_CHARS) {
      throw new MalformedDataException("it is longer than " + MAX_TEXT_CHARS + " characters");
    }
  }

  private static byte[] decodeBits(String text, String alphabet, int bitsPerChar)
      throws MalformedDataException {
    int size = text.length() * bitsPerChar / 8;
    int left = text.length() * bitsPerChar % 8;
    byte[] out = new byte[size];
    int held = 0;
    int bits = 0;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      held = held << bitsPerChar | digit(text.charAt(i), alphabet);
      bits += bitsPerChar;
      if (bits >= 8) {
        bits -= 8;
        out[at++] = (byte) (held >>> bits);
        held &= (1 << bits) - 1;
      }
    }
    if (left >= bitsPerChar || held != 0) {
      throw new MalformedDataException("its last character carries bits of no byte");
    }
    return out;
  }

  private static byte[] decodeBase64(String text, Base64.Decoder decoder)
      throws MalformedDataException {
    if (text.indexOf('=') >= 0) {
      throw new MalformedDataException("it is padded");
    }
    byte[] out;
    try {
      out = decoder.decode(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedDataException("it is not base 64");
    }
    // The JDK ignores left-over bits of the last character.
    int left = text.length() * 6 % 8;
    if (left > 0) {
      Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
      String again = encoder.encodeToString(out);
      char last = text.charAt(text.length() - 1);
      char wanted = again.charAt(again.length() - 1);
      boolean same =
          last == wanted || last == '+' && wanted == '-' || last == '/' && wanted == '_';
      if (!same) {
        throw new MalformedDataException("its last character carries bits of no byte");
      }
    }
    return out;
  }

  /// Base N where the text is one big number and each leading zero byte is one leading zero digit.
  private static byte[] decodeNumber(String text, String alphabet) throws MalformedDataException {
    int zeros = 0;
    while (zeros < text.length() && text.charAt(zeros) == alphabet.charAt(0)) {
      zeros++;
    }
    byte[] number = new byte[text.length()];
    int start = number.length;
    for (int i = zeros; i < text.length(); i++) {
      int carry = digit(text.charAt(i), alphabet);
      int at = number.length - 1;
      for (; at >= start || carry != 0; at--) {
        carry += (number[at] & 0xff) * alphabet.length();
        number[at] = (byte) carry;
        carry >>>= 8;
      }
      start = Math.min(start, at + 1);
    }
    byte[] out = new byte[zeros + number.length - start];
    System.arraycopy(number, start, out, zeros, number.length - start);
    return out;
  }

  private static String encodeNumber(byte[] bytes, String alphabet) {
    int base = alphabet.length();
    int zeros = 0;
    while (zeros < bytes.length && bytes[zeros] == 0) {
      zeros++;
    }
    byte[] number = Arrays.copyOfRange(bytes, zeros, bytes.length);
    // Two digits a byte is enough for every base of 16 or more.
    char[] digits = new char[zeros + number.length * 2];
    int at = digits.length;
    int first = 0;
    while (first < number.length) {
      int remainder = 0;
      for (int i = first; i < number.length; i++) {
        int value = remainder << 8 | number[i] & 0xff;
        number[i] = (byte) (value / base);
        remainder = value % base;
      }
      digits[--at] = alphabet.charAt(remainder);
      while (first < number.length && number[first] == 0) {
        first++;
      }
    }
    for (int i = 0; i < zeros; i++) {
      digits[--at] = alphabet.charAt(0);
    }
    return new String(digits, at, digits.length - at);
  }

  private static int digit(char c, String alphabet) throws MalformedDataException {
    int digit = alphabet.indexOf(c);
    if (digit < 0) {
      throw new MalformedDataException("the character '" + printable(c) + "' does not belong in it");
    }
    return digit;
  }

  /// A message must stay one line and must not steer a terminal, whatever was typed.
  private static String printable(char c) {
    return c >= 0x20 && c < 0x7f ? String.valueOf(c) : String.format("\\u%04x", (int) c);
  }
}
