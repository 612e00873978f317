package io.shoal.storage.filesystem.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.FileRef;
import io.shoal.api.MalformedDataException;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.disk.SimulatedDisk;
import io.shoal.testkit.TestData;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReferenceJournalTest {
  private static final Path ROOT = Path.of("/sim");
  private static final int INPUTS = Boolean.getBoolean("shoal.full") ? 10_000_000 : 100_000;

  private static List<JournalRecord> oneOfEach() {
    Cid cid = TestData.cid(new byte[] {1});
    FileRef ref = new FileRef(Path.of("/a/ü"), 5, 6, 7, true);
    return List.of(
        new JournalRecord.Described(1, new ExpectedFile(ref, 8)),
        new JournalRecord.Claimed(
            1, List.of(new ClaimedRun(cid, 0, 4, 1), new ClaimedRun(cid, 9, 0, 1))),
        new JournalRecord.Claimed(
            1, List.of(new ClaimedRun(cid, 0, 4, 1_000_000), new ClaimedRun(cid, 9, 0, 1))),
        new JournalRecord.Moving(1, Path.of("/b")),
        new JournalRecord.Unclaimed(1, new ClaimedRun(cid, 9, 0, 1)),
        new JournalRecord.Unclaimed(1, new ClaimedRun(cid, 9, 0, 7)),
        new JournalRecord.Dropped(1),
        new JournalRecord.Forgotten(1));
  }

  private static List<JournalRecord> load(byte[] journal) throws Exception {
    SimulatedDisk disk = new SimulatedDisk(ROOT);
    disk.userWrites(new ChunkLayout(ROOT).references(), journal);
    List<JournalRecord> found = new ArrayList<>();
    try (ReferenceJournal reader = new ReferenceJournal(disk, new ChunkLayout(ROOT))) {
      reader.load(found::add);
    }
    return found;
  }

  private static byte[] write(List<JournalRecord> records) throws Exception {
    SimulatedDisk disk = new SimulatedDisk(ROOT);
    try (ReferenceJournal journal = new ReferenceJournal(disk, new ChunkLayout(ROOT))) {
      journal.load(record -> {});
      journal.writeAnew(records.subList(0, 2).iterator());
      journal.append(records.subList(2, records.size()));
    }
    return disk.content(new ChunkLayout(ROOT).references()).orElseThrow();
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    assertEquals(oneOfEach(), load(write(oneOfEach())));
  }

  @Test
  void aJournalThatIsCutOrDamagedAnywhereGivesWhatIsBefore() throws Exception {
    byte[] whole = write(oneOfEach());
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x40;
      List<JournalRecord> found = load(damaged);
      assertEquals(oneOfEach().subList(0, found.size()), found, "byte " + at);
      assertTrue(found.size() < oneOfEach().size(), "byte " + at);
      List<JournalRecord> cut = load(Arrays.copyOf(whole, at));
      assertEquals(oneOfEach().subList(0, cut.size()), cut, "cut at " + at);
    }
  }

  @Test
  void anyBytesAreARecordOrMalformed() {
    SplittableRandom random = new SplittableRandom(1);
    ByteBuffer written = ByteBuffer.allocate(1000);
    for (int i = 0; i < INPUTS; i++) {
      byte[] bytes;
      if (random.nextBoolean()) {
        bytes = new byte[random.nextInt(80)];
        random.nextBytes(bytes);
      } else {
        JournalRecord.write(oneOfEach().get(i % oneOfEach().size()), written.clear());
        bytes = Arrays.copyOf(written.array(), written.position());
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        assertTrue(JournalRecord.read(ByteBuffer.wrap(bytes)).file() > 0);
      } catch (MalformedDataException e) {
        assertTrue(String.valueOf(e.getMessage()).length() > 3);
      }
    }
  }

  @Test
  void theChecksumIsCrc32c() throws Exception {
    try (InputStream vectors =
        Objects.requireNonNull(getClass().getResourceAsStream("/vectors/crc32c.json"))) {
      JsonNode cases = JsonMapper.shared().readTree(vectors).get("spec_cases");
      assertEquals(5, cases.size());
      for (JsonNode one : cases) {
        CRC32C crc = new CRC32C();
        crc.update(HexFormat.of().parseHex(one.get("input").asString()));
        assertEquals(one.get("crc").asString(), HexFormat.of().toHexDigits((int) crc.getValue()));
      }
    }
  }
}
