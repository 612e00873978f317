package io.shoal.distribution.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

  private static final int MAX_FILE_BYTES = 1000;
  private static final int OLD_FILES = 2;

  @TempDir Path temp;
  private final LoggerContext context = new LoggerContext();
  private Path data;
  private Path logs;
  private LogFile log;
  private long nowMillis = 1_000_000;

  @BeforeEach
  void start() {
    data = temp.resolve("data");
    logs = data.resolve("logs");
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%msg%n");
    encoder.start();
    log = new LogFile(data, logs, MAX_FILE_BYTES, OLD_FILES, encoder);
    log.setContext(context);
    log.start();
  }

  @AfterEach
  void stop() {
    log.stop();
    context.stop();
  }

  private void write(String line) {
    var event = new LoggingEvent("f", context.getLogger("test"), Level.DEBUG, line, null, null);
    event.setTimeStamp(nowMillis);
    log.doAppend(event);
  }

  private String content() throws IOException {
    return Files.readString(logs.resolve("shoal.log"));
  }

  @Test
  void itBeginsOnceTheDataFolderIsThere() throws Exception {
    write("early");
    assertTrue(Files.notExists(data));

    Files.createDirectory(data);
    write("first");

    assertEquals("first\n", content());
  }

  @Test
  void itBeginsAnewWhenItsFileWasMovedAwayOrRemoved() throws Exception {
    Files.createDirectory(data);
    write("first");
    Files.move(logs.resolve("shoal.log"), logs.resolve("shoal.log.1"));
    nowMillis += LogFile.LOOK_MILLIS;
    write("second");
    assertEquals("second\n", content());
    assertEquals("first\n", Files.readString(logs.resolve("shoal.log.1")));

    Files.delete(logs.resolve("shoal.log.1"));
    Files.delete(logs.resolve("shoal.log"));
    Files.delete(logs);
    nowMillis += LogFile.LOOK_MILLIS;
    write("third");
    assertEquals("third\n", content());
  }

  @Test
  void aFileInThePlaceOfTheFolderIsLeftAlone() throws Exception {
    Files.createDirectory(data);
    Files.writeString(logs, "mine");
    write("first");
    assertEquals("mine", Files.readString(logs));

    Files.delete(logs);
    nowMillis += LogFile.LOOK_MILLIS;
    write("second");
    assertEquals("second\n", content());
  }

  @Test
  void itIsBounded() throws Exception {
    Files.createDirectory(data);
    String line = "x".repeat(99);
    for (int i = 0; i < 100; i++) {
      write(line);
    }

    try (Stream<Path> files = Files.list(logs)) {
      for (Path file : files.toList()) {
        assertTrue(Files.size(file) <= MAX_FILE_BYTES, file.toString());
      }
    }
    assertTrue(Files.exists(logs.resolve("shoal." + OLD_FILES + ".log")));
    assertFalse(Files.exists(logs.resolve("shoal." + (OLD_FILES + 1) + ".log")));
  }

  @Test
  void anInterruptedThreadLogsAsAnyOther() throws Exception {
    Files.createDirectory(data);
    write("first");
    Thread.currentThread().interrupt();
    write("second");
    assertTrue(Thread.interrupted());
    write("third");

    assertEquals("first\nsecond\nthird\n", content());
  }
}
