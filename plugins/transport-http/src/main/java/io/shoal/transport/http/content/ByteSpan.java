package io.shoal.transport.http.content;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The parameter `entity-bytes=FROM:TO`: both ends are included; a negative one counts from the
/// end; `*` is the end.
///
/// @param to empty for the end
public record ByteSpan(long from, OptionalLong to) {
  private static final Pattern FORM = Pattern.compile("(-?\\d{1,18}):(-?\\d{1,18}|\\*)");

  /// @return empty if the text is of another form
  public static Optional<ByteSpan> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    String end = form.group(2);
    OptionalLong to = end.equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(end));
    return Optional.of(new ByteSpan(Long.parseLong(form.group(1)), to));
  }

  /// The first byte in a file of this size, from 0 on; perhaps behind its end.
  long firstByte(long sizeBytes) {
    return Math.max(0, from < 0 ? sizeBytes + from : from);
  }

  /// The last byte in a file of this size; before the first one if the span has none.
  long lastByte(long sizeBytes) {
    long wanted = to.orElse(-1);
    return Math.min(sizeBytes - 1, wanted < 0 ? sizeBytes + wanted : wanted);
  }

  @Override
  public String toString() {
    return from + ":" + (to.isPresent() ? Long.toString(to.getAsLong()) : "*");
  }
}
