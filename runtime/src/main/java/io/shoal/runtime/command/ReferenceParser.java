package io.shoal.runtime.command;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Multibase;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.Quoted;
import io.shoal.runtime.file.NameRules;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads what a user typed or pasted to name content. In what begins with a scheme, names of a path
/// are percent-encoded; elsewhere they stand as they are.
final class ReferenceParser {
  /// Longest reference that is looked at, in characters: a path of 3,000 takes under 27,000 when it
  /// is percent-encoded, and [#MAX_PEERS] addresses under 10,000.
  static final int MAX_CHARS = 40_000;

  /// Addresses in one link: of all that a node has, these reach it.
  static final int MAX_PEERS = 16;

  private static final int MAX_CID_CHARS = Multibase.MAX_TEXT_CHARS;
  private static final int SHA256_HEX_DIGITS = 64;
  private static final int MAX_SIZE_DIGITS = 18;
  private static final String KEY = "k/";
  private static final String DIGEST = "sha256:";
  private static final String IPFS = "ipfs/";
  private static final String IPNS = "ipns/";

  /// The scheme, and what follows it without the slashes that some forms have.
  private static final Pattern URI =
      Pattern.compile("(shoal|ipfs|ipns|web\\+ipfs|dweb|https?):/{0,3}(.*)", caseless());

  private static final Pattern SUBDOMAIN =
      Pattern.compile("([A-Za-z0-9-]+)\\.(ipfs|ipns)\\.[^/?#]+(.*)", caseless());

  private static final Pattern GATEWAY =
      Pattern.compile("[^/?#]+/(?:[^?#]*?/)??(ip[fn]s/.*)", caseless());

  private ReferenceParser() {}

  private static int caseless() {
    return Pattern.CASE_INSENSITIVE | Pattern.DOTALL;
  }

  static Reference parse(String given) throws InvalidInputException {
    // What is pasted often brings a blank or the end of its line along.
    String text = given.strip();
    if (text.isEmpty()) {
      throw new InvalidInputException("the reference is empty: give a CID (b…)");
    }
    if (text.length() > MAX_CHARS) {
      throw new InvalidInputException(
          "the reference is longer than " + MAX_CHARS + " characters: give a CID (b…)");
    }
    if (text.regionMatches(true, 0, DIGEST, 0, DIGEST.length())) {
      return new Reference.WholeDigest(hex(text.substring(DIGEST.length()), text));
    }
    Matcher uri = URI.matcher(text);
    if (uri.matches()) {
      return ofScheme(uri.group(1).toLowerCase(Locale.ROOT), uri.group(2), text);
    }
    String path = text.startsWith("/") ? text.substring(1) : text;
    requireNoIpns(path, text);
    return plain(path.startsWith(IPFS) ? path.substring(IPFS.length()) : text, text);
  }

  private static Reference ofScheme(String scheme, String rest, String text)
      throws InvalidInputException {
    if (scheme.equals("shoal")) {
      return rest.startsWith(KEY)
          ? signedName(rest.substring(KEY.length()), text)
          : content(rest, text);
    }
    if (scheme.equals("ipns")) {
      requireNoIpns(IPNS, text);
    }
    String inside = scheme.startsWith("http") ? ofGateway(rest, text) : rest;
    requireNoIpns(inside, text);
    String content = inside.startsWith(IPFS) ? inside.substring(IPFS.length()) : inside;
    int fragment = content.indexOf('#');
    return content(fragment < 0 ? content : content.substring(0, fragment), text);
  }

  /// `CID/PATH`, out of the address of a web page.
  private static String ofGateway(String address, String text) throws InvalidInputException {
    Matcher host = SUBDOMAIN.matcher(address);
    if (host.matches()) {
      String kind = host.group(2).toLowerCase(Locale.ROOT);
      return kind + "/" + host.group(1) + host.group(3);
    }
    Matcher path = GATEWAY.matcher(address);
    if (path.matches()) {
      return path.group(1);
    }
    throw fault(text, "a web address is one only with /ipfs/CID in it");
  }

  private static void requireNoIpns(String path, String text) throws InvalidInputException {
    if (path.startsWith(IPNS)) {
      throw fault(text, "names of IPNS are not resolved here: give the CID that it points at");
    }
  }

  /// A CID, with a path that is written as it is, or with parameters.
  private static Reference plain(String rest, String text) throws InvalidInputException {
    int end = rootEnd(rest);
    int question = rest.indexOf('?');
    if (end == rest.length() || question >= 0 && question < end) {
      return content(rest, text);
    }
    Reference.Content folder =
        new Reference.Content(root(rest.substring(0, end), text), Optional.empty());
    return inFolder(folder, path(List.of(rest.substring(end).split("/")), text));
  }

  /// Where the CID ends that a path may follow. Base 64 has slashes of its own.
  private static int rootEnd(String rest) {
    int slash = rest.indexOf('/');
    boolean base64 = rest.startsWith("m") || rest.startsWith("M");
    for (int end = slash;
        base64 && end >= 0 && end < MAX_CID_CHARS;
        end = rest.indexOf('/', end + 1)) {
      if (isCid(rest.substring(0, end))) {
        return end;
      }
    }
    return slash < 0 || base64 ? rest.length() : slash;
  }

