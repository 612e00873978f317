package io.shoal.runtime.command;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Multihash;
import io.shoal.api.PeerId;
import io.shoal.api.Quoted;
import io.shoal.runtime.file.NameRules;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// Reads what a user typed or pasted to name content.
final class ReferenceParser {
  /// Longest reference that is looked at, in characters: a CID with a percent-encoded name of 255
  /// bytes takes under 1,000.
  static final int MAX_CHARS = 2_048;

  private static final int SHA256_HEX_DIGITS = 64;
  private static final String SCHEME = "shoal:";
  private static final String KEY = "k/";
  private static final String DIGEST = "sha256:";

  private ReferenceParser() {}

  static Reference parse(String text) throws InvalidInputException {
    if (text.isEmpty()) {
      throw new InvalidInputException("the reference is empty: give a CID (b…)");
    }
    if (text.length() > MAX_CHARS) {
      throw new InvalidInputException(
          "the reference is longer than " + MAX_CHARS + " characters: give a CID (b…)");
    }
    if (startsWith(text, DIGEST)) {
      return new Reference.WholeDigest(hex(text.substring(DIGEST.length()), text));
    }
    if (startsWith(text, SCHEME)) {
      String rest = text.substring(SCHEME.length());
      return rest.startsWith(KEY)
          ? signedName(rest.substring(KEY.length()), text)
          : content(rest, text);
    }
    if (text.length() == SHA256_HEX_DIGITS && isHex(text)) {
      byte[] digest = HexFormat.of().parseHex(text);
      return new Reference.Content(
          Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest)), Optional.empty());
    }
    return new Reference.Content(cid(text, text), Optional.empty());
  }

  private static boolean startsWith(String text, String prefix) {
    return text.regionMatches(true, 0, prefix, 0, prefix.length());
  }

  private static Reference content(String rest, String text) throws InvalidInputException {
    int question = rest.indexOf('?');
    Cid root = cid(question < 0 ? rest : rest.substring(0, question), text);
    Optional<String> name =
        question < 0 ? Optional.empty() : nameParameter(rest.substring(question + 1), text);
    // The name is only a suggestion: one that may not be a file's name counts as absent.
    return new Reference.Content(root, name.filter(n -> NameRules.fault(n).isEmpty()));
  }

  private static Optional<String> nameParameter(String query, String text)
      throws InvalidInputException {
    Optional<String> name = Optional.empty();
    for (String parameter : query.split("&", -1)) {
      // Other parameters are for later versions.
      if (parameter.startsWith("name=")) {
        if (name.isPresent()) {
          throw fault(text, "it gives two names");
        }
        name = Optional.of(percentDecoded(parameter.substring("name=".length()), text));
      }
    }
    return name;
  }

  private static Reference signedName(String rest, String text) throws InvalidInputException {
    int slash = rest.indexOf('/');
    if (slash < 0) {
      throw fault(text, "a signed name is shoal:k/KEY/NAME");
    }
    PeerId key;
    try {
      key = PeerId.parse(rest.substring(0, slash));
    } catch (InvalidInputException e) {
      throw fault(text, "its key is wrong: " + e.getMessage());
    }
    if (key.ed25519PublicKey().isEmpty()) {
      throw fault(text, "its key is not an Ed25519 key");
    }
    String name = percentDecoded(rest.substring(slash + 1), text);
    Optional<String> wrong = NameRules.faultOfSigned(name);
    if (wrong.isPresent()) {
      throw fault(text, "its name cannot be used: " + wrong.get());
    }
    return new Reference.SignedName(key.toCid(), name);
  }

  private static Cid cid(String candidate, String text) throws InvalidInputException {
    try {
      Cid cid = Cid.parse(candidate);
      if (cid.codec() == Cid.LIBP2P_KEY) {
        throw fault(text, "it names a peer's key, not content");
      }
      return cid.toV1();
    } catch (InvalidInputException e) {
      // A hash that was cut short on its way here is the likeliest mistake.
      if (isHex(candidate) && candidate.length() >= SHA256_HEX_DIGITS / 2) {
        throw fault(text, "it has " + candidate.length() + " hex digits where a SHA-256 has 64");
      }
      throw e;
    }
  }

  private static String hex(String digits, String text) throws InvalidInputException {
    if (digits.length() != SHA256_HEX_DIGITS || !isHex(digits)) {
      throw fault(text, "sha256: is followed by 64 hex digits");
    }
    return digits.toLowerCase(Locale.ROOT);
  }

  private static boolean isHex(String text) {
    return text.chars().allMatch(HexFormat::isHexDigit);
  }

  private static String percentDecoded(String encoded, String text) throws InvalidInputException {
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
        throw fault(text, "a % in its name is not followed by two hex digits");
      }
      out.put(
          (byte) (HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2])));
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(message(text, "its name is not UTF-8"), e);
    }
  }

  private static InvalidInputException fault(String text, String why) {
    return new InvalidInputException(message(text, why));
  }

  private static String message(String text, String why) {
    return "not a reference: '" + Quoted.of(text) + "': " + why;
  }
}
