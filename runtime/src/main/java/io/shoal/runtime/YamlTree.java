package io.shoal.runtime;

import io.shoal.api.InvalidConfigException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/// Reads a configuration file. The only class that touches the YAML library, so that a node without
/// a file never loads it.
final class YamlTree {

  /// A configuration file has a few kilobytes; a gigabyte given by mistake must not end in memory.
  static final long MAX_FILE_SIZE_BYTES = 1 << 20;

  /// Sections within sections; the deepest key that anything knows has five parts.
  static final int MAX_DEPTH = 16;

  private final String source;
  private final YAMLParser parser;

  private YamlTree(String source, YAMLParser parser) {
    this.source = source;
    this.parser = parser;
  }

  static ConfigTree.Section read(Path file) throws InvalidConfigException {
    try {
      if (Files.size(file) > MAX_FILE_SIZE_BYTES) {
        throw new InvalidConfigException(
            file
                + ": larger than "
                + Units.size(MAX_FILE_SIZE_BYTES)
                + ": this is no configuration file");
      }
      try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8);
          YAMLParser parser =
              (YAMLParser) new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
        return new YamlTree(file.toString(), parser).document();
      }
    } catch (NoSuchFileException e) {
      throw new InvalidConfigException(
          file + ": no such file: create it or name another with --config", e);
    } catch (IOException e) {
      throw new InvalidConfigException(file + ": cannot be read: " + e, e);
    } catch (JacksonException e) {
      String where = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
      throw new InvalidConfigException(
          file + where + ": no valid YAML: " + firstLine(e.getOriginalMessage()), e);
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").strip();
  }

  private ConfigTree.Section document() throws InvalidConfigException {
    JsonToken first = parser.nextToken();
    // A file in which every line is a comment has no document at all.
    if (first == null || first == JsonToken.VALUE_NULL || first == JsonToken.NOT_AVAILABLE) {
      return ConfigTree.Section.EMPTY;
    }
    if (first != JsonToken.START_OBJECT) {
      throw fault("expected lines of the form 'key: value'");
    }
    ConfigTree.Section root = section(0);
    if (parser.nextToken() != null) {
      throw fault("a second document: remove it");
    }
    return root;
  }

  private ConfigTree.Section section(int depth) throws InvalidConfigException {
    if (depth > MAX_DEPTH) {
      throw fault("more than " + MAX_DEPTH + " sections within each other");
    }
    ConfigTree.Section section = new ConfigTree.Section(Map.of(), line());
    Map<String, Integer> seen = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      Integer before = seen.put(key, line());
      if (before != null) {
        throw fault(key + " stands here and in line " + before + ": remove one");
      }
      parser.nextToken();
      section = section.with(List.of(key.split("\\.", -1)), value(depth));
    }
    return section;
  }

  private ConfigTree value(int depth) throws InvalidConfigException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> section(depth + 1);
      case START_ARRAY -> listing();
      case VALUE_STRING,
          VALUE_NUMBER_INT,
          VALUE_NUMBER_FLOAT,
          VALUE_TRUE,
          VALUE_FALSE,
          VALUE_NULL ->
          new ConfigTree.Text(scalar(), line());
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw fault("expected a value");
    };
  }

  private ConfigTree.Listing listing() throws InvalidConfigException {
    int line = line();
    List<String> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (!parser.currentToken().isScalarValue()) {
        throw fault("a list holds single values only");
      }
      values.add(scalar());
    }
    return new ConfigTree.Listing(values, line);
  }

  private String scalar() throws InvalidConfigException {
    // One alias can stand for a million values; a configuration needs none.
    if (parser.isCurrentAlias()) {
      throw fault("aliases (*name) are not supported: write the value");
    }
    return parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getString();
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private InvalidConfigException fault(String fault) {
    return new InvalidConfigException(source + ":" + line() + ": " + fault);
  }
}
