package io.shoal.runtime.command;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

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
      case Content content -> {
        String query = content.query(content.name());
        yield query.isEmpty() ? content.root().toString() : "shoal:" + content.root() + query;
      }
      case WholeDigest(String hex) -> "sha256:" + hex;
      case SignedName(Cid key, String name) -> "shoal:k/" + key + "/" + PercentText.encoded(name);
      case InFolder(Content folder, String path, Optional<String> name) ->
          "shoal:" + folder.root() + encodedPath(path) + folder.query(name);
      case InFolder(Reference folder, String path, Optional<String> _) ->
          folder.text() + encodedPath(path);
    };
  }

  private static String encodedPath(String path) {
    return Arrays.stream(path.split("/"))
        .map(name -> "/" + PercentText.encoded(name))
        .collect(Collectors.joining());
  }

  /// Whether other nodes must be asked what it means.
  default boolean needsNames() {
    return switch (this) {
      case SignedName _ -> true;
      case InFolder inside -> inside.folder().needsNames();
      case Content _, WholeDigest _ -> false;
    };
  }

  /// The addresses that it gives, where a provider may be.
  default List<PeerAddress> peers() {
    return switch (this) {
      case Content content -> content.givenPeers();
      case InFolder inside -> inside.folder().peers();
      case WholeDigest _, SignedName _ -> List.of();
    };
  }

  /// A root: a CID, `shoal:CID?name=…`, or 64 hex digits (a `raw` chunk with that SHA-256).
  ///
  /// @param root the CID, version 1
  /// @param name what its giver calls it: a suggestion that passed the name check
  /// @param givenPeers addresses where its giver says that it is
  /// @param sizeBytes how many file bytes its giver says that it has
  record Content(
      Cid root, Optional<String> name, List<PeerAddress> givenPeers, OptionalLong sizeBytes)
      implements Reference {

    /// One that says nothing of peers and size.
    public Content(Cid root, Optional<String> name) {
      this(root, name, List.of(), OptionalLong.empty());
    }

    private String query(Optional<String> called) {
      List<String> parameters = new ArrayList<>();
      called.ifPresent(name -> parameters.add("name=" + PercentText.encoded(name)));
      sizeBytes.ifPresent(bytes -> parameters.add("size=" + bytes));
      givenPeers.forEach(
          peer -> parameters.add("peer=" + PercentText.encodedAddress(peer.toString())));
      return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    }
  }

  /// `sha256:HEX`: a file by the SHA-256 of all its bytes.
  ///
  /// @param hex 64 lower-case digits
  record WholeDigest(String hex) implements Reference {}

  /// `shoal:k/KEY/NAME`: what the owner of a key published under a name.
  ///
  /// @param key the key as a base32 `libp2p-key` CID
  /// @param name the name, at most 64 bytes of UTF-8 in NFC
  record SignedName(Cid key, String name) implements Reference {}

  /// `CID/PATH`: a file or folder by its path in a folder.
  ///
  /// @param folder a root or a signed name
  /// @param path names with `/` between them
  /// @param name what its giver calls it, instead of the last name of the path
  record InFolder(Reference folder, String path, Optional<String> name) implements Reference {

    /// The last name of the path.
    public String lastName() {
      return path.substring(path.lastIndexOf('/') + 1);
    }

    /// The same path, read as percent-encoded: some paste the end of a link behind a CID.
    public Optional<InFolder> decoded() {
      return path.indexOf('%') < 0
          ? Optional.empty()
          : PercentText.decoded(path)
              .filter(plain -> !plain.equals(path))
              .map(plain -> new InFolder(folder, plain, name));
    }
  }
}
