package io.shoal.runtime.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.runtime.discovery.DigestLookup;
import io.shoal.runtime.file.DiskReserve;
import io.shoal.runtime.testing.SimulatedFileSystem;
import io.shoal.runtime.testing.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootIndexTest {
  @TempDir Path folder;

  private static KeptRoot root(int n, boolean pinned, Optional<Path> path) {
    byte[] digest = new byte[32];
    digest[0] = (byte) n;
    Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
    return new KeptRoot(
        cid, "a name % ü\n", 5L * n, false, pinned, path, Optional.of("ab".repeat(31) + "0" + n));
  }

  @Test
  void whatWasPutIsThereAfterARestart() throws IOException {
    KeptRoot pinned = root(1, true, Optional.empty());
    KeptRoot adopted = root(2, false, Optional.of(folder.resolve("x y")));
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      index.put(pinned);
      index.put(adopted);
      index.put(root(3, true, Optional.empty()));
      index.remove(root(3, true, Optional.empty()).cid());
    }
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      assertEquals(List.of(pinned, adopted), index.all());
      assertEquals(Optional.of(adopted), index.byDigest(adopted.sha256().orElseThrow()));
    }
  }

  @Test
  void manyRootsComeAndGoWithOneForcedWrite() throws IOException {
    SimulatedFiles files = new SimulatedFiles();
    Path home = new SimulatedFileSystem(files).getPath("/");
    List<KeptRoot> roots =
        IntStream.rangeClosed(1, 9).mapToObj(n -> root(n, true, Optional.empty())).toList();
    List<Cid> cids = roots.stream().map(KeptRoot::cid).toList();
    try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
      // A write and a force: a third step would meet the fault.
      files.faultIn(3, SimulatedFiles.Fault.FAIL);
      assertEquals(roots, index.putAll(roots));
      assertEquals(Optional.empty(), files.struck());
      files.faultIn(3, SimulatedFiles.Fault.FAIL);
      assertEquals(List.of(), index.putAll(roots));
      assertEquals(roots.subList(0, 4), index.removeAll(cids.subList(0, 4)));
      assertEquals(Optional.empty(), files.struck());
    }
    files.faultIn(Long.MAX_VALUE / 2, SimulatedFiles.Fault.FAIL);
    try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
      assertEquals(roots.subList(4, 9), index.all());
      assertTrue(index.wasHere(cids.get(0)), "it went not long ago");
      assertFalse(index.wasHere(cids.get(5)));
      index.putAll(roots.subList(0, 1));
      assertFalse(index.wasHere(cids.get(0)));
    }
  }

  @Test
  void eachNameOfARootOutlivesARestartAndGoesWithIt() throws IOException {
    KeptRoot first = root(1, false, Optional.of(folder.resolve("x y")));
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      index.put(first);
      for (String name : List.of("b", "c", "b")) {
        index.put(KeptRoot.pinned(first.cid(), name, first.sizeBytes(), false));
      }
    }
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      KeptRoot kept = index.get(first.cid()).orElseThrow();
      assertEquals("b", kept.name());
      assertEquals(
          List.of(
              new KeptRoot.Named(first.name(), first.path()),
              new KeptRoot.Named("c", first.path())),
          kept.also());
      index.remove(first.cid());
      index.put(first);
      assertEquals(List.of(), index.get(first.cid()).orElseThrow().also());
    }
  }

  @Test
  void namesThatComeAtOnceAllOutliveARestart() throws IOException {
    Cid cid = root(1, true, Optional.empty()).cid();
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      index.putAll(
          Stream.of("a", "b", "c").map(name -> KeptRoot.pinned(cid, name, 1, false)).toList());
    }
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      KeptRoot kept = index.get(cid).orElseThrow();
      assertEquals(
          List.of("a", "b", "c"),
          Stream.concat(Stream.of(kept.name()), kept.also().stream().map(KeptRoot.Named::name))
              .sorted()
              .toList());
    }
  }

  @Test
  void aLineThatCouldNotBeWrittenDoesNotSpoilTheNext() throws IOException {
    for (SimulatedFiles.Fault fault :
        List.of(SimulatedFiles.Fault.FULL, SimulatedFiles.Fault.FAIL)) {
      for (int step = 1; step <= 2; step++) {
        SimulatedFiles files = new SimulatedFiles();
        Path home = new SimulatedFileSystem(files).getPath("/");
        try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
          index.put(root(1, true, Optional.empty()));
          files.faultIn(step, fault);
          assertThrows(IOException.class, () -> index.put(root(2, true, Optional.empty())));
          assertTrue(index.get(root(2, true, Optional.empty()).cid()).isEmpty());
          index.put(root(3, true, Optional.empty()));
        }
        files.losePower(new java.util.Random(step));
        try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
          assertEquals(
              List.of(root(1, true, Optional.empty()), root(3, true, Optional.empty())),
              index.all());
        }
      }
    }
  }

  @Test
  void aStartWritesNothingIfTheFileIsWhole() throws IOException {
    SimulatedFiles files = new SimulatedFiles();
    Path home = new SimulatedFileSystem(files).getPath("/");
    try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
      index.put(root(1, true, Optional.empty()));
      index.remove(root(1, true, Optional.empty()).cid());
      index.put(root(2, true, Optional.empty()));
    }
    byte[] before = Files.readAllBytes(home.resolve("roots.journal"));

    try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
      assertEquals(List.of(root(2, true, Optional.empty())), index.all());
    }

    assertArrayEquals(before, Files.readAllBytes(home.resolve("roots.journal")));
  }

  @Test
  void onAFullDiskTheReserveMakesRoomForAnEntry() throws IOException {
    for (int step = 1; step <= 2; step++) {
      SimulatedFiles files = new SimulatedFiles();
      Path home = new SimulatedFileSystem(files).getPath("/");
      DiskReserve reserve = new DiskReserve(home);
      reserve.keep();
      assertTrue(Files.exists(home.resolve("reserve")));
      KeptRoot root = root(1, true, Optional.empty());
      try (RootIndex index = new RootIndex(home, reserve)) {
        index.put(root);
        files.faultIn(step, SimulatedFiles.Fault.FULL);
        index.remove(root.cid());
        assertEquals(List.of(), index.all());
      }
      assertFalse(Files.exists(home.resolve("reserve")));
      files.losePower(new java.util.Random(step));
      try (RootIndex index = new RootIndex(home, reserve)) {
        assertEquals(List.of(), index.all());
      }
    }
  }

  @Test
  void aTornLineOnAFullDiskIsReadAround() throws IOException {
    SimulatedFiles files = new SimulatedFiles();
    Path home = new SimulatedFileSystem(files).getPath("/");
    KeptRoot root = root(1, true, Optional.empty());
    try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
      index.put(root);
    }
    Path file = home.resolve("roots.journal");
    Files.writeString(file, Files.readString(file) + "root torn");
    files.faultIn(1, SimulatedFiles.Fault.FULL);

    try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
      assertEquals(List.of(root), index.all());
      index.put(root(2, true, Optional.empty()));
    }
    try (RootIndex index = new RootIndex(home, new DiskReserve(home))) {
      assertEquals(List.of(root, root(2, true, Optional.empty())), index.all());
    }
  }

  @Test
  void aTornLineIsIgnoredWhereverTheCrashCame() throws IOException {
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      index.put(root(1, true, Optional.empty()));
      index.put(root(2, true, Optional.empty()));
    }
    Path file = folder.resolve("roots.journal");
    byte[] whole = Files.readAllBytes(file);
    String text = new String(whole, java.nio.charset.StandardCharsets.UTF_8);
    int first = text.indexOf('\n', text.indexOf("root "));
    for (int length = first + 1; length < whole.length; length += 7) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
        assertTrue(index.get(root(1, true, Optional.empty()).cid()).isPresent());
      }
    }
  }

  @Test
  void aRuleOutlivesItsRootAndEveryRestart() throws IOException {
    KeptRoot root = root(1, true, Optional.empty());
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      index.setPrivate(root.cid(), true);
      index.put(root);
      index.setPrivate(root(2, true, Optional.empty()).cid(), true);
      index.setPrivate(root(2, true, Optional.empty()).cid(), false);
      index.remove(root.cid());
    }
    for (int restart = 0; restart < 2; restart++) {
      try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
        assertTrue(index.isPrivate(root.cid()));
        assertFalse(index.isPrivate(root(2, true, Optional.empty()).cid()));
        assertEquals(List.of(root.cid()), index.privateWithoutEntry());
      }
    }
  }

  @Test
  void aFileFromBeforeThereWereRulesIsReadAsPublic() throws IOException {
    KeptRoot old = root(1, true, Optional.empty());
    Files.writeString(
        folder.resolve("roots.journal"),
        "root %s =a+name+%%25+%%C3%%BC%%0A 5 file pinned - =%s 928c712d\n"
            .formatted(old.cid(), old.sha256().orElseThrow()));
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      assertEquals(List.of(old), index.all());
      assertFalse(index.isPrivate(old.cid()));
    }
  }

  @Test
  void aDigestThatOnlyPrivateRootsHaveIsWithheld() throws IOException {
    KeptRoot small = root(1, true, Optional.empty());
    String digest = small.sha256().orElseThrow();
    KeptRoot large = root(2, true, Optional.empty()).withDigest(Optional.of(digest));
    try (RootIndex index = new RootIndex(folder, new DiskReserve(folder))) {
      index.put(small);
      index.put(large);
      index.setPrivate(small.cid(), true);
      assertEquals(Optional.of(large), index.sharedByDigest(digest));
      assertTrue(index.withheld(small.cid()));
      assertFalse(index.withheld(DigestLookup.key(digest)));
      index.setPrivate(large.cid(), true);
      assertEquals(Optional.empty(), index.sharedByDigest(digest));
      assertTrue(index.withheld(DigestLookup.key(digest)));
      assertTrue(index.byDigest(digest).isPresent());
    }
  }
}
