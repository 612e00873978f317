package io.shoal.distribution.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher of the package around a Java that prints its arguments.
class LauncherTest {

  private static final String OF_THE_PACKAGE = "-XX:AOTCache=lib/shoal.aot";

  @TempDir Path temp;
  private Path home;
  private Path data;
  private Path cache;

  @BeforeEach
  void makePackage() throws IOException {
    home = temp.resolve("package");
    Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nfor each; do printf '%s\\n' \"$each\"; done\n");
    assertTrue(java.toFile().setExecutable(true));
    Path launcher = Files.createDirectories(home.resolve("bin")).resolve("shoal");
    Files.copy(Path.of("src/bin/shoal"), launcher);
    assertTrue(launcher.toFile().setExecutable(true));
    Path lib = Files.createDirectories(home.resolve("lib"));
    Files.setLastModifiedTime(lib, FileTime.from(Instant.EPOCH));
    data = temp.resolve("data folder");
    cache = data.resolve("cache/shoal.aot");
  }

  private void makeCache() throws IOException {
    Files.createDirectories(cache.getParent());
    allow(data, "rwx------");
    allow(cache.getParent(), "rwxr-xr-x");
    Files.writeString(cache, "a cache");
    allow(cache, "rw-r--r--");
  }

  private static void allow(Path path, String rights) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }

  private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  private List<String> options(String command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            home.resolve("bin/shoal").toString(), command, "--data", data.toString());
    builder.environment().remove("SHOAL_JVM_OPTIONS");
    return output(builder).lines().toList();
  }

  private boolean usesOwnCache() throws Exception {
    List<String> options = options("verify");
    boolean own = options.contains("-XX:AOTCache=" + cache);
    assertTrue(own || options.contains(OF_THE_PACKAGE), options.toString());
    return own;
  }

  @Test
  void aCacheThatNobodyElseCanChangeIsUsed() throws Exception {
    assertFalse(usesOwnCache());
    makeCache();
    assertTrue(usesOwnCache());
  }

  @Test
  void aCommandStartsFromTheCacheOfWhatItNeeds() throws Exception {
    assertTrue(options("get").contains(OF_THE_PACKAGE), "it starts a node");
    Files.createDirectories(data);
    Files.writeString(data.resolve("control.json"), "{}");
    assertTrue(options("status").contains("-XX:AOTCache=lib/small.aot"));
    assertTrue(options("get").contains("-XX:AOTCache=lib/client.aot"), "a node works for it");
    assertTrue(options("serve").contains(OF_THE_PACKAGE));
  }

  @Test
  void neitherCdpathNorALocaleOfTheUsersChangesAnything() throws Exception {
    Path java = home.resolve("runtime/bin/java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$LC_ALL\" \"$@\"\n");
    Path elsewhere = Files.createDirectories(temp.resolve("elsewhere/bin"));
    for (String locale : List.of("de_DE.UTF-8", "ar_EG", "C", "")) {
      ProcessBuilder builder = new ProcessBuilder("bin/shoal", "ls").directory(home.toFile());
      builder.environment().remove("SHOAL_JVM_OPTIONS");
      builder.environment().put("CDPATH", elsewhere.getParent().toString());
      builder.environment().put("LC_ALL", locale);
      List<String> lines = output(builder).lines().toList();
      boolean plain =
          Files.exists(Path.of("/usr/lib/locale/C.utf8"))
              || Files.exists(Path.of("/usr/lib/locale/C.UTF-8"))
              || !locale.endsWith("UTF-8");
      assertEquals(plain ? "C.UTF-8" : locale, lines.getFirst());
      assertTrue(lines.contains("-Dshoal.package=" + home.toRealPath()), lines.toString());
    }
  }

  @Test
  void aPackageWithAColonInItsPathUsesAnotherJava() throws Exception {
    Path colon = temp.resolve("a:b");
    Files.move(home, colon);
    ProcessBuilder builder = new ProcessBuilder(colon.resolve("bin/shoal").toString(), "ls");
    builder.environment().remove("JAVA_HOME");
    Process refused = builder.redirectErrorStream(true).start();
    String said = new String(refused.getInputStream().readAllBytes());
    assertEquals(1, refused.waitFor());
    assertTrue(said.contains("JAVA_HOME"), said);

    Path other = Files.createDirectories(temp.resolve("jdk/bin")).resolve("java");
    Files.copy(colon.resolve("runtime/bin/java"), other, StandardCopyOption.COPY_ATTRIBUTES);
    builder.environment().put("JAVA_HOME", temp.resolve("jdk").toString());
    assertTrue(output(builder).contains("-Dshoal.package=" + colon));
  }

  @Test
  void aCacheThatOthersCanChangeIsNotUsed() throws Exception {
    makeCache();
    for (Path open : List.of(cache, cache.getParent(), data)) {
      for (String rights : List.of("rwxrwx---", "rwx----w-")) {
        makeCache();
        allow(open, rights);
        assertFalse(usesOwnCache(), open + " " + rights);
      }
    }
  }

  @Test
  void aCacheThatIsALinkIsNotUsed() throws Exception {
    makeCache();
    Path elsewhere = temp.resolve("elsewhere");
    Files.move(cache, elsewhere);
    Files.createSymbolicLink(cache, elsewhere);
    assertFalse(usesOwnCache());
  }

  @Test
  void aLinkedDataFolderIsJudgedByWhereItIs() throws Exception {
    makeCache();
    Path open = Files.createDirectory(temp.resolve("open"));
    allow(open, "rwxrwxrwx");
    Files.move(data, open.resolve("data"));
    Files.createSymbolicLink(data, open.resolve("data"));
    assertFalse(usesOwnCache());

    allow(open, "rwxr-xr-x");
    assertTrue(usesOwnCache());
  }

  @Test
  void aCacheOfAnotherUserIsNotUsed() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root gives files away");
    makeCache();
    for (Path others : List.of(cache, cache.getParent(), data)) {
      Files.setAttribute(others, "unix:uid", 65_534);
      assertFalse(usesOwnCache(), others.toString());
      Files.setAttribute(others, "unix:uid", 0);
    }
    assertTrue(usesOwnCache());
  }

  @Test
  void aCrashReportGoesBesideTheLogsOrNowhere() throws Exception {
    Path logs = data.resolve("logs");
    String report = "-XX:ErrorFile=" + logs + "/hs_err_pid%p.log";
    assertTrue(options("verify").contains("-XX:+ErrorFileToStderr"));
    assertTrue(options("serve").contains(report), "serve makes the folder");

    Files.createDirectories(logs);
    assertTrue(options("verify").contains(report));

    Files.move(logs, temp.resolve("elsewhere"));
    Files.createSymbolicLink(logs, temp.resolve("elsewhere"));
    for (String command : List.of("verify", "serve")) {
      List<String> options = options(command);
      assertTrue(options.contains("-XX:+ErrorFileToStderr"), options.toString());
      assertTrue(options.contains("-XX:-CreateCoredumpOnCrash"), options.toString());
    }
  }

  @Test
  void aCrashReportIsTheOwnersAndHasNoSettings() throws Exception {
    Path logs = Files.createDirectories(data.resolve("logs"));
    Path report = logs.resolve("hs_err_pid7.log");
    Files.writeString(report, "java_command: Main serve --set accessSecret=a secret\nregisters\n");
    allow(report, "rw-r--r--");
    String after =
        options("serve").stream()
            .filter(option -> option.startsWith("-XX:OnError="))
            .findFirst()
            .orElseThrow()
            .substring("-XX:OnError=".length());
    assertFalse(after.contains(";"), "Java cuts the command there");

    List<String> command = new ArrayList<>(List.of("sh", "-c", after.replace("%p", "7")));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SHOAL_LOGS", logs.toString());
    output(builder);

    assertEquals("java_command: Main serve --set ...\nregisters\n", Files.readString(report));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(report)));
    try (var files = Files.list(logs)) {
      assertEquals(List.of(report), files.toList());
    }
  }

  /// Where the first three descriptors of Java lead, if the launcher got them like this.
  private List<String> descriptors(String redirections) throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/fd")), "only Linux shows them");
    Path seen = temp.resolve("seen");
    Files.writeString(
        home.resolve("runtime/bin/java"),
        // Looked at before anything is redirected here.
        "#!/bin/sh\nseen=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2)\necho \"$seen\" >'"
            + seen
            + "'\n");
    output(
        new ProcessBuilder(
            "sh", "-c", home.resolve("bin/shoal") + " ls --data '" + data + "' " + redirections));
    return Files.readAllLines(seen);
  }

  @Test
  void aClosedDescriptorIsNotLeftToTheFirstFileThatIsOpened() throws Exception {
    assertEquals("/dev/null", descriptors("<&-").getFirst());
    assertEquals("/dev/null", descriptors(">&-").get(1));
    assertEquals("/dev/null", descriptors("2>&-").get(2));
    assertEquals(List.of("/dev/null", "/dev/null", "/dev/null"), descriptors("<&- >&- 2>&-"));
    Path file = temp.resolve("results");
    assertEquals(file.toString(), descriptors(">'" + file + "'").get(1));
  }

  @Test
  void progressIsDrawnOnlyWhereTheTerminalCan() throws Exception {
    Path script = Path.of("/usr/bin/script");
    assumeTrue(Files.isExecutable(script), "nothing here makes a terminal");
    for (String terminal : List.of("xterm", "dumb")) {
      var builder =
          new ProcessBuilder(
              script.toString(),
              "-qec",
              home.resolve("bin/shoal") + " ls --data '" + data + "'",
              "/dev/null");
      builder.environment().put("TERM", terminal);
      List<String> options = output(builder).lines().map(String::strip).toList();
      assertTrue(
          options.contains("-Dshoal.terminal=" + terminal.equals("xterm")), options.toString());
    }
    assertTrue(options("ls").contains("-Dshoal.terminal=false"));
  }
}
