package io.shoal.transport.http.gateway;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The content that a request names: `/ipfs/{cid}[/path][?parameters]`.
///
/// @param path names that were decoded
/// @param isFolder whether the path ends with `/`
/// @param parameters decoded; of several with one name the first
record Question(Cid root, List<String> path, boolean isFolder, Map<String, String> parameters) {
  private static final String PREFIX = "/ipfs/";

  /// More names than the path of a file has.
  private static final int MAX_NAMES = 256;

  private static final int MAX_PARAMETERS = 32;

  static Question of(String target) throws StatusException {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    if (!path.startsWith(PREFIX)) {
      throw new StatusException(404, "only /ipfs/CID and what is below is served here");
    }
    List<String> names = new ArrayList<>();
    for (String name : path.substring(PREFIX.length()).split("/", -1)) {
      if (names.size() > MAX_NAMES) {
        throw new StatusException(400, "the path has too many names");
      }
      names.add(name(name));
    }
    String cid = names.removeFirst();
    boolean isFolder = !names.isEmpty() && names.getLast().isEmpty();
    names.removeIf(String::isEmpty);
    return new Question(
        cid(cid),
        List.copyOf(names),
        isFolder,
        parameters(target.substring(mark < 0 ? target.length() : mark + 1)));
  }

  private static Cid cid(String text) throws StatusException {
    try {
      return Cid.parse(text);
    } catch (InvalidInputException e) {
      throw new StatusException(400, String.valueOf(e.getMessage()));
    }
  }

  private static String name(String encoded) throws StatusException {
    String name = decoded(encoded);
    if (name.equals("..") || name.equals(".") || name.indexOf('/') >= 0) {
      throw new StatusException(400, "'.', '..' and '/' are no names of a path");
    }
    return name;
  }

  private static Map<String, String> parameters(String query) throws StatusException {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query.split("&", MAX_PARAMETERS)) {
      int equals = pair.indexOf('=');
      String value = equals < 0 ? "" : pair.substring(equals + 1).replace('+', ' ');
      parameters.putIfAbsent(
          decoded(equals < 0 ? pair : pair.substring(0, equals)), decoded(value));
    }
    return parameters;
  }

  /// Reads `%XX`.
  private static String decoded(String encoded) throws StatusException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        bytes.write(hex(encoded, i + 1) << 4 | hex(encoded, i + 2));
        i += 2;
      } else if (c >= ' ' && c < 0x7f) {
        bytes.write(c);
      } else {
        throw new StatusException(400, "the request has a character that must be percent-encoded");
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new StatusException(400, "the request has bytes that are no UTF-8");
    }
  }

  private static int hex(String encoded, int at) throws StatusException {
    int digit = at < encoded.length() ? Character.digit(encoded.charAt(at), 16) : -1;
    if (digit < 0) {
      throw new StatusException(400, "two hex digits do not follow a percent sign");
    }
    return digit;
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
  }

  /// The path as it is written in a URI, without parameters.
  String text() {
    StringBuilder text = new StringBuilder(PREFIX).append(root);
    path.forEach(name -> text.append('/').append(encoded(name)));
    return text.toString();
  }

  /// Writes all but letters, digits and `-._~` as `%XX`.
  static String encoded(String name) {
    StringBuilder out = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      if (b > 0 && (Character.isLetterOrDigit(b) || "-._~".indexOf(b) >= 0)) {
        out.append((char) b);
      } else {
        out.append('%')
            .append(Character.toUpperCase(Character.forDigit(b >> 4 & 15, 16)))
            .append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
      }
    }
    return out.toString();
  }
}
