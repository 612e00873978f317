package io.shoal.distribution.launch;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/// Sets the log up in code, since reading an XML file takes longer than most commands: what the
/// user asked for goes to standard error without stack traces, and all with them into the data
/// folder's `logs/shoal.log`.
public final class LogSetup extends ContextAwareBase implements Configurator {

  // Logback makes this object, at the first logger: settings can only reach it through the process.
  private static final String LEVEL = "shoal.log.level";
  private static final String DATA = "shoal.log.data";
  private static final String LASTING = "shoal.log.lasting";

  /// Four files of this size: enough for a bug report, too little to fill a disk.
  private static final long MAX_FILE_BYTES = 8L << 20;

  private static final int OLD_FILES = 3;

  /// Those of the program and of the default plugins, by the names of their loggers.
  private static final List<String> LIBRARIES =
      List.of("io.netty", "org.jline", "org.pf4j", "software.amazon.awssdk");

  /// The plugin that logs a line, if one does.
  private static final String PLUGIN = "%replace(%X{" + PluginNames.KEY + "}: ){'^: $',''}";

  /// A burst at the level of debug; each line is less than a kilobyte.
  private static final int MAX_WAITING_LINES = 1024;

  private static final int MAX_FLUSH_MILLIS = 1000;

  /// The folder of logs and crash reports; the launcher has the same name.
  private static final String LOGS = "logs";

  /// Messages name files and peers of strangers: what steers a terminal, turns the direction of a
  /// line or begins another one is not written.
  private static final String MESSAGE =
      "%replace(%msg){'[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]', '?'}";

  /// For Logback.
  public LogSetup() {}

  /// Says how to log. To be called before anything is logged.
  public static void prepare(String level, Path dataFolder) {
    System.setProperty(LEVEL, level.toUpperCase(Locale.ROOT));
    System.setProperty(DATA, dataFolder.toString());
  }

  /// As [#prepare], for a node that stays: the data folder is made if it is missing, since the
  /// first hours of such a node matter as later ones do.
  public static void prepareLasting(String level, Path dataFolder) {
    System.setProperty(LASTING, "true");
    prepare(level, dataFolder);
  }

  /// Writes what waits for standard error; to be called when a node that stayed has ended.
  public static void end() {
    if (Boolean.getBoolean(LASTING)
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    // Also for plugins, whose loggers have any name.
    root.setLevel(
        System.getProperty(LEVEL, "").equals(Level.TRACE.levelStr) ? Level.TRACE : Level.DEBUG);
    var names = new PluginNames();
    names.setContext(context);
    names.start();
    context.addTurboFilter(names);
    // Libraries have little to say to a user, and debug logs of an event loop are larger than what
    // it moves.
    LIBRARIES.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
    // A machine with loopback alone lacks nothing, though Netty finds no hardware address there.
    context.getLogger("io.netty.util.internal.MacAddressUtil").setLevel(Level.ERROR);
    Appender<ILoggingEvent> console = console(context);
    root.addAppender(Boolean.getBoolean(LASTING) ? unwaited(context, console) : console);
    String data = System.getProperty(DATA);
    if (data != null) {
      if (Boolean.getBoolean(LASTING)) {
        try {
          PrivateFolder.take(Path.of(data, LOGS));
        } catch (IOException e) {
          // Of a folder that is read-only the node itself says so.
          if (Files.isWritable(Path.of(data))) {
            context.getLogger(LogSetup.class).warn("no log is written: {}", e.getMessage());
          }
        }
      }
      root.addAppender(file(context, Path.of(data)));
    }
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
    var threshold = new ThresholdFilter();
    threshold.setLevel(System.getProperty(LEVEL, "WARN"));
    threshold.start();
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    console.setTarget("System.err");
    console.addFilter(threshold);
    console.setEncoder(
        encoder(context, "%d{HH:mm:ss.SSS} %-5level " + PLUGIN + MESSAGE + "%n%nopex"));
    console.start();
    return console;
  }

  /// Standard error may be a terminal that the user stopped, or a pipe that nothing reads: a node
  /// must not wait there. What does not fit is left out; the file has it.
  private static Appender<ILoggingEvent> unwaited(
      LoggerContext context, Appender<ILoggingEvent> console) {
    var queue = new AsyncAppender();
    queue.setContext(context);
    queue.setQueueSize(MAX_WAITING_LINES);
    queue.setDiscardingThreshold(0);
    queue.setNeverBlock(true);
    queue.setMaxFlushTime(MAX_FLUSH_MILLIS);
    // What nobody asked for must not take the place of what is to be shown.
    console.getCopyOfAttachedFiltersList().forEach(queue::addFilter);
    queue.addAppender(console);
    queue.start();
    return queue;
  }

  private static LogFile file(LoggerContext context, Path data) {
    var encoder =
        encoder(
            context,
            "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] "
                + PLUGIN
                + "%logger{0}: "
                + MESSAGE
                + "%n%ex");
    var file = new LogFile(data, data.resolve(LOGS), MAX_FILE_BYTES, OLD_FILES, encoder);
    file.setContext(context);
    file.start();
    return file;
  }

  private static PatternLayoutEncoder encoder(LoggerContext context, String pattern) {
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(pattern);
    encoder.start();
    return encoder;
  }
}
