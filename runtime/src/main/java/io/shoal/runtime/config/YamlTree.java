package io.shoal.runtime.config;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/// Reads a configuration file. The only class that uses the YAML library, so that a node without a
/// file never loads it. It takes the library's events and builds none of its objects, which keeps
/// every start short.
public final class YamlTree {

  /// A configuration file has a few kilobytes; a gigabyte given by mistake must not fill the
  /// memory.
  static final long MAX_FILE_SIZE_BYTES = 1 << 20;

  /// Sections within sections; the deepest known key has five parts.
  static final int MAX_DEPTH = 16;

  /// YAML 1.2, core schema, §10.3.2: the forms of null.
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

  private final String source;
  private final Iterator<Event> events;
  private int line = 1;

  private YamlTree(String source, Iterator<Event> events) {
    this.source = source;
    this.events = events;
  }

  public static ConfigTree.Section read(Path file) throws InvalidConfigException {
    try {
      if (Files.size(file) > MAX_FILE_SIZE_BYTES) {
        throw new InvalidConfigException(
            file
                + ": larger than "
                + Units.exactSize(MAX_FILE_SIZE_BYTES)
                + ": this is not a configuration file, name another with --config");
      }
      try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        LoadSettings settings = LoadSettings.builder().build();
        var events = new ParserImpl(settings, new StreamReader(settings, text));
        return new YamlTree(file.toString(), events).document();
      }
    } catch (NoSuchFileException e) {
      throw new InvalidConfigException(
          file + ": no such file: create it or name another with --config", e);
    } catch (IOException e) {
      throw new InvalidConfigException(file + ": cannot be read: " + e, e);
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark().map(mark -> ":" + line(mark)).orElse("");
      throw new InvalidConfigException(file + where + ": not valid YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new InvalidConfigException(
          file + ": not valid YAML: " + firstLine(String.valueOf(e.getMessage())), e);
    }
  }

  private static int line(Mark mark) {
    return mark.getLine() + 1;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").strip();
  }

  private Event next() {
    Event event = events.next();
    line = event.getStartMark().map(YamlTree::line).orElse(line);
    return event;
  }

  private ConfigTree.Section document() throws InvalidConfigException {
    next(); // the stream
    // A file in which every line is a comment has no document at all.
    if (next().getEventId() == Event.ID.StreamEnd) {
      return ConfigTree.Section.EMPTY;
    }
    Event content = next();
    ConfigTree.Section root = ConfigTree.Section.EMPTY;
    if (content instanceof MappingStartEvent) {
      root = section(0);
    } else if (!isNull(content)) {
      throw fault("expected lines of the form 'key: value'");
    }
    next(); // the document's end
    if (next().getEventId() != Event.ID.StreamEnd) {
      throw fault("a second document: remove it");
    }
    return root;
  }

  private static boolean isNull(Event event) {
    return event instanceof ScalarEvent scalar
        && scalar.isPlain()
        && NULLS.contains(scalar.getValue());
  }

  private ConfigTree.Section section(int depth) throws InvalidConfigException {
    if (depth > MAX_DEPTH) {
      throw fault("more than " + MAX_DEPTH + " sections within each other");
    }
    ConfigTree.Section section = new ConfigTree.Section(Map.of(), line);
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (Event at = next(); at.getEventId() != Event.ID.MappingEnd; at = next()) {
      String key = key(at);
      Integer before = seen.put(key, line);
      if (before != null) {
        throw fault(key + " is set here and in line " + before + ": remove one");
      }
      section = section.with(List.of(key.split("\\.", -1)), value(depth));
    }
    return section;
  }

  private String key(Event event) throws InvalidConfigException {
    return scalar(event).orElseThrow(() -> fault("a key is a single word"));
  }

  private ConfigTree value(int depth) throws InvalidConfigException {
    Event event = next();
    if (event instanceof MappingStartEvent) {
      return section(depth + 1);
    }
    if (event instanceof SequenceStartEvent) {
      return listing();
    }
    int at = line;
    return new ConfigTree.Text(scalar(event).orElseThrow(() -> fault("expected a value")), at);
  }

  private ConfigTree.Listing listing() throws InvalidConfigException {
    int start = line;
    List<String> values = new ArrayList<>();
    for (Event at = next(); at.getEventId() != Event.ID.SequenceEnd; at = next()) {
      values.add(scalar(at).orElseThrow(() -> fault("a list holds single values only")));
    }
    return new ConfigTree.Listing(values, start);
  }

  /// The text of a single value; empty if it is not one.
  private Optional<String> scalar(Event event) throws InvalidConfigException {
    // One alias can stand for a million values; a configuration needs none.
    if (event instanceof AliasEvent) {
      throw fault("aliases (*name) are not supported: write the value");
    }
    if (isNull(event)) {
      return Optional.of("");
    }
    return event instanceof ScalarEvent scalar ? Optional.of(scalar.getValue()) : Optional.empty();
  }

  private InvalidConfigException fault(String fault) {
    return new InvalidConfigException(source + ":" + line + ": " + fault);
  }
}
