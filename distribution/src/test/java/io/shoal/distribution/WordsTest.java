package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Messages, help and documents use the field's words and begin no statement like a question; see
/// CONTRIBUTING.md.
class WordsTest {

  private static final Path SOURCES = Path.of(System.getProperty("shoal.sources"));

  private static final Pattern PRIVATE_WORD =
      Pattern.compile(
          "\\brotten\\b|\\bpart(?:ed|s)? from\\b|\\bstands? still\\b|\\bkeeps? off\\b|\\bset"
              + " aside\\b",
          Pattern.CASE_INSENSITIVE);

  /// A sentence, table cell, list item or heading that begins like a question, up to its end.
  private static final Pattern LIKE_A_QUESTION =
      Pattern.compile("(?:^|[.!?:|*#-] +|\\d\\. +)((?:Who|What) [^.!?|]*[.!?|]?)");

  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)+)\"");

  private static final Pattern CODE = Pattern.compile("(?s)```.*?```");

  @Test
  void documentsAreInPlainWords() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(SOURCES.resolve("README.md")));
    documents.add(SOURCES.resolve("distribution/src/README.md"));
    documents.add(SOURCES.resolve("distribution/bench/README.md"));
    documents.add(SOURCES.resolve("distribution/src/conf/shoal.yaml"));
    try (Stream<Path> files = Files.walk(SOURCES.resolve("distribution/src/docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
    }
    List<String> found = new ArrayList<>();
    for (Path document : documents) {
      for (String text : paragraphs(Files.readString(document))) {
        faults(text).forEach(fault -> found.add(SOURCES.relativize(document) + ": " + fault));
      }
    }

    assertEquals("", String.join("\n", found));
  }

  @Test
  void messagesAndHelpAreInPlainWords() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> sources =
          files
              .filter(file -> file.toString().contains("/src/main/java/"))
              .filter(file -> file.toString().endsWith(".java"))
              .toList();
      assertTrue(sources.size() > 400, "there are more classes than " + sources.size());
      for (Path source : sources) {
        for (String text : literals(source)) {
          faults(text).forEach(fault -> found.add(SOURCES.relativize(source) + ": " + fault));
        }
      }
    }

    assertEquals("", String.join("\n", found));
  }

  @Test
  void theRuleKnowsAStatementFromAQuestion() {
    assertEquals(1, faults("It works. Who has it is banned. That is all.").size());
    assertEquals(1, faults("| What it does | cell |").size());
    assertEquals(1, faults("## What `add` takes").size());
    assertEquals(1, faults("a chunk that is rotten").size());
    assertEquals(List.of(), faults("What now? It works. That is what it does, and who did it."));
  }

  private static List<String> faults(String text) {
    return Stream.concat(
            PRIVATE_WORD.matcher(text).results().map(MatchResult::group), statements(text))
        .toList();
  }

  private static Stream<String> statements(String text) {
    return LIKE_A_QUESTION
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .filter(sentence -> !sentence.endsWith("?"));
  }

  /// The paragraphs, list items and table rows of a document, each on one line, without code.
  private static List<String> paragraphs(String document) {
    return Stream.of(
            CODE.matcher(document).replaceAll("").split("\\R(?=\\s*(?:\\R|[*|#-]|\\d\\.))"))
        .map(text -> text.strip().replaceAll("\\s*\\R#?\\s*", " "))
        .toList();
  }

  /// The texts in quotes, but for single words, which are names in JSON and the like.
  private static List<String> literals(Path source) throws IOException {
    try (Stream<String> lines = Files.lines(source)) {
      return lines
          .filter(line -> !line.strip().startsWith("//"))
          .flatMap(line -> LITERAL.matcher(line).results())
          .map(match -> match.group(1))
          .filter(text -> text.contains(" "))
          .toList();
    }
  }
}
