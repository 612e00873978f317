package io.shoal.transport.http.gateway;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Media types by the end of a name. Content comes from strangers: what a browser would run under
/// this node's address is saved, not shown.
final class ContentTypes {
  private static final String UNKNOWN = "application/octet-stream";

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("avif", "image/avif"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("csv", "text/csv; charset=utf-8"),
          Map.entry("flac", "audio/flac"),
          Map.entry("gif", "image/gif"),
          Map.entry("htm", "text/html; charset=utf-8"),
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("m4a", "audio/mp4"),
          Map.entry("md", "text/plain; charset=utf-8"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("ogg", "audio/ogg"),
          Map.entry("opus", "audio/ogg"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("png", "image/png"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("wav", "audio/wav"),
          Map.entry("webm", "video/webm"),
          Map.entry("webp", "image/webp"),
          Map.entry("xml", "application/xml"),
          Map.entry("zip", "application/zip"));

  private static final Set<String> SHOWN_TEXT =
      Set.of("text/plain; charset=utf-8", "text/csv; charset=utf-8", "application/json");

  private ContentTypes() {}

  static String of(String name) {
    int dot = name.lastIndexOf('.');
    return TYPES.getOrDefault(name.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
  }

  /// Whether a browser may show it in its window.
  static boolean isShown(String type) {
    boolean media =
        type.startsWith("audio/")
            || type.startsWith("video/")
            || type.startsWith("image/") && !type.equals("image/svg+xml");
    return media || SHOWN_TEXT.contains(type);
  }
}
