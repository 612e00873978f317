package io.shoal.testkit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The threads and, on Linux, the open files that are there at one moment, to see later which came
/// and stayed.
final class Leftovers {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  /// Threads of the virtual machine, of JUnit and its runners, and of the testkit itself; and the
  /// one that Netty has for all its users, which ends by itself.
  private static final Pattern OTHERS_THREADS =
      Pattern.compile(
          "(testkit-|junit-|surefire-|VirtualThread-|(Sub|Master-|Read-|Write-)Poller"
              + "|ForkJoinPool\\.commonPool|process reaper|Cleaner-|Common-Cleaner|Attach |JFR|RMI ).*"
              + "|globalEventExecutor-.*|ForkJoinPool-\\d+-delayScheduler|main");

  /// Libraries that were loaded, the machine's own files, and what only polls.
  private static final Pattern OTHERS_FILES =
      Pattern.compile(".*\\.(jar|so|jmod|class)|.*/lib/modules|/(proc|sys|dev)/.*|anon_inode:.*");

  private static final Pattern DUMPED =
      Pattern.compile(
          "\"tid\": \"(\\d+)\",\\s*\"time\": \"[^\"]*\",\\s*\"virtual\": true,\\s*"
              + "\"name\": \"([^\"]*)\",\\s*\"state\": \"[^\"]*\",(?:[^\\[]*)"
              + "\"stack\": \\[([^\\]]*)\\]");

  private static final Pattern FRAME = Pattern.compile("\"([^\"]*)\"");

  private final long lastThread;
  private final Set<String> files;

  private Leftovers(long lastThread, Set<String> files) {
    this.lastThread = lastThread;
    this.files = files;
  }

  /// Remembers what is there now.
  static Leftovers before() {
    loadTheMachinesOwn();
    // Ids of threads only grow.
    long id = Thread.ofVirtual().unstarted(() -> {}).threadId();
    return new Leftovers(id, openFiles());
  }

  /// The virtual machine opens some sockets of its own with the first of a plugin, for good.
  private static void loadTheMachinesOwn() {
    try {
      SocketChannel.open().close();
      DatagramChannel.open().close();
      ServerSocketChannel.open().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Fails unless everything that came since is gone, or goes soon.
  ///
  /// @param what had to end it
  void assertNone(String what) throws Exception {
    try {
      Await.until("nothing is left", () -> found().isEmpty());
    } catch (AssertionError e) {
      List<String> found = found();
      if (!found.isEmpty()) {
        throw new AssertionError(what + " left behind: " + String.join(", ", found), e);
      }
    }
  }

  private List<String> found() throws IOException {
    List<String> found = new ArrayList<>(platformThreads());
    for (String file : openFiles()) {
      if (!files.contains(file)) {
        found.add("open file " + file);
      }
    }
    // The costliest last.
    found.addAll(virtualThreads());
    return found;
  }

  private List<String> platformThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.threadId() > lastThread && !isOfTheMachine(thread))
        .map(thread -> "thread '" + thread.getName() + "'")
        .toList();
  }

  private static boolean isOfTheMachine(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group == null
        || group.getName().equals("system")
        || group.getName().startsWith("Innocuous")
        || thread.getClass().getName().startsWith("jdk.internal.")
        || OTHERS_THREADS.matcher(thread.getName()).matches();
  }

  private List<String> virtualThreads() throws IOException {
    Path folder = Files.createTempDirectory("shoal-testkit");
    Path dump = folder.resolve("threads.json");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toString(), ThreadDumpFormat.JSON);
      List<String> found = new ArrayList<>();
      Matcher threads = DUMPED.matcher(Files.readString(dump));
      while (threads.find()) {
        boolean isNew = Long.parseLong(threads.group(1)) > lastThread;
        if (isNew && !OTHERS_THREADS.matcher(threads.group(2)).matches()) {
          found.add("virtual thread '" + threads.group(2) + "'" + place(threads.group(3)));
        }
      }
      return found;
    } finally {
      Files.deleteIfExists(dump);
      Files.delete(folder);
    }
  }

  /// The first frame that is not of the platform.
  private static String place(String stack) {
    Matcher frames = FRAME.matcher(stack);
    while (frames.find()) {
      String frame = frames.group(1).replace("\\/", "/");
      if (!frame.startsWith("java.") && !frame.startsWith("jdk.")) {
        return " at " + frame;
      }
    }
    return "";
  }

  private static Set<String> openFiles() {
    Set<String> open = new HashSet<>();
    if (!Files.isDirectory(OPEN_FILES)) {
      return open;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(OPEN_FILES)) {
      for (Path one : all) {
        target(one)
            .filter(file -> !OTHERS_FILES.matcher(file).matches())
            .ifPresent(file -> open.add(file + " (" + one.getFileName() + ")"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  private static Optional<String> target(Path open) {
    try {
      return Optional.of(Files.readSymbolicLink(open).toString());
    } catch (IOException e) {
      // Closed meanwhile.
      return Optional.empty();
    }
  }
}
