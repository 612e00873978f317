package io.shoal.api;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// Where a peer may be reached: a URI that only the transport of its scheme understands, and who is expected there, if that is known.
///
/// Text form: the URI, with `#PEERID` appended if known: `tcps://192.0.2.7:4600#12D3KooW…`.
///
/// @param uri absolute, at most [#MAX_SIZE_BYTES] bytes of printable ASCII, without fragment
/// @param peerId who is expected there
public record PeerAddress(String uri, Optional<PeerId> peerId) {

  /// The longest URI: fits a path of a UNIX socket or a long host name, and bounds what strangers can make a node remember.
  public static final int MAX_SIZE_BYTES = 512;

  /// @throws IllegalArgumentException the URI is not of that form; use [#parse] for what comes from outside
  public PeerAddress {
    Optional<String> fault = faultOf(uri);
    if (fault.isPresent()) {
      throw new IllegalArgumentException(fault.get());
    }
  }

  /// An address of which nobody is expected.
  public static PeerAddress of(String uri) {
    return new PeerAddress(uri, Optional.empty());
  }

  /// Reads the text form.
  ///
  /// @throws InvalidInputException the text is no address: the message says why
  public static PeerAddress parse(String text) throws InvalidInputException {
    int hash = text.indexOf('#');
    String uri = hash < 0 ? text : text.substring(0, hash);
    Optional<String> fault = faultOf(uri);
    if (fault.isPresent()) {
      throw new InvalidInputException(fault.get());
    }
    Optional<PeerId> peer =
        hash < 0 ? Optional.empty() : Optional.of(PeerId.parse(text.substring(hash + 1)));
    return new PeerAddress(uri, peer);
  }

  private static Optional<String> faultOf(String uri) {
    if (uri.getBytes(StandardCharsets.UTF_8).length > MAX_SIZE_BYTES) {
      return Optional.of(
          "a peer address has at most " + MAX_SIZE_BYTES + " bytes, this one has " + uri.length());
    }
    boolean printable = uri.chars().allMatch(c -> c > ' ' && c < 127 && c != '#');
    try {
      if (printable && new URI(uri).getScheme() != null) {
        return Optional.empty();
      }
    } catch (URISyntaxException e) {
      // falls through: the one message below covers every way to be no URI
    }
    String shown = uri.length() > 80 ? uri.substring(0, 80) + "…" : uri;
    return Optional.of(
        "'" + shown + "' is no peer address: expected SCHEME://…, such as tcps://192.0.2.7:4600");
  }

  /// The scheme, in lower case.
  public String scheme() {
    return uri.substring(0, uri.indexOf(':')).toLowerCase(Locale.ROOT);
  }

  /// The same address with somebody expected there.
  public PeerAddress withPeerId(PeerId id) {
    return new PeerAddress(uri, Optional.of(id));
  }

  @Override
  public String toString() {
    return peerId.map(id -> uri + "#" + id).orElse(uri);
  }
}
