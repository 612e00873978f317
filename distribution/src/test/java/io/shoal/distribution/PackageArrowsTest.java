package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Holds the arrows between the packages of a module. The table in `src/test/resources/arrows/`
/// names for each package those that it may use, from the top layer down:
///
/// ```
/// download -> serving discovery destination connection store swarm command dag peer file limit
/// ```
///
/// A package may only point to packages below it, so that no circle is possible; an arrow that
/// nothing needs any more has to go from the table.
class PackageArrowsTest {

  private static final int MAX_CLASSES = 25;

  private static final int MAX_LINES = 400;

  enum Module {
    RUNTIME("runtime", "io.shoal.runtime"),
    KADEMLIA("plugins/discovery-kademlia", "io.shoal.discovery.kademlia"),
    STORAGE("plugins/storage-filesystem", "io.shoal.storage.filesystem"),
    WIRE("plugins/lib-wire", "io.shoal.wire"),
    DISTRIBUTION("distribution", "io.shoal.distribution");

    final Path folder;
    final String root;

    Module(String folder, String root) {
      this.folder = Path.of(System.getProperty("shoal.sources")).resolve(folder);
      this.root = root;
    }

    /// A package as the table calls it: without the root, which is `.`.
    String shortName(String packageName) {
      return packageName.equals(root) ? "." : packageName.substring(root.length() + 1);
    }

    Path folderOf(String name) {
      Path folder = sources().resolve(root.replace('.', '/'));
      return name.equals(".") ? folder : folder.resolve(name.replace('.', '/'));
    }

    /// The files of a package's classes; a file has one top-level class.
    List<Path> sourcesOf(String name) throws IOException {
      try (Stream<Path> files = Files.list(folderOf(name))) {
        return files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> !file.endsWith("package-info.java"))
            .sorted()
            .toList();
      }
    }

    Path sources() {
      return folder.resolve("src/main/java");
    }

    Map<String, Set<String>> table() throws IOException {
      Map<String, Set<String>> table = new LinkedHashMap<>();
      Path file = Path.of(System.getProperty("shoal.arrows", "src/test/resources/arrows"), root);
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] sides = line.split("->", 2);
          table.put(sides[0].strip(), new TreeSet<>(words(sides[1])));
        }
      }
      return table;
    }

    private static List<String> words(String text) {
      return Stream.of(text.strip().split("\\s+")).filter(word -> !word.isEmpty()).toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTableHasNoWayBackUp(Module module) throws IOException {
    Set<String> seen = new TreeSet<>();
    var lines = new ArrayDeque<>(module.table().entrySet());
    while (!lines.isEmpty()) {
      var lowest = lines.removeLast();
      assertTrue(
          seen.containsAll(lowest.getValue()),
          lowest + " points to a package that is not below it");
      seen.add(lowest.getKey());
    }
  }

  /// Of bytecode, which knows nothing of constants that the compiler copied, and of imports, which
  /// do.
  @ParameterizedTest
  @EnumSource
  void theCodeHasTheArrowsOfTheTableAndNoOther(Module module) throws IOException {
    Map<String, Set<String>> found = new TreeMap<>();
    module.table().keySet().forEach(name -> found.put(name, new TreeSet<>()));
    var classes = new ClassFileImporter().importPath(module.folder.resolve("target/classes"));
    for (JavaClass from : classes) {
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        add(module, found, from.getPackageName(), dependency.getTargetClass().getPackageName());
      }
    }
    Pattern imports =
        Pattern.compile("^import (?:static )?([a-z][\\w.]*?)\\.[A-Z]", Pattern.MULTILINE);
    try (Stream<Path> sources = Files.walk(module.sources())) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        Path folder = module.sources().relativize(source).getParent();
        Matcher each = imports.matcher(Files.readString(source));
        while (folder != null && each.find()) {
          add(module, found, folder.toString().replace('/', '.'), each.group(1));
        }
      }
    }
    assertEquals(lines(module.table()), lines(found));
  }

  private static void add(Module module, Map<String, Set<String>> found, String from, String to) {
    boolean inside =
        (to + ".").startsWith(module.root + ".") && (from + ".").startsWith(module.root + ".");
    if (inside && !from.equals(to)) {
      found
          .computeIfAbsent(module.shortName(from), any -> new TreeSet<>())
          .add(module.shortName(to));
    }
  }

  private static String lines(Map<String, Set<String>> arrows) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(arrows)
        .forEach(
            (from, to) ->
                text.append(from).append(" -> ").append(String.join(" ", to)).append('\n'));
    return text.toString();
  }

  @ParameterizedTest
  @EnumSource
  void everyPackageSaysWhatItIsForAndWhereToStart(Module module) throws IOException {
    for (String name : module.table().keySet()) {
      Path info = module.folderOf(name).resolve("package-info.java");
      String text = Files.readString(info).replaceAll("\\R///\\s*", " ");

      assertTrue(text.startsWith("/// "), info + " has no sentence");
      assertTrue(text.contains("Start at "), info + " does not say where to start reading");
    }
  }

  @ParameterizedTest
  @EnumSource
  void noPackageIsTooLargeToOversee(Module module) throws IOException {
    Map<String, Integer> tooLarge = new TreeMap<>();
    for (String name : module.table().keySet()) {
      int classes = module.sourcesOf(name).size();
      if (classes > MAX_CLASSES) {
        tooLarge.put(name, classes);
      }
    }

    assertEquals(Map.of(), tooLarge, "split these by what their classes are about");
  }

  /// The reason is a sentence in the comment of the class: "Longer than others, since …".
  @ParameterizedTest
  @EnumSource
  void noClassIsLongWithoutAReason(Module module) throws IOException {
    Map<String, Integer> tooLong = new TreeMap<>();
    for (String name : module.table().keySet()) {
      for (Path source : module.sourcesOf(name)) {
        List<String> lines = Files.readAllLines(source);
        boolean reason =
            lines.stream()
                .filter(line -> line.startsWith("///"))
                .anyMatch(line -> line.contains("Longer than"));
        if (lines.size() > MAX_LINES && !reason) {
          tooLong.put(module.folder.relativize(source).toString(), lines.size());
        }
      }
    }

    assertEquals(Map.of(), tooLong, "split these, or give the reason at the top");
  }
}
