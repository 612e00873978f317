package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
    try (RootIndex index = new RootIndex(folder)) {
      index.put(pinned);
      index.put(adopted);
      index.put(root(3, true, Optional.empty()));
      index.remove(root(3, true, Optional.empty()).cid());
    }
    try (RootIndex index = new RootIndex(folder)) {
      assertEquals(java.util.List.of(pinned, adopted), index.all());
      assertEquals(Optional.of(adopted), index.byDigest(adopted.sha256().orElseThrow()));
    }
  }

  @Test
  void aTornLineIsIgnoredWhereverTheCrashCame() throws IOException {
    try (RootIndex index = new RootIndex(folder)) {
      index.put(root(1, true, Optional.empty()));
      index.put(root(2, true, Optional.empty()));
    }
    Path file = folder.resolve("roots.journal");
    byte[] whole = Files.readAllBytes(file);
    int first = new String(whole, java.nio.charset.StandardCharsets.UTF_8).indexOf('\n');
    for (int length = first + 1; length < whole.length; length += 7) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      try (RootIndex index = new RootIndex(folder)) {
        assertTrue(index.get(root(1, true, Optional.empty()).cid()).isPresent());
      }
    }
  }

  @Test
  void unpinningAnAdoptedRootKeepsWhatIsKnownOfItsFile() throws IOException {
    try (RootIndex index = new RootIndex(folder)) {
      KeptRoot adopted = root(2, false, Optional.of(folder.resolve("f")));
      index.put(adopted);
      assertTrue(index.setPinned(adopted.cid(), true));
      assertTrue(index.setPinned(adopted.cid(), false));
      assertEquals(Optional.of(adopted), index.get(adopted.cid()));
    }
  }
}
