package io.shoal.storage.filesystem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.UserFaultException;
import io.shoal.storage.filesystem.adopted.AdoptedFiles;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.disk.LocalDisk;
import io.shoal.storage.filesystem.disk.OverlayDisk;
import io.shoal.storage.filesystem.owned.OwnedChunks;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store in a folder that it cannot write to.
class ReadOnlyFolderTest {
  private static final Set<String> READING = Set.of("read", "list", "stat", "usableBytes");

  @TempDir private Path temp;
  private Path folder;

  @BeforeEach
  void makeFolder() throws Exception {
    temp = temp.toRealPath();
    folder = Files.createDirectory(temp.resolve("folder"));
  }

  /// This machine's disk, on which nothing under a folder can be changed.
  private static Disk readOnly(Path folder) {
    Disk disk = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (_, method, given) -> {
              Object[] arguments = given == null ? new Object[0] : given;
              boolean inside =
                  Arrays.stream(arguments)
                      .anyMatch(each -> each instanceof Path path && path.startsWith(folder));
              if (method.getName().equals("isWritable")) {
                return !inside;
              }
              if (inside && !READING.contains(method.getName())) {
                throw new FileSystemException(
                    Arrays.toString(arguments), null, "Read-only file system");
              }
              try {
                return method.invoke(disk, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static FilesystemStore on(Disk disk) {
    return new FilesystemStore(
        disk, new ForceThreads(1, OwnedChunks.FORCE_BEHIND_BYTES), AdoptedFiles.NOTE_AFTER_BYTES);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Cid adopt(FilesystemStore store, String name, byte[] content) throws Exception {
    Path file = Files.write(temp.resolve(name), content);
    FileBacked files = store.fileBacked().orElseThrow();
    Cid cid = TestData.cid(content);
    files.adopt(files.refer(file), List.of(new FileBacked.Segment(cid, 0, content.length)));
    return cid;
  }

  private Map<String, String> contents() throws Exception {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        contents.put(
            each + " " + Files.getLastModifiedTime(each),
            Files.isDirectory(each) ? "" : Files.readString(each, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }

  @Test
  void allThatIsThereCanBeReadAndNothingChanges() throws Exception {
    Cid durable;
    Cid staged;
    Cid inFile;
    try (TestContext context = TestContext.in(folder);
        FilesystemStore store = new FilesystemStore()) {
      store.start(context);
      durable = TestData.put(store, bytes("durable"));
      store.sync();
      inFile = adopt(store, "file", bytes("in a user's file"));
      staged = TestData.put(store, bytes("staged"));
    }
    Files.write(folder.resolve("staged/17.tmp"), bytes("half"));
    Map<String, String> before = contents();

    try (TestContext context = TestContext.in(folder);
        FilesystemStore store = on(readOnly(folder))) {
      store.start(context);
      assertArrayEquals(bytes("durable"), TestData.get(store, durable));
      assertArrayEquals(bytes("staged"), TestData.get(store, staged));
      assertArrayEquals(bytes("in a user's file"), TestData.get(store, inFile));
      assertEquals(3, store.usage().chunks());
      store.sync();
    }

    assertEquals(before, contents());
  }

  @Test
  void whatIsWrittenIsThereUntilTheStoreIsClosed() throws Exception {
    Cid old;
    try (TestContext context = TestContext.in(folder).with("quota", "5B");
        FilesystemStore store = new FilesystemStore()) {
      store.start(context);
      old = TestData.put(store, bytes("old"));
      store.sync();
    }
    Map<String, String> before = contents();
    Path part = Files.write(temp.resolve("new.part"), bytes("fetched"));
    Path target = temp.resolve("new");

    try (TestContext context = TestContext.in(folder).with("quota", "5B");
        FilesystemStore store = on(readOnly(folder))) {
      store.start(context);
      Cid node = TestData.put(store, bytes("a node of a DAG"));
      assertArrayEquals(bytes("a node of a DAG"), TestData.get(store, node));
      FileBacked files = store.fileBacked().orElseThrow();
      FileRef ref = files.referGrowing(part);
      Cid leaf = TestData.cid(bytes("fetched"));
      files.adopt(ref, List.of(new FileBacked.Segment(leaf, 0, 7)));
      store.sync();
      files.relocate(ref, target, false);
      store.sync();
      assertArrayEquals(bytes("fetched"), TestData.get(store, leaf));
      assertTrue(TestData.discard(store, old));
      assertTrue(store.delete(node));
      assertTrue(store.find(old).isEmpty());
    }

    assertEquals("fetched", Files.readString(target));
    assertEquals(before, contents());
  }

  @Test
  void aStoreThatWasNeverUsedIsEmpty() throws Exception {
    try (TestContext context = TestContext.in(folder);
        FilesystemStore store = on(readOnly(folder))) {
      store.start(context);
      assertEquals(0, store.usage().chunks());
    }
    assertEquals(1, contents().size());
  }

  @Test
  void aFolderOfTheUsersThatCannotBeWrittenToIsNoStoreOfANodeThatWrites() throws Exception {
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    try (TestContext context = TestContext.in(folder).with("path", elsewhere.toString());
        FilesystemStore store = on(readOnly(elsewhere))) {
      UserFaultException fault = assertThrows(UserFaultException.class, () -> store.start(context));
      assertTrue(fault.getMessage().contains("make it writable"), fault.getMessage());
    }
  }

  @Test
  void theOverlayHidesWhatWentAndForgetsAllAtItsEnd() throws Exception {
    Files.writeString(Files.createDirectory(folder.resolve("sub")).resolve("a"), "first");
    Files.writeString(folder.resolve("b"), "second");
    Path a = folder.resolve("sub/a");
    Path b = folder.resolve("b");
    Path c = folder.resolve("other/c");
    Map<String, String> before = contents();
    Path scratch = Files.createDirectory(temp.resolve("scratch"));

    try (OverlayDisk overlay = new OverlayDisk(readOnly(folder), folder, scratch)) {
      overlay.move(a, c);
      assertThrows(NoSuchFileException.class, () -> overlay.read(a));
      assertTrue(overlay.stat(a).isEmpty());
      assertEquals(List.of(), overlay.list(folder.resolve("sub")));
      assertEquals("first", text(overlay, c));
      assertTrue(overlay.delete(b));
      assertFalse(overlay.delete(b));
      overlay.create(b).close();
      assertEquals("", text(overlay, b));
      try (var more = overlay.append(c, 2)) {
        more.write(ByteBuffer.wrap(bytes("ne")));
      }
      assertEquals("fine", text(overlay, c));
      assertEquals(Set.of("sub", "other", "b"), names(overlay));
      overlay.move(c, a);
      assertEquals("fine", text(overlay, a));
    }

    assertTrue(Files.notExists(scratch));
    assertEquals(before, contents());
  }

  private Set<String> names(Disk disk) throws Exception {
    return disk.list(folder).stream()
        .map(Disk.Entry::name)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static String text(Disk disk, Path file) throws Exception {
    try (var in = disk.read(file)) {
      ByteBuffer text = ByteBuffer.allocate((int) in.sizeBytes());
      while (text.hasRemaining() && in.read(text, text.position()) > 0) {
        // until all is read
      }
      return new String(text.array(), StandardCharsets.UTF_8);
    }
  }
}
