package io.shoal.runtime.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.ExportTest;
import io.shoal.runtime.dag.DagWalker;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.dag.UnixFsAttributes;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.store.RootCompleteness;
import io.shoal.runtime.testing.BlockSource;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.ContentReader;
import io.shoal.runtime.testing.JdkSha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImporterTest {
  private static final ImportProfile PROFILE =
      ImportProfile.unixfsV1(ImportProfile.MIN_LEAF_SIZE_BYTES);
  private static final ImportOptions COPY = new ImportOptions(PROFILE, false, false);
  private static final ImportOptions IN_PLACE = new ImportOptions(PROFILE, true, false);

  @TempDir private Path temp;

  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final MemoryStore store = new MemoryStore();
  private final BlockSource blocks = cid -> load(cid);
  private long bytesRead;

  @AfterEach
  void endPool() {
    pool.close();
  }

  private Path dataFolder() {
    return temp.resolve("data");
  }

  private Importer importer() {
    return new Importer(store, new JdkSha256(), dataFolder(), pool, 2);
  }

  private ImportResult add(Path path, ImportOptions options) throws Exception {
    return add(path, Optional.empty(), options, bytes -> bytesRead += bytes);
  }

  private ImportResult add(
      Path path, Optional<String> name, ImportOptions options, Importer.Reading read)
      throws Exception {
    Importer importer = importer();
    Importer.Imported imported = importer.read(path, name, options, read);
    importer.settle(List.of(imported));
    return imported.result();
  }

  private byte[] load(Cid cid) throws IOException, RetryableException {
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      ByteBuffer bytes = ByteBuffer.allocate(reader.sizeBytes());
      while (bytes.hasRemaining()) {
        assertTrue(reader.read(bytes, bytes.position()) > 0);
      }
      assertArrayEquals(cid.multihash().digest(), Blocks.sha256(bytes.array()));
      return bytes.array();
    }
  }

  private TreePlan plan(Cid root) throws Exception {
    DagWalker dag = new DagWalker(root, Blocks.memory(root));
    while (!dag.complete()) {
      for (Cid cid : dag.missingNodes(100)) {
        dag.accept(cid, blocks.load(cid));
      }
    }
    return TreePlanner.plan(dag);
  }

  private static byte[] random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void aTreeIsImportedWithEveryChunkOnceAndOneSync() throws Exception {
    Path tree = ExportTest.makeTree(temp.resolve("tree"));
    ImportResult result = add(tree, COPY);
    assertEquals("tree", result.name());
    assertTrue(result.folder());
    assertEquals(5_004, result.files());
    assertEquals(store.chunks.size(), result.chunks());
    assertEquals(store.chunks.size(), result.newChunks());
    assertEquals(1, store.syncs.get());
    TreePlan plan = plan(result.root());
    assertEquals(result.chunks(), plan.chunkCount());
    assertEquals(5_004, plan.files().size());
  }

  @Test
  void theSameBytesAgainWriteNothing() throws Exception {
    Path tree = ExportTest.makeTree(temp.resolve("tree"));
    ImportResult first = add(tree, COPY);
    int puts = store.puts.get();
    ImportResult second = add(tree, COPY);
    assertEquals(first.root(), second.root());
    assertEquals(puts, store.puts.get());
    assertEquals(0, second.newBytes());
    assertEquals(0, second.newChunks());
  }

  @Test
  void aFileHasTheRootOfTheLayout() throws Exception {
    for (int size : new int[] {0, 1, 262_144, 262_145, 3_000_000}) {
      byte[] content = random(size, size);
      Path file = Files.write(temp.resolve("file"), content);
      AtomicLong read = new AtomicLong();
      ImportOptions options = new ImportOptions(PROFILE, false, true);
      ImportResult result = add(file, Optional.of("other name"), options, read::addAndGet);
      assertEquals(new Blocks().file(content, PROFILE, true).cid(), result.root());
      assertEquals(size, read.get());
      assertEquals(size, result.sizeBytes());
      assertEquals("other name", result.name());
      assertEquals(Blocks.sha256Hex(content), result.digests().getFirst().sha256());
      assertArrayEquals(content, ContentReader.read(blocks, result.root()));
    }
  }

  @Test
  void aFileInPlaceIsClaimedOnceAndNotCopied() throws Exception {
    byte[] content = random(1_000_000, 9);
    Path file = Files.write(temp.resolve("file"), content);
    ImportResult result = add(file, IN_PLACE);
    assertEquals(1, store.chunks.size()); // the node
    assertEquals(4, store.adoptions.get());
    assertArrayEquals(content, ContentReader.read(blocks, result.root()));
    assertEquals(result.root(), add(file, IN_PLACE).root());
    assertEquals(4, store.adoptions.get());
  }

  /// A data folder as a node makes it, with keys that are not real ones.
  private static void makeNode(Path data) throws IOException {
    Files.createDirectories(data);
    Files.writeString(data.resolve("identity.key"), pem("aWRlbnRpdHkta2V5LW9mLWEtbm9kZQ=="));
    Files.writeString(data.resolve("publish.key"), pem("cHVibGlzaC1rZXktb2YtYS1ub2Rl"));
    Files.writeString(data.resolve("node.lock"), "1\n");
  }

  private static String pem(String body) {
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n".formatted(body);
  }

  @Test
  void aDataFolderInAFolderIsLeftOutAndNamed() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("home"));
    Files.writeString(folder.resolve("letter"), "a letter");
    Files.createSymbolicLink(dataFolder(), folder.resolve("node"));
    makeNode(folder.resolve("node"));
    makeNode(folder.resolve("another"));

    ImportResult result = add(folder, COPY);

    assertEquals(
        List.of("letter"),
        plan(result.root()).files().stream().map(TreePlan.PlannedFile::path).toList());
    assertEquals(
        List.of(
            folder.resolve("another") + ": the data folder of a node, where its keys are",
            folder.resolve("node") + ": the data folder of a node, where its keys are"),
        result.skipped());
  }

  @Test
  void whatIsTheNodesInADataFolderIsRefusedByName() throws Exception {
    makeNode(dataFolder());
    Path inner = Files.createDirectories(dataFolder().resolve("plugins/store"));
    for (Path path : List.of(dataFolder(), dataFolder().resolve("identity.key"), inner)) {
      UserFaultException refused =
          assertThrows(UserFaultException.class, () -> add(path, COPY), path.toString());

      assertTrue(refused.getMessage().contains("copy what you want to share"));
    }
    assertTrue(store.chunks.isEmpty());
  }

  @Test
  void aFileOfTheUsersInADataFolderIsImported() throws Exception {
    makeNode(dataFolder());
    Path film = Files.writeString(dataFolder().resolve("film"), "a film");

    assertEquals(1, add(film, COPY).files());
  }

  @Test
  void aFileWithAKeyOfTheNodeIsNeverImported() throws Exception {
    makeNode(dataFolder());
    Path folder = Files.createDirectory(temp.resolve("folder"));
    Files.createLink(folder.resolve("hard-link"), dataFolder().resolve("identity.key"));
    Files.writeString(
        folder.resolve("backup.pem"),
        "my key\n" + Files.readString(dataFolder().resolve("publish.key")));
    Files.writeString(folder.resolve("another.pem"), pem("YW5vdGhlci1rZXk="));

    for (ImportOptions options : List.of(COPY, IN_PLACE)) {
      ImportResult result = add(folder, options);

      assertEquals(1, result.files());
      assertEquals(
          List.of("another.pem"),
          plan(result.root()).files().stream().map(TreePlan.PlannedFile::path).toList());
      assertEquals(
          List.of(
              folder.resolve("backup.pem") + ": holds a key of this node",
              folder.resolve("hard-link") + ": holds a key of this node"),
          result.skipped());
      assertThrows(UserFaultException.class, () -> add(folder.resolve("backup.pem"), options));
    }
  }

  @Test
  void symbolicLinksAreToldAndNotFollowed() throws Exception {
    Path secret = Files.writeString(temp.resolve("secret"), "secret");
    Path folder = Files.createDirectory(temp.resolve("folder"));
    Files.createSymbolicLink(folder.resolve("link"), secret);
    Files.createSymbolicLink(folder.resolve("up"), temp);
    ImportResult result = add(folder, COPY);
    assertEquals(2, result.skipped().size());
    assertEquals(List.of(), plan(result.root()).files());
    assertThrows(InvalidInputException.class, () -> add(folder.resolve("link"), COPY));
  }

  @Test
  void namesThatSomeSystemsCannotHoldTravelAndAreCounted() throws Exception {
    Path tree = hardNames();
    ImportResult result = add(tree, COPY);
    assertEquals(4, result.files());
    assertEquals(2, result.unportable());
    assertTrue(result.firstUnportable().orElse("").contains("aux.c"), result::toString);
    assertEquals(0, add(Files.createDirectory(temp.resolve("plain")), COPY).unportable());
  }

  private Path hardNames() throws IOException {
    Path tree = Files.createDirectory(temp.resolve("linux"));
    for (String name : List.of("Makefile", "aux.c", "xt_MARK.h", "xt_mark.h")) {
      Files.writeString(tree.resolve(name), name);
    }
    return tree;
  }

  @Test
  void portableRefusesThemBeforeTheFirstByteIsRead() throws Exception {
    ImportOptions portable = new ImportOptions(PROFILE, false, false, true, false);
    for (String name : List.of("aux.c", "name.", "name ", "what?", "12:30.log", "a\\b", "a\tb")) {
      Path folder = Files.createTempDirectory(temp, "one");
      Files.writeString(folder.resolve("AAA"), "read first");
      Files.writeString(folder.resolve(name), "x");
      InvalidInputException refused =
          assertThrows(InvalidInputException.class, () -> add(folder, portable), name);
      assertTrue(refused.getMessage().contains("--portable"), refused::getMessage);
      assertEquals(0, bytesRead, name);
      assertThrows(InvalidInputException.class, () -> add(folder.resolve(name), portable), name);
    }
    Path twins = Files.createDirectory(temp.resolve("twins"));
    Files.createFile(twins.resolve("Readme"));
    Files.createFile(twins.resolve("README"));
    assertThrows(InvalidInputException.class, () -> add(twins, portable));
    Path fine = Files.createDirectory(temp.resolve("fine"));
    Files.createFile(fine.resolve("\u0131.txt"));
    Files.createFile(fine.resolve("i.txt"));
    assertEquals(2, add(fine, portable).files());
  }

  @Test
  void rightsAndTimesAreKeptOnRequestAlone() throws Exception {
    Path tree = Files.createDirectory(temp.resolve("tree"));
    Path script = Files.writeString(tree.resolve("run.sh"), "#!/bin/sh\n");
    Cid plain = add(tree, COPY).root();
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));
    FileTime time = FileTime.from(Instant.ofEpochSecond(1_700_000_000, 5));
    Files.setLastModifiedTime(script, time);
    assertEquals(plain, add(tree, COPY).root(), "the usual root has no rights in it");

    ImportOptions preserve = new ImportOptions(PROFILE, false, false, false, true);
    TreePlan kept = plan(add(tree, preserve).root());

    assertEquals(
        new UnixFsAttributes(OptionalInt.of(0750), Optional.of(time.toInstant())),
        kept.files().getFirst().attributes());
    assertFalse(kept.folders().getFirst().attributes().isEmpty(), "the folder's own");
    TreePlan alone = plan(add(script, preserve).root());
    assertEquals(OptionalInt.of(0750), alone.files().getFirst().attributes().mode());
    assertEquals(1, alone.files().size());
  }

  @Test
  void aFolderThatIsTooDeepIsRefused() throws Exception {
    Path deep = temp.resolve("deep");
    Path at = deep;
    for (int i = 0; i < 33; i++) {
      at = at.resolve("d");
    }
    Files.createDirectories(at);
    assertThrows(InvalidInputException.class, () -> add(deep, COPY));
  }

  @Test
  void theLevelsOfALargeFileCountBeforeTheFirstByteIsRead() throws Exception {
    Path deep = temp.resolve("deep");
    Path at = Files.createDirectories(deep.resolve("d/".repeat(31)));
    Path file = at.resolve("file");
    Files.write(file, new byte[PROFILE.leafSizeBytes()]);
    assertEquals(1, add(deep, COPY).files());

    bytesRead = 0;
    Files.write(file, new byte[PROFILE.leafSizeBytes() + 1]);
    Files.write(deep.resolve("AAA"), random(1_000, 1));
    assertThrows(InvalidInputException.class, () -> add(deep, COPY));
    assertEquals(0, bytesRead);
  }

  @Test
  void aFileThatCannotBeReadIsFoundBeforeTheFirstByteIsRead() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("folder"));
    Files.write(folder.resolve("AAA"), random(1_000, 1));
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    assumeTrue(PrivateFile.supportsPermissions(secret));
    Files.setPosixFilePermissions(secret, Set.of());
    assumeFalse(Files.isReadable(secret), "the superuser reads it");

    UserFaultException refused = assertThrows(UserFaultException.class, () -> add(folder, COPY));
    assertTrue(refused.getMessage().contains("no right to read"), refused::getMessage);
    assertEquals(0, bytesRead);
  }

  @Test
  void aMissingPathIsTheUsersFault() {
    UserFaultException e =
        assertThrows(UserFaultException.class, () -> add(temp.resolve("nothing"), COPY));
    assertTrue(e.getMessage().contains("no such file"));
  }

  @Test
  void aFullStoreEndsTheImportAndLeavesNoWriterOpen() throws Exception {
    Path file = Files.write(temp.resolve("file"), random(5_000_000, 4));
    store.failAfterPuts = 7;
    assertThrows(StoreFullException.class, () -> add(file, COPY));
    assertEquals(0, store.syncs.get());
    store.failAfterPuts = Integer.MAX_VALUE;
    ImportResult result = add(file, COPY);
    assertArrayEquals(Files.readAllBytes(file), ContentReader.read(blocks, result.root()));
  }

  @Test
  void whatAnotherCallersSyncLostFailsTheImportWhoseChunkItWas() throws Exception {
    Path file = Files.write(temp.resolve("file"), random(2_000_000, 5));
    // The other caller got the failure; this one's sync finds none.
    store.beforeSync = () -> store.chunks.remove(store.chunks.keySet().iterator().next());
    IOException e = assertThrows(IOException.class, () -> add(file, COPY));
    assertTrue(String.valueOf(e.getMessage()).contains("could not be made durable"), e.toString());
    store.beforeSync = () -> {};
    ImportResult again = add(file, COPY);
    assertEquals(1, again.newChunks());
    assertArrayEquals(Files.readAllBytes(file), ContentReader.read(blocks, again.root()));
  }

  @Test
  void aCopyIsMadeAlsoWhereAUsersFileHasTheBytes() throws Exception {
    Path file = Files.write(temp.resolve("file"), random(1_000_000, 9));
    add(file, IN_PLACE);
    assertEquals(4, add(file, COPY).newChunks());
    Files.delete(file);
    RootCompleteness.require(
        store, add(Files.write(temp.resolve("b"), random(1_000_000, 9)), COPY).root());
  }

  @Test
  void aFileThatGrowsIsTakenAsItWasAtTheBegin() throws Exception {
    byte[] begin = random(1_000_000, 21);
    Path file = Files.write(temp.resolve("log"), begin);

    ImportResult result =
        add(
            file,
            Optional.empty(),
            COPY,
            bytes -> Files.write(file, random(300_000, 22), StandardOpenOption.APPEND));

    assertArrayEquals(begin, ContentReader.read(blocks, result.root()));
    assertEquals(List.of(), result.changed());
  }

  @Test
  void aFileThatChangesWhileItIsReadIsNamed() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("folder"));
    Files.write(folder.resolve("calm"), random(600_000, 23));
    Path file = Files.write(folder.resolve("restless"), random(600_000, 24));
    AtomicLong changes = new AtomicLong();

    ImportResult result =
        add(
            folder,
            Optional.empty(),
            COPY,
            bytes -> {
              Files.write(file, new byte[10], StandardOpenOption.WRITE);
              // Two changes may be closer together than the system's clock can tell.
              Files.setLastModifiedTime(
                  file, FileTime.fromMillis(changes.incrementAndGet() * 1_000));
            });

    assertEquals(List.of(file.toString()), result.changed());
  }

  @Test
  void aFileThatShrinksWhileItIsReadIsNamed() throws Exception {
    Path file = Files.write(temp.resolve("file"), random(600_000, 25));

    ImportResult result =
        add(file, Optional.empty(), COPY, bytes -> Files.write(file, new byte[10]));

    assertEquals(List.of(file.toString()), result.changed());
  }

  @Test
  void anInterruptEndsTheImport() throws Exception {
    Path file = Files.write(temp.resolve("file"), random(3_000_000, 8));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> add(file, COPY));
    Thread.interrupted();
  }
}
