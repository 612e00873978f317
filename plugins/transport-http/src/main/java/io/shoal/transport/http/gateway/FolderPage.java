package io.shoal.transport.http.gateway;

import io.shoal.api.FileEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The page that lists a folder. Names come from strangers: each is escaped, and the page may load
/// nothing and run nothing.
final class FolderPage {
  /// Grows when the page changes, since browsers keep it.
  static final int VERSION = 1;

  /// More than a reader looks through, and a bound of the page's size.
  private static final int MAX_ROWS = 10_000;

  private static final String STYLE =
      "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
          + "table{border-collapse:collapse;width:100%}"
          + "td{border-top:1px solid #ddd;padding:.25em .5em;overflow-wrap:anywhere}"
          + "td:last-child{text-align:right;white-space:nowrap}"
          + "p{color:#555;overflow-wrap:anywhere}";

  static final String SECURITY_POLICY =
      "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
          .formatted(sha256(STYLE));

  /// A file or a folder right below the one that is listed.
  private record Row(long files, long sizeBytes, boolean isFolder) {}

  private FolderPage() {}

  static String of(Question question, Optional<String> name, List<FileEntry> files) {
    Map<String, Row> rows = rows(files);
    String title = escaped(name.orElse(question.root().toString()));
    StringBuilder page = new StringBuilder(1_000 + 200 * Math.min(rows.size(), MAX_ROWS));
    page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width\"><title>")
        .append(title)
        .append("</title><style>")
        .append(STYLE)
        .append("</style></head>\n<body><h1>")
        .append(title)
        .append("</h1><p>")
        .append(escaped("/ipfs/" + question.root()))
        .append("</p><table>\n");
    if (!question.path().isEmpty()) {
      page.append("<tr><td><a href=\"../\">..</a></td><td></td></tr>\n");
    }
    rows.entrySet().stream().limit(MAX_ROWS).forEach(row -> append(page, row));
    page.append("</table>");
    if (rows.size() > MAX_ROWS) {
      page.append("<p>").append(rows.size() - MAX_ROWS).append(" more are not shown.</p>");
    }
    return page.append("</body></html>\n").toString();
  }

  private static void append(StringBuilder page, Map.Entry<String, Row> entry) {
    Row row = entry.getValue();
    String slash = row.isFolder() ? "/" : "";
    page.append("<tr><td><a href=\"./")
        .append(Question.encoded(entry.getKey()))
        .append(slash)
        .append("\">")
        .append(escaped(entry.getKey()))
        .append(slash)
        .append("</a></td><td>");
    if (row.isFolder()) {
      page.append(row.files()).append(row.files() == 1 ? " file, " : " files, ");
    }
    page.append(row.sizeBytes())
        .append(row.sizeBytes() == 1 ? " byte" : " bytes")
        .append("</td></tr>\n");
  }

  private static Map<String, Row> rows(List<FileEntry> files) {
    Map<String, Row> rows = new TreeMap<>();
    for (FileEntry file : files) {
      int slash = file.path().indexOf('/');
      String name = slash < 0 ? file.path() : file.path().substring(0, slash);
      rows.merge(
          name,
          new Row(1, file.sizeBytes(), slash >= 0),
          (a, b) -> new Row(a.files() + b.files(), a.sizeBytes() + b.sizeBytes(), a.isFolder()));
    }
    return rows;
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String sha256(String text) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has it", e);
    }
  }
}
