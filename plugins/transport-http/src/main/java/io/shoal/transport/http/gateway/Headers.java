package io.shoal.transport.http.gateway;

import io.shoal.api.Cid;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/// What the headers of answers have in common.
final class Headers {
  /// What a CID names never changes.
  static final String IMMUTABLE = "public, max-age=29030400, immutable";

  private static final int ETAG_BYTES = 16;

  private Headers() {}

  /// An entity tag for an answer that these parts define.
  static String etag(Object... parts) {
    String all = Arrays.stream(parts).map(Object::toString).collect(Collectors.joining("\n"));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
      return '"' + HexFormat.of().formatHex(hash, 0, ETAG_BYTES) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has it", e);
    }
  }

  /// Ends the request if the client has this already.
  static void requireChanged(Request request, String etag) throws StatusException {
    String known = request.header("if-none-match").orElse("");
    boolean same =
        Arrays.stream(known.split(","))
            .map(String::strip)
            .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
    if (same) {
      throw new StatusException(
          Head.of(304).with("ETag", etag).with("Cache-Control", IMMUTABLE), "");
    }
  }

  /// What clients that check the content may rely on.
  static Head trustless(Head head, Question question, List<Cid> entries, String etag) {
    return head.with("ETag", etag)
        .with("Cache-Control", IMMUTABLE)
        .with("X-Ipfs-Path", question.text())
        .with("X-Ipfs-Roots", entries.stream().map(Cid::toString).collect(Collectors.joining(",")));
  }

  /// A body that is saved under a name, or shown.
  static String disposition(boolean save, String name) {
    String plain = name.replaceAll("[^ -~]|[\"\\\\%/]", "_");
    return "%s; filename=\"%s\"; filename*=UTF-8''%s"
        .formatted(save ? "attachment" : "inline", plain, Question.encoded(name));
  }
}
