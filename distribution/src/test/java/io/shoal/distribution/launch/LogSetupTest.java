package io.shoal.distribution.launch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LogSetupTest {
  @TempDir Path temp;
  private Path data;
  private Path logs;
  private Path mine;

  @BeforeEach
  void make() throws IOException {
    data = temp.resolve("data");
    logs = data.resolve("logs");
    mine = Files.writeString(temp.resolve("mine"), "mine");
  }

  @AfterEach
  void forget() {
    Stream.of("level", "data", "lasting")
        .forEach(name -> System.clearProperty("shoal.log." + name));
  }

  private void log() {
    log("a line");
  }

  private void log(String message) {
    var context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    try {
      new LogSetup().configure(context);
      context.getLogger("io.shoal.test").debug(message);
      context.getLogger("com.example.plugin.Author").debug("a line of a plugin");
      context.getLogger("io.netty.channel.Loop").debug("what nobody wants");
    } finally {
      context.stop();
    }
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void theLogIsTheOwnersWhateverRightsTheDataFolderHas() throws Exception {
    Files.createDirectories(logs);
    for (Path open : new Path[] {data, logs}) {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    LogSetup.prepare("error", data);

    log();

    assertEquals("rwx------", rights(logs));
    assertEquals("rw-------", rights(logs.resolve("shoal.log")));
    assertTrue(Files.readString(logs.resolve("shoal.log")).contains("a line"));
  }

  @Test
  void aNameOfAStrangersSteersNoTerminalAndForgesNoLine() throws Exception {
    Files.createDirectories(logs);
    LogSetup.prepare("error", data);

    log("x\u001b[2J\u009by\u202ez\n2026 ERROR forged {'a'}");

    String written = Files.readAllLines(logs.resolve("shoal.log")).getFirst();
    assertTrue(written.endsWith(": x?[2J?y?z?2026 ERROR forged {'a'}"), written);
  }

  @Test
  void noLinkIsFollowed() throws Exception {
    Files.createDirectories(logs);
    LogSetup.prepare("error", data);
    Files.createSymbolicLink(logs.resolve("shoal.log"), mine);
    log();
    Files.delete(logs.resolve("shoal.log"));
    Files.createLink(logs.resolve("shoal.log"), mine);
    log();
    Path elsewhere = temp.resolve("elsewhere");
    Files.move(logs, elsewhere);
    Files.delete(elsewhere.resolve("shoal.log"));
    Files.createSymbolicLink(logs, elsewhere);
    log();

    assertEquals("mine", Files.readString(mine));
    try (Stream<Path> files = Files.list(elsewhere)) {
      assertEquals(0, files.count());
    }
    assertThrows(IOException.class, () -> PrivateFolder.take(logs));
  }

  @Test
  void pluginsAreLoggedAsTheNodeIsAndLibrariesAreNot() throws Exception {
    Files.createDirectory(data);
    LogSetup.prepare("error", data);

    log();

    String lines = Files.readString(logs.resolve("shoal.log"));
    assertTrue(lines.contains("Author: a line of a plugin"), lines);
    assertFalse(lines.contains("what nobody wants"), lines);
  }

  @Test
  void aNodeThatStaysLogsFromItsFirstStart() throws Exception {
    LogSetup.prepare("error", data);
    log();
    assertTrue(Files.notExists(data));

    LogSetup.prepareLasting("error", data);
    log();
    assertEquals("rwx------", rights(data));
    assertTrue(Files.readString(logs.resolve("shoal.log")).contains("a line"));
  }

  @Test
  @Timeout(60)
  void aNodeThatStaysDoesNotWaitForStandardError() {
    PrintStream before = System.err;
    var released = new CountDownLatch(1);
    LogSetup.prepareLasting("debug", data);
    var context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    try {
      System.setErr(new PrintStream(stuckUntil(released), true, StandardCharsets.UTF_8));
      new LogSetup().configure(context);
      for (int i = 0; i < 5_000; i++) {
        context.getLogger("io.shoal.test").debug("line {}", i);
      }
    } finally {
      released.countDown();
      context.stop();
      System.setErr(before);
    }
    assertTrue(
        assertDoesNotThrow(() -> Files.readString(logs.resolve("shoal.log")))
            .contains("line 4999"));
  }

  /// A pipe that nobody reads.
  private static OutputStream stuckUntil(CountDownLatch released) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        try {
          released.await();
        } catch (InterruptedException e) {
          throw new InterruptedIOException();
        }
      }
    };
  }
}
