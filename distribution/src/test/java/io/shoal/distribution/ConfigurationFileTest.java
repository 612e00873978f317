package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.Configuration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The configuration file that is shipped.
class ConfigurationFileTest {

  private static final Path FILE =
      Path.of(System.getProperty("shoal.sources"), "distribution/src/conf/shoal.yaml");

  private static final Pattern COMMENTED_KEY =
      Pattern.compile("#((?:  +)?[A-Za-z][A-Za-z0-9-]*:(?: .*)?)");

  @TempDir Path folder;

  @Test
  void itIsValidAsItIs() {
    assertDoesNotThrow(() -> Configuration.load(FILE));
  }

  @Test
  void everyKeyThatIsCommentedOutIsValidToo() throws Exception {
    List<String> lines =
        Files.readAllLines(FILE).stream()
            .map(
                line -> {
                  var key = COMMENTED_KEY.matcher(line);
                  return key.matches() ? key.group(1) : line;
                })
            .toList();
    Path all = Files.write(folder.resolve("all.yaml"), lines);

    assertDoesNotThrow(() -> Configuration.load(all));
    for (String key : List.of("tls", "announce", "access", "limits", "control", "log", "plugins")) {
      assertTrue(lines.stream().anyMatch(line -> line.startsWith(key + ":")), key);
    }
  }
}
