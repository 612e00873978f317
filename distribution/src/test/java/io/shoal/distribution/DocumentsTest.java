package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.command.CommonOptions;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The documents speak of what there is.
class DocumentsTest {

  private static final Path SOURCES = Path.of(System.getProperty("shoal.sources"));
  private static final Path DOCUMENTS = SOURCES.resolve("distribution/src/docs");
  private static final Path FIRST_PAGE = SOURCES.resolve("distribution/src/README.md");

  private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]\\w+)(?:\\.\\w+)*(?:\\(\\))?`");
  private static final Pattern TEST = Pattern.compile("`(\\w+#\\w+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");
  private static final Pattern OPTION = Pattern.compile("`(--?[a-z0-9][a-z0-9-]*)\\b");

  @Test
  void everyClassThatIsNamedExists() throws IOException {
    Set<String> classes = new HashSet<>();
    try (var files = Files.walk(SOURCES)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .forEach(name -> classes.add(name.substring(0, name.length() - ".java".length())));
    }
    for (String document : List.of("architecture.md", "plugin-guide.md", "embedding.md")) {
      Set<String> named = all(CLASS, Files.readString(DOCUMENTS.resolve(document)));
      named.removeAll(classes);
      assertEquals(Set.of(), named, document);
    }
  }

  @Test
  void everyPackageIsOnTheCodeMap() throws IOException {
    String map = Files.readString(DOCUMENTS.resolve("architecture.md"));
    try (var tables = Files.list(SOURCES.resolve("distribution/src/test/resources/arrows"))) {
      for (Path table : tables.toList()) {
        for (String line : Files.readAllLines(table)) {
          String name = line.replaceFirst(" ->.*", "").strip();
          if (!name.matches("#.*|\\.|")) {
            assertTrue(
                Pattern.compile("\\| `(…distribution\\.)?" + Pattern.quote(name) + "` \\|")
                    .matcher(map)
                    .find(),
                name + " of " + table.getFileName());
          }
        }
      }
    }
  }

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(SOURCES.resolve("README.md")));
    try (var files = Files.walk(DOCUMENTS)) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
    }
    documents.add(FIRST_PAGE);
    for (Path document : documents) {
      for (String link : all(LINK, Files.readString(document))) {
        Path target = document.resolveSibling(link).normalize();
        assertTrue(Files.exists(target), document + " links to " + link);
        // Folders of the package lie beside its first page, as there.
        assertTrue(
            !document.startsWith(FIRST_PAGE.getParent())
                || target.startsWith(FIRST_PAGE.getParent()),
            document + " links out of the package to " + link);
      }
    }
  }

  @Test
  void theFirstPageNamesEveryDocument() throws IOException {
    String page = Files.readString(FIRST_PAGE);
    try (var files = Files.list(DOCUMENTS)) {
      for (Path document : files.filter(file -> file.toString().endsWith(".md")).toList()) {
        assertTrue(page.contains("(docs/" + document.getFileName() + ")"), document.toString());
      }
    }
  }

  @Test
  void everyTestThatAPromiseNamesExists() throws IOException {
    Set<String> named = new TreeSet<>();
    for (String document : List.of("durability.md", "plugin-guide.md")) {
      Set<String> here = all(TEST, Files.readString(DOCUMENTS.resolve(document)));
      assertTrue(here.size() > 20, here::toString);
      named.addAll(here);
    }
    try (var files = Files.walk(SOURCES)) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      for (String test : named) {
        String file = test.substring(0, test.indexOf('#')) + ".java";
        String method = "void " + test.substring(test.indexOf('#') + 1) + "(";
        boolean there = false;
        for (Path source : sources) {
          there |= source.endsWith(file) && Files.readString(source).contains(method);
        }
        assertTrue(there, test);
      }
    }
  }

  @Test
  void theQuickReferenceHasEveryOptionAndNoOther() throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENTS.resolve("quick-reference.md"));
    Set<String> common = optionsOf(CommandSpec.forAnnotatedObject(new CommonOptions()));
    for (String name : common) {
      assertTrue(
          lines.stream()
              .anyMatch(line -> line.startsWith("| `") && all(OPTION, line).contains(name)),
          name);
    }
    for (CommandLine command : commands()) {
      CommandSpec spec = command.getCommandSpec();
      Set<String> own = optionsOf(spec);
      own.removeAll(common);
      Set<String> described =
          lines.stream()
              .filter(line -> line.matches("\\| `" + nameOf(spec) + "[ `].*"))
              .filter(
                  line ->
                      spec.subcommands().keySet().stream()
                          .noneMatch(sub -> line.startsWith("| `" + nameOf(spec) + " " + sub)))
              .flatMap(line -> all(OPTION, line).stream())
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(own, described, nameOf(spec));
    }
  }

  private static List<CommandLine> commands() {
    var console = new Console(new ByteArrayOutputStream(), new ByteArrayOutputStream(), false);
    var environment = new Environment(console, new LocalNodes(), Path.of(""));
    return new Program(environment)
        .commandLine(List.of(Subcommand.values())).getSubcommands().values().stream()
            .filter(command -> !command.getCommandSpec().usageMessage().hidden())
            .flatMap(
                command ->
                    Stream.concat(Stream.of(command), command.getSubcommands().values().stream()))
            .toList();
  }

  /// As it is typed after the program's name.
  private static String nameOf(CommandSpec spec) {
    return spec.qualifiedName().substring("shoal ".length());
  }

  private static Set<String> optionsOf(CommandSpec spec) {
    return spec.options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .map(OptionSpec::names)
        .map(names -> names[0])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> all(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult match) -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
