package io.shoal.storage.rocksdb;

import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Shows the database's figures, and what is in quarantine.
final class StoreInspection implements Inspection {
  private static final Question FIGURES =
      new Question("figures", "", "files, memory and work of the database, table by table");

  private static final Question QUARANTINE =
      new Question("quarantine", "", "the corrupt chunks that are kept, and since when");

  private static final Question CORRUPT =
      new Question("corrupt", "NUMBER", "the bytes of a corrupt chunk, by its number there");

  /// The largest chunk fits into the rows of an answer.
  private static final int BYTES_A_ROW = 256;

  private static final List<String> FIGURE_NAMES =
      List.of(
          "num-files-at-level0",
          "live-sst-files-size",
          "estimate-num-keys",
          "cur-size-all-mem-tables",
          "estimate-table-readers-mem",
          "estimate-pending-compaction-bytes",
          "num-running-compactions",
          "is-write-stopped");

  private final Supplier<ChunkTable> store;

  /// @param store the open one
  StoreInspection(Supplier<ChunkTable> store) {
    this.store = store;
  }

  @Override
  public List<Question> questions() {
    return List.of(FIGURES, QUARANTINE, CORRUPT);
  }

  @Override
  public void ask(String question, List<String> arguments, AnswerSink sink) throws ShoalException {
    Question asked =
        questions().stream()
            .filter(each -> each.name().equals(question))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "there is no question '%s': ask figures, quarantine or corrupt"
                            .formatted(question)));
    int due = asked.equals(CORRUPT) ? 1 : 0;
    if (arguments.size() != due) {
      throw new InvalidInputException(
          due == 0
              ? "'%s' takes no argument: leave it out".formatted(question)
              : "'corrupt' takes one number: those of 'quarantine'");
    }
    ChunkTable table = store.get();
    try (CallGate.Pass _ = table.gate().enter()) {
      if (asked.equals(FIGURES)) {
        figures(table, sink);
      } else if (asked.equals(QUARANTINE)) {
        quarantine(table, sink);
      } else {
        corrupt(table, arguments.getFirst(), sink);
      }
    } catch (IOException e) {
      throw new RetryableException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void figures(ChunkTable table, AnswerSink sink) throws IOException {
    Database database = table.database();
    sink.columns(List.of("figure", "records", "bytes", "quarantine"));
    for (String name : FIGURE_NAMES) {
      sink.row(
          List.of(
              name,
              text(database.figure(database.records(), "rocksdb." + name)),
              text(database.figure(database.bytes(), "rocksdb." + name)),
              text(database.figure(database.quarantine(), "rocksdb." + name))));
    }
    sink.columns(List.of("cachedBytes", "bufferedBytes", "leases"));
    sink.row(
        List.of(
            text(database.cachedBytes()), text(database.bufferedBytes()), text(table.leases())));
  }

  private static String text(long figure) {
    return Long.toString(figure);
  }

  private static void quarantine(ChunkTable table, AnswerSink sink) throws IOException {
    sink.columns(List.of("number", "cid", "sizeBytes", "since"));
    for (Quarantine.Entry entry : table.quarantine().entries()) {
      sink.row(
          List.of(
              text(entry.record().number()),
              entry.key().toString(),
              text(entry.record().sizeBytes()),
              entry.since().toString()));
    }
  }

  private static void corrupt(ChunkTable table, String number, AnswerSink sink)
      throws IOException, InvalidInputException {
    Optional<ChunkRecord> record =
        table.quarantine().entries().stream()
            .map(Quarantine.Entry::record)
            .filter(each -> text(each.number()).equals(number))
            .findFirst();
    if (record.isEmpty()) {
      throw new InvalidInputException(
          "number '%s' is not in quarantine: 'quarantine' lists what is".formatted(number));
    }
    sink.columns(List.of("offsetBytes", "hex"));
    byte[] piece = new byte[ChunkRecord.PIECE_BYTES];
    for (int i = 0; i < record.get().pieces(); i++) {
      int size = record.get().pieceBytes(i);
      if (!table.database().piece(record.get().pieceKey(i), piece, size)) {
        Arrays.fill(piece, (byte) 0);
      }
      for (int at = 0; at < size; at += BYTES_A_ROW) {
        int end = Math.min(size, at + BYTES_A_ROW);
        long offset = (long) i * ChunkRecord.PIECE_BYTES + at;
        sink.row(List.of(text(offset), HexFormat.of().formatHex(piece, at, end)));
      }
    }
  }
}
