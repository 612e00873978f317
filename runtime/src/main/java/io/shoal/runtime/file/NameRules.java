package io.shoal.runtime.file;

import io.shoal.api.Quoted;
import io.shoal.api.SignedRecords;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The one check that every name passes before it becomes a file's name, wherever it comes from. A
/// name that fails is refused, never repaired: two machines that repair differently would write
/// different trees.
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

  private NameRules() {}

  /// Why a name cannot be published, as the end of a sentence; empty if it can.
  public static Optional<String> faultOfSigned(String name) {
    Optional<String> wrong = fault(name);
    if (wrong.isPresent()) {
      return wrong;
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
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/' || c == '\\' || c == 0) {
        return Optional.of("it holds a slash, a backslash or a NUL");
      }
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      return Optional.of("it is not valid Unicode");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      return Optional.of("it is longer than " + MAX_NAME_BYTES + " bytes");
    }
    if (name.length() >= 2 && name.charAt(1) == ':' && isLatinLetter(name.charAt(0))) {
      return Optional.of("it begins with a drive letter");
    }
    return isDevice(name)
        ? Optional.of("it is the name of a device on some systems")
        : Optional.empty();
  }

  private static boolean isLatinLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  private static boolean isDevice(String name) {
    int end = 0;
    while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != ':') {
      end++;
    }
    // Windows ignores blanks before the extension.
    return DEVICES.contains(name.substring(0, end).stripTrailing().toUpperCase(Locale.ROOT));
  }

  /// The form in which two names are equal on a file system that ignores case or composition.
  private static String folded(String name) {
    String upper = Normalizer.normalize(name, Normalizer.Form.NFC).toUpperCase(Locale.ROOT);
    return Normalizer.normalize(upper.toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
  }

  /// The names of one folder.
  public static final class Siblings {
    private final Map<String, String> byFolded = new HashMap<>();

    /// Checks a name alone and against those before it.
    ///
    /// @return why it is refused, as the end of a sentence; empty if it is fine
    public Optional<String> add(String name) {
      Optional<String> fault = fault(name);
      if (fault.isPresent()) {
        return fault;
      }
      String other = byFolded.putIfAbsent(folded(name), name);
      return other == null
          ? Optional.empty()
          : Optional.of("some systems take it for '" + Quoted.of(other) + "' beside it");
    }
  }
}
