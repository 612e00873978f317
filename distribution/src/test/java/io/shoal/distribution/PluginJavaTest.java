package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Plugins may use one list of the JDK's modules: the guide names it, the runtime grants it, and
/// the package's Java has it.
class PluginJavaTest {
  private static final Path ROOT = Path.of(System.getProperty("shoal.sources"));
  private static final Pattern MODULE = Pattern.compile("[`\"]((?:java|jdk)\\.[a-z.]+)[`\"]");

  private static Set<String> modules(String file, String from, String to) throws IOException {
    String text = Files.readString(ROOT.resolve(file));
    int begin = text.indexOf(from);
    assertFalse(begin < 0, file + " has no '" + from + "'");
    Matcher found = MODULE.matcher(text.substring(begin, text.indexOf(to, begin)));
    Set<String> modules = new TreeSet<>();
    while (found.find()) {
      modules.add(found.group(1));
    }
    return modules;
  }

  @Test
  void guideRuntimeAndPackageNameTheSameModules() throws IOException {
    Set<String> granted =
        modules(
            "runtime/src/main/java/io/shoal/runtime/plugin/inspection/GrantedModules.java",
            "Set<String> JDK",
            ";");
    Set<String> packed = modules("distribution/src/build/Packager.java", "MODULES =", ";");
    packed.remove("java.compiler"); // for PF4J alone
    assertEquals(granted, packed);
    assertEquals(
        granted,
        modules("distribution/src/docs/plugin-guide.md", "of the JDK, as the package has", ";"));
  }
}
