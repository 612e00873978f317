package io.shoal.discovery.routing;

import io.shoal.api.MalformedDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/// Reads the records of an answer, within limits. What a record has that is not known is ignored,
/// as are records of other schemas.
final class RecordReader {
  /// Of a list (`application/json`), which must be there whole: 100 records of 10 KiB.
  static final int MAX_LIST_BYTES = 1 << 20;

  /// Of a stream (`application/x-ndjson`): what comes after it is not read.
  static final int MAX_STREAM_BYTES = 4 << 20;

  /// Of a record in a stream.
  static final int MAX_LINE_BYTES = 64 << 10;

  /// More than a download dials.
  static final int MAX_RECORDS = 1_000;

  private RecordReader() {}

  /// Reads a list: `{"Providers": [record, …]}`.
  ///
  /// @param sink says whether to go on
  static void list(InputStream in, Predicate<PeerRecord> sink)
      throws IOException, MalformedDataException {
    byte[] bytes = in.readNBytes(MAX_LIST_BYTES + 1);
    if (bytes.length > MAX_LIST_BYTES) {
      throw new MalformedDataException("the answer has more than " + MAX_LIST_BYTES + " bytes");
    }
    if (!(JsonReader.read(new String(bytes, StandardCharsets.UTF_8)) instanceof Json.Fields all)) {
      throw new MalformedDataException("the answer is no map");
    }
    int records = 0;
    for (Json record : all.items("Providers")) {
      if (records++ >= MAX_RECORDS || !handled(record, sink)) {
        return;
      }
    }
  }

  /// Reads a stream: a record a line. It ends at a limit as at its own end.
  ///
  /// @param sink says whether to go on
  /// @return whether all of it was read
  static boolean stream(InputStream in, Predicate<PeerRecord> sink)
      throws IOException, MalformedDataException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] buffer = new byte[8_192];
    long total = 0;
    int records = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      total += n;
      for (int i = 0; i < n; i++) {
        if (buffer[i] != '\n') {
          line.write(buffer[i]);
          continue;
        }
        if (records++ >= MAX_RECORDS || !handled(line, sink)) {
          return false;
        }
        line.reset();
      }
      if (line.size() > MAX_LINE_BYTES) {
        throw new MalformedDataException("a record has more than " + MAX_LINE_BYTES + " bytes");
      }
      if (total > MAX_STREAM_BYTES) {
        return false;
      }
    }
    return handled(line, sink);
  }

  private static boolean handled(ByteArrayOutputStream line, Predicate<PeerRecord> sink)
      throws MalformedDataException {
    String text = line.toString(StandardCharsets.UTF_8);
    return text.isBlank() || handled(JsonReader.read(text), sink);
  }

  private static boolean handled(Json record, Predicate<PeerRecord> sink) {
    boolean isPeer =
        record instanceof Json.Fields fields && fields.text("Schema").orElse("").equals("peer");
    return !isPeer || PeerRecord.from((Json.Fields) record).map(sink::test).orElse(true);
  }
}
