package io.shoal.runtime.file;

import io.shoal.api.SignedRecords;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The one check that every name passes before it becomes a file's name, wherever it comes from. A
/// name that fails is refused, never repaired: two machines that repair differently would write
/// different trees.
///
/// Apart from it stand names that some systems cannot hold: they travel, and whether a destination
/// takes one is tried there.
public final class NameRules {
  /// Longest name in bytes of UTF-8: what common file systems take.
  public static final int MAX_NAME_BYTES = 255;

  /// Names that Windows takes for devices, in upper case, whatever extension follows.
  private static final Set<String> DEVICES =
      Set.of(
          "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$", //
          "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", //
          "COM¹", "COM²", "COM³", //
          "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", //
          "LPT¹", "LPT²", "LPT³");

  /// Characters that Windows takes in no name.
  private static final String NOT_ON_WINDOWS = "<>:\"|?*\\";

  /// Unicode gives it the upper case I, which file systems that ignore case do not: for them it is
  /// a letter of its own.
  private static final int DOTLESS_I = 'ı';

  /// A name of so many bytes fits everywhere, also where a file system encrypts names (143 bytes).
  private static final int MAX_PLAIN_BYTES = 100;

  /// Longest name that gets a suffix and stays whole: what file systems take that encrypt names.
  private static final int MAX_SUFFIXED_BYTES = 143;

  /// Keeps apart names that are equal up to where they are cut.
  private static final int DIGEST_BYTES = 8;

  private NameRules() {}

  /// Why a name cannot be published, as the end of a sentence; empty if it can.
  public static Optional<String> faultOfSigned(String name) {
    Optional<String> wrong = fault(name);
    if (wrong.isPresent()) {
      return wrong;
    }
    // Chosen for good by its publisher, and suggested to everybody as a file's name.
    if (isDevice(name) || name.indexOf('\\') >= 0) {
      return Optional.of("some systems cannot have it as a file's name");
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > SignedRecords.MAX_NAME_SIZE_BYTES) {
      return Optional.of(
          "it has %d bytes in UTF-8: shorten it to %d"
              .formatted(bytes, SignedRecords.MAX_NAME_SIZE_BYTES));
    }
    // Two spellings that look the same would be two names.
    return Normalizer.isNormalized(name, Normalizer.Form.NFC)
        ? Optional.empty()
        : Optional.of("its accents are not composed (Unicode NFC): type it anew, as one composes");
  }

  /// Why the name is refused, as the end of a sentence; empty if it is fine.
  public static Optional<String> fault(String name) {
    if (name.isEmpty()) {
      return Optional.of("it is empty");
    }
    if (name.equals(".") || name.equals("..")) {
      return Optional.of("it means a folder itself or the one above");
    }
    if (name.indexOf('/') >= 0 || name.indexOf(0) >= 0) {
      return Optional.of("it holds a slash or a NUL");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      return Optional.of("it is not valid Unicode");
    }
    return name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES
        ? Optional.of("it is longer than " + MAX_NAME_BYTES + " bytes")
        : Optional.empty();
  }

  /// Why some systems cannot hold a name that [#fault] lets pass, as the end of a sentence; empty
  /// if all can.
  public static Optional<String> portabilityFault(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < ' ') {
        return Optional.of("it holds a control character");
      }
      if (NOT_ON_WINDOWS.indexOf(c) >= 0) {
        return Optional.of("it holds one of " + NOT_ON_WINDOWS);
      }
    }
    if (name.endsWith(".") || name.endsWith(" ")) {
      return Optional.of("it ends with a dot or a blank");
    }
    return isDevice(name)
        ? Optional.of("it is the name of a device on some systems")
        : Optional.empty();
  }

  /// A name for a file that stands beside another one: the other's with a suffix, its end cut off
  /// where that would be too long. The same name always gives the same.
  public static String withSuffix(String name, String suffix) {
    String whole = name + suffix;
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length + suffix.length() <= MAX_SUFFIXED_BYTES) {
      return whole;
    }
    String digest = "~" + HexFormat.of().formatHex(Sha256.of(bytes), 0, DIGEST_BYTES);
    int end = MAX_SUFFIXED_BYTES - digest.length() - suffix.length();
    // Not in the middle of a character.
    while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8) + digest + suffix;
  }

  /// Whether every file system takes the name, if it has no twin beside it.
  public static boolean isPlain(String name) {
    return name.length() <= MAX_PLAIN_BYTES
        && name.chars().allMatch(c -> c < 127)
        && !mayBeShortForm(name)
        && portabilityFault(name).isEmpty();
  }

  /// Whether it looks like a name that FAT and NTFS give a file besides its own: `LONGNA~1.TXT`.
  private static boolean mayBeShortForm(String name) {
    int tilde = name.indexOf('~');
    return tilde >= 0 && tilde + 1 < name.length() && Character.isDigit(name.charAt(tilde + 1));
  }

  private static boolean isDevice(String name) {
    int dot = name.indexOf('.');
    String stem = dot < 0 ? name : name.substring(0, dot);
    // Windows ignores blanks before the extension.
    return DEVICES.contains(stem.stripTrailing().toUpperCase(Locale.ROOT));
  }

  /// The form in which two names are equal on a file system that ignores case, composition,
  /// characters that are not seen, or dots and blanks at the end.
  private static String folded(String full) {
    int end = full.length();
    while (end > 0 && (full.charAt(end - 1) == '.' || full.charAt(end - 1) == ' ')) {
      end--;
    }
    String name = full.substring(0, end);
    if (name.chars().allMatch(c -> c < 128)) {
      return name.toLowerCase(Locale.ROOT);
    }
    StringBuilder folded = new StringBuilder(name.length());
    Normalizer.normalize(name, Normalizer.Form.NFC)
        .codePoints()
        .forEach(
            c -> {
              if (c == DOTLESS_I) {
                folded.appendCodePoint(c);
              } else if (Character.getType(c) != Character.FORMAT) {
                folded.append(
                    Character.toString(c).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
              }
            });
    return Normalizer.normalize(folded, Normalizer.Form.NFC);
  }

  /// The names of one folder.
  public static final class Siblings {
    private final Map<String, String> byFolded = new HashMap<>();

    /// Takes a name.
    ///
    /// @return one before it that some systems take for the same; the same name if it was there
    public Optional<String> add(String name) {
      return Optional.ofNullable(byFolded.putIfAbsent(folded(name), name));
    }
  }
}
