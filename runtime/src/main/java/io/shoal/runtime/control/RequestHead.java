package io.shoal.runtime.control;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The first part of a request: all before its body (RFC 9112).
///
/// @param method in capitals
/// @param path begins with a slash; without the query
/// @param headers by name in lower case; of a name that occurs twice the values with a comma
///   between, which fits none of those that decide anything here
record RequestHead(String method, String path, Map<String, String> headers) {

  /// The largest head: ours have 200 bytes, those of browsers some thousands.
  static final int MAX_BYTES = 16 * 1024;

  private static final int MAX_DIGITS_OF_LENGTH = 9;

  /// It is not the head of a request to this server; the message says why.
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
      super(message);
    }
  }

  RequestHead {
    headers = Map.copyOf(headers);
  }

  /// Reads a head and nothing behind it.
  ///
  /// @throws EOFException it ends before it is whole
  static RequestHead read(InputStream in) throws MalformedException, IOException {
    StringBuilder text = new StringBuilder(256);
    // An empty line ends it, here as two line feeds in a row.
    int lineFeeds = 0;
    for (int read = 0; lineFeeds < 2; read++) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the request ended before it was whole");
      }
      if (read == MAX_BYTES) {
        throw new MalformedException("a request's head has at most " + MAX_BYTES + " bytes");
      }
      if (b != '\r') {
        lineFeeds = b == '\n' ? lineFeeds + 1 : 0;
        text.append((char) b);
      }
    }
    return parse(text.toString().split("\n"));
  }

  private static RequestHead parse(String[] lines) throws MalformedException {
    String[] request = lines.length == 0 ? new String[0] : lines[0].split(" ", -1);
    if (request.length != 3
        || !request[0].matches("[A-Z]{1,16}")
        || !request[1].startsWith("/")
        || !request[2].matches("HTTP/1\\.[01]")) {
      throw new MalformedException("not a request such as 'GET /v1/status HTTP/1.1'");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1 || !lines[i].substring(0, colon).matches("[!-~]+")) {
        throw new MalformedException("line " + (i + 1) + " of the request is no header");
      }
      headers.merge(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          // Read byte by byte so far: names of hosts and tokens may have more than ASCII.
          new String(lines[i].getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
              .substring(colon + 1)
              .strip(),
          (first, second) -> first + ", " + second);
    }
    return new RequestHead(request[0], request[1].replaceFirst("[?#].*", ""), headers);
  }

  /// The method and the path: `GET /v1/status`.
  String request() {
    return method + " " + path;
  }

  Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  /// How many bytes of body follow.
  int bodyBytes() throws MalformedException {
    if (headers.containsKey("transfer-encoding")) {
      throw new MalformedException("a request needs Content-Length, not Transfer-Encoding");
    }
    String length = headers.getOrDefault("content-length", "0");
    if (!length.matches("[0-9]{1," + MAX_DIGITS_OF_LENGTH + "}")) {
      throw new MalformedException("Content-Length is no number of bytes that is taken here");
    }
    return Integer.parseInt(length);
  }
}
