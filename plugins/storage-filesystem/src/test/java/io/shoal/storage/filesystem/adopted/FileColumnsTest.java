package io.shoal.storage.filesystem.adopted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.FileRef;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FileColumnsTest {
  private static ExpectedFile file(Path path, SplittableRandom random) {
    FileRef ref =
        new FileRef(
            path, random.nextLong(), random.nextLong(), random.nextLong(), random.nextBoolean());
    return new ExpectedFile(ref, random.nextLong());
  }

  private static Path path(SplittableRandom random) {
    return Path.of("/folder" + random.nextInt(20), "näme-" + random.nextInt(100));
  }

  @Test
  void whateverIsDoneItKnowsTheSameAsTwoMaps() {
    SplittableRandom random = new SplittableRandom(11);
    FileColumns files = new FileColumns(random.nextLong());
    Map<Integer, ExpectedFile> byNumber = new HashMap<>();
    Map<Path, Integer> byPath = new HashMap<>();
    List<Integer> forgotten = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      ExpectedFile next = file(path(random), random);
      Path path = next.ref().path();
      List<Integer> all = new ArrayList<>(byNumber.keySet());
      int known = all.isEmpty() ? 0 : all.get(random.nextInt(all.size()));
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          if (!byPath.containsKey(path)) {
            int number = files.add(next);
            assertFalse(byNumber.containsKey(number) || forgotten.contains(number));
            byNumber.put(number, next);
            byPath.put(path, number);
          }
        }
        case 2 -> {
          if (known != 0 && byPath.getOrDefault(path, known) == known) {
            byPath.remove(byNumber.get(known).ref().path());
            files.describe(known, next);
            byNumber.put(known, next);
            byPath.put(path, known);
          }
        }
        default -> {
          if (known != 0) {
            files.forget(known);
            byPath.remove(byNumber.remove(known).ref().path());
            forgotten.add(known);
          }
          if (forgotten.size() > 30) {
            files.free(forgotten.removeFirst());
          }
        }
      }
      assertEquals(byPath.getOrDefault(path, FileColumns.NONE), files.at(path));
      assertEquals(byNumber.size(), files.size());
    }
    byNumber.forEach((number, expected) -> assertEquals(expected, files.expected(number)));
    byPath.forEach((path, number) -> assertEquals(number, files.at(path)));
    List<Integer> walked = new ArrayList<>();
    for (int at = files.next(FileColumns.NONE); at != FileColumns.NONE; at = files.next(at)) {
      walked.add(at);
    }
    assertEquals(byNumber.keySet().stream().sorted().toList(), walked);
  }

  @Test
  void aNumberThatIsGivenAwayNamesAnotherFile() {
    SplittableRandom random = new SplittableRandom(12);
    FileColumns files = new FileColumns(random.nextLong());
    int number = files.add(file(Path.of("/a"), random));
    int generation = files.generation(number);
    files.setFirstEntry(number, 7);
    files.flag(number, FileColumns.JOURNALED, true);
    files.forget(number);
    assertTrue(files.isTaken(number));
    assertFalse(files.isReferredTo(number));
    files.free(number);
    assertEquals(number, files.add(file(Path.of("/b"), random)));
    assertTrue(files.generation(number) != generation);
    assertEquals(ChunkIndex.NONE, files.firstEntry(number));
    assertFalse(files.is(number, FileColumns.JOURNALED));
    assertEquals(FileColumns.NONE, files.at(Path.of("/a")));
  }
}
