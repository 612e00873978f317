package io.shoal.runtime.command;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A name for content, as a user may type it.
public sealed interface Reference {

  /// Reads what a user typed or pasted.
  ///
  /// @throws InvalidInputException it is none of the forms; the message names the text and the
  ///   fault
  static Reference parse(String text) throws InvalidInputException {
    return ReferenceParser.parse(text);
  }

  /// The text that [#parse] reads as this reference: letters, digits and percent-encoded names.
  default String text() {
    return switch (this) {
      case Content(Cid root, Optional<String> name) ->
          name.map(n -> "shoal:" + root + "?name=" + encoded(n)).orElseGet(root::toString);
      case WholeDigest(String hex) -> "sha256:" + hex;
      case SignedName(Cid key, String name) -> "shoal:k/" + key + "/" + encoded(name);
    };
  }

  private static String encoded(String name) {
    // URLEncoder is for forms, which write a blank as a plus.
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// A root: a CID, `shoal:CID?name=…`, or 64 hex digits (a `raw` chunk with that SHA-256).
  ///
  /// @param root the CID, version 1
  /// @param name what its giver calls it: a suggestion that passed the name check
  record Content(Cid root, Optional<String> name) implements Reference {}

  /// `sha256:HEX`: a file by the SHA-256 of all its bytes.
  ///
  /// @param hex 64 lower-case digits
  record WholeDigest(String hex) implements Reference {}

  /// `shoal:k/KEY/NAME`: what the owner of a key published under a name.
  ///
  /// @param key the key as a base32 `libp2p-key` CID
  /// @param name the name, at most 64 bytes of UTF-8 in NFC
  record SignedName(Cid key, String name) implements Reference {}
}