  private static boolean isCid(String text) {
    try {
      return CidText.parse(text).version() == 1;
    } catch (InvalidInputException e) {
      return false;
    }
  }

  /// `CID[/PATH][?PARAMETERS]`, percent-encoded.
  private static Reference content(String rest, String text) throws InvalidInputException {
    int question = rest.indexOf('?');
    String whole = question < 0 ? rest : rest.substring(0, question);
    int end = rootEnd(whole);
    List<String> parameters =
        question < 0 ? List.of() : List.of(rest.substring(question + 1).split("&", -1));
    // The name is only a suggestion: one that may not be a file's name counts as absent.
    Optional<String> name =
        parameter(parameters, "name=", "filename=", text).filter(n -> NameRules.fault(n).isEmpty());
    List<PeerAddress> peers = peers(parameters, text);
    Reference.Content folder =
        new Reference.Content(
            root(whole.substring(0, end), text), name, peers, size(parameters, text));
    return inFolder(folder, path(decodedNames(whole.substring(end), text), text));
  }

  private static Reference inFolder(Reference.Content folder, String path) {
    if (path.isEmpty()) {
      return folder;
    }
    var unnamed =
        new Reference.Content(
            folder.root(), Optional.empty(), folder.givenPeers(), OptionalLong.empty());
    return new Reference.InFolder(unnamed, path, folder.name());
  }

  private static String path(List<String> names, String text) throws InvalidInputException {
    List<String> kept = new ArrayList<>();
    for (String name : names) {
      if (name.equals("..") || name.indexOf('/') >= 0) {
        throw fault(text, "its path has '" + Quoted.of(name) + "', which is no name in a folder");
      }
      if (!name.isEmpty() && !name.equals(".")) {
        kept.add(name);
      }
    }
    return String.join("/", kept);
  }

  /// The value of a parameter under either of its names. Other parameters are for later versions.
  private static Optional<String> parameter(
      List<String> parameters, String name, String other, String text)
      throws InvalidInputException {
    List<String> values = new ArrayList<>();
    for (String parameter : parameters) {
      if (parameter.startsWith(name)) {
        values.add(parameter.substring(name.length()));
      } else if (parameter.startsWith(other)) {
        values.add(parameter.substring(other.length()));
      }
    }
    if (values.size() > 1) {
      throw fault(text, "it gives two names");
    }
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(decoded(values.getFirst(), "name", text));
  }

  private static List<PeerAddress> peers(List<String> parameters, String text)
      throws InvalidInputException {
    List<PeerAddress> peers = new ArrayList<>();
    for (String parameter : parameters) {
      if (parameter.startsWith("peer=") && peers.size() < MAX_PEERS) {
        String address = decoded(parameter.substring("peer=".length()), "peer", text);
        try {
          peers.add(PeerAddress.parse(address));
        } catch (InvalidInputException e) {
          throw fault(text, "its peer '" + Quoted.of(address) + "' is wrong: " + e.getMessage());
        }
      }
    }
    return List.copyOf(peers);
  }

  private static OptionalLong size(List<String> parameters, String text)
      throws InvalidInputException {
    for (String parameter : parameters) {
      if (parameter.startsWith("size=")) {
        String digits = parameter.substring("size=".length());
        if (!digits.matches("[0-9]{1," + MAX_SIZE_DIGITS + "}")) {
          throw fault(text, "its size is not a number of bytes");
        }
        return OptionalLong.of(Long.parseLong(digits));
      }
    }
    return OptionalLong.empty();
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
    String named = rest.substring(slash + 1);
    int end = named.indexOf('/') < 0 ? named.length() : named.indexOf('/');
    String name = decoded(named.substring(0, end), "name", text);
    Optional<String> wrong = NameRules.faultOfSigned(name);
    if (wrong.isPresent()) {
      throw fault(text, "its name cannot be used: " + wrong.get());
    }
    var signed = new Reference.SignedName(key.toCid(), name);
    String path = path(decodedNames(named.substring(end), text), text);
    return path.isEmpty() ? signed : new Reference.InFolder(signed, path, Optional.empty());
  }

  private static List<String> decodedNames(String path, String text) throws InvalidInputException {
    List<String> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      names.add(decoded(name, "path", text));
    }
    return names;
  }

  private static Cid root(String candidate, String text) throws InvalidInputException {
    if (candidate.length() == SHA256_HEX_DIGITS && isHex(candidate)) {
      byte[] digest = HexFormat.of().parseHex(candidate);
      return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
    }
    try {
      Cid cid = CidText.parse(candidate);
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

  private static String decoded(String encoded, String what, String text)
      throws InvalidInputException {
    return PercentText.decoded(encoded)
        .orElseThrow(
            () ->
                fault(
                    text,
                    "its %s is not UTF-8, or a %% in it is not followed by two hex digits"
                        .formatted(what)));
  }

  private static InvalidInputException fault(String text, String why) {
    return new InvalidInputException("not a reference: '" + Quoted.of(text) + "': " + why);
  }
}
