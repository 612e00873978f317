package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `conf/shoal.yaml` promises that every key stands in it.
class ConfigurationKeysTest {

  private static final Path SOURCES = Path.of(System.getProperty("shoal.sources"));
  private static final Path CONF = SOURCES.resolve("distribution/src/conf/shoal.yaml");

  /// A key, commented out or not: prose is indented by one blank, keys by an even number of them.
  private static final Pattern KEY =
      Pattern.compile("(?m)^#?((?:  )*)([A-Za-z][A-Za-z0-9-]*):(?: +([^#\\n]*?))?(?: +#.*)?$");

  private static final Set<String> DEFAULTS =
      Set.of(
          "discovery-kademlia",
          "discovery-lan",
          "storage-filesystem",
          "transport-tcp",
          "verification-sha256");

  private static final Pattern ROW_OF_KEY = Pattern.compile("(?m)^\\| `([A-Za-z0-9.]+)` \\|");

  /// A call that reads a setting: `config.text("path", …)`, `hostPort(config, "listen")`.
  private static final Pattern READING =
      Pattern.compile(
          "(?:\\b(config|config\\(\\)|section|root)\\s*\\."
              + "\\s*(?:text|texts|oneOf|flag|number|sizeBytes|bytesPerSecond|duration|path|secret)\\("
              + "|\\w\\((?:config|context|root),)\\s*\"([A-Za-z.]+)\"");

  @TempDir Path folder;

  @Test
  void everyKeyThatTheRuntimeReadsIsInTheFileAndNoOther() throws Exception {
    // Each package of the runtime reads its own section, in a class named after it.
    Set<String> known = keysRead(SOURCES.resolve("runtime/src/main/java"), "Settings.java", "");
    assertTrue(known.contains("limits.upload") && known.contains("plugins.allow"), known::toString);

    Set<String> written = new TreeSet<>(keysWritten());
    written.removeIf(key -> key.matches("plugins\\.[^.]+\\..*"));

    assertEquals(known, written);
  }

  @Test
  void everyKeyThatADefaultPluginReadsIsInTheFileAndNoOther() throws Exception {
    Set<String> known = new TreeSet<>();
    for (String id : DEFAULTS) {
      known.addAll(keysOf(id, "plugins." + id + "."));
    }
    assertTrue(known.contains("plugins.storage-filesystem.quota"), known::toString);

    Set<String> written = new TreeSet<>(keysWritten());
    written.removeIf(key -> !key.matches("plugins\\.[^.]+\\..*"));

    assertEquals(known, written);
  }

  @Test
  void everyKeyThatAnotherPluginReadsIsOnItsPageAndNoOther() throws Exception {
    try (var plugins = Files.list(SOURCES.resolve("plugins"))) {
      for (Path plugin : plugins.toList()) {
        String id = plugin.getFileName().toString();
        boolean isOther =
            Files.isDirectory(plugin.resolve("src/main/java"))
                && !DEFAULTS.contains(id)
                && !id.startsWith("lib-")
                && !id.equals("testkit");
        if (isOther) {
          Path page = SOURCES.resolve("distribution/src/docs/plugins/" + id + ".md");
          Set<String> written = new TreeSet<>();
          Matcher matcher = ROW_OF_KEY.matcher(Files.readString(page));
          while (matcher.find()) {
            written.add(matcher.group(1));
          }
          assertEquals(keysOf(id, ""), written, id);
        }
      }
    }
  }

  private static Set<String> keysOf(String plugin, String prefix) throws IOException {
    return keysRead(SOURCES.resolve("plugins/" + plugin + "/src/main/java"), ".java", prefix);
  }

  @Test
  void theFileCanBeUsedWithEveryLineThatIsCommentedOut() throws Exception {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(CONF)) {
      lines.add(KEY.matcher(line).matches() ? line.replaceFirst("^#", "") : "");
    }

    Configuration all = Configuration.load(Files.write(folder.resolve("all.yaml"), lines));

    assertEquals("info", all.logLevel());
  }

  private static Set<String> keysRead(Path sources, String ending, String prefix)
      throws IOException {
    Set<String> keys = new TreeSet<>();
    try (var files = Files.walk(sources)) {
      for (Path file : files.filter(file -> file.toString().endsWith(ending)).toList()) {
        Matcher matcher = READING.matcher(Files.readString(file));
        while (matcher.find()) {
          String section = "section".equals(matcher.group(1)) ? "plugins." : "";
          keys.add(prefix + section + matcher.group(2));
        }
      }
    }
    return keys;
  }

  private static Set<String> keysWritten() throws IOException {
    Set<String> keys = new TreeSet<>();
    List<String> path = new ArrayList<>();
    Matcher matcher = KEY.matcher(Files.readString(CONF));
    while (matcher.find()) {
      int depth = matcher.group(1).length() / 2;
      path = new ArrayList<>(path.subList(0, depth));
      path.add(matcher.group(2));
      if (matcher.group(3) != null && !matcher.group(3).isEmpty()) {
        keys.add(String.join(".", path));
      }
    }
    return keys;
  }
}
