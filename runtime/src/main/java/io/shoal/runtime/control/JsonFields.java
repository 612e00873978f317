package io.shoal.runtime.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// The fields of a JSON object. A field that is missing or of another kind than is asked for is a
/// [JacksonException]; fields that nobody asks for are left alone.
final class JsonFields {

  /// Objects in lists in objects: the deepest answer has four levels.
  private static final int MAX_DEPTH = 16;

  private final Map<?, ?> values;

  private JsonFields(Map<?, ?> values) {
    this.values = values;
  }

  static JsonFields of(byte[] json, JsonFactory factory) {
    return new JsonFields(as(Map.class, parse(json, factory), "the answer"));
  }

  String text(String name) {
    return as(String.class, values.get(name), name);
  }

  Optional<String> optionalText(String name) {
    return values.get(name) == null ? Optional.empty() : Optional.of(text(name));
  }

  long number(String name) {
    return as(Long.class, values.get(name), name);
  }

  int count(String name) {
    long number = number(name);
    if (number != (int) number) {
      throw new UnexpectedJson(name + " is too large");
    }
    return (int) number;
  }

  boolean flag(String name) {
    return as(Boolean.class, values.get(name), name);
  }

  /// The one of some constants that a text names.
  <E extends Enum<E>> E choice(String name, E[] constants) {
    String text = text(name);
    for (E constant : constants) {
      if (constant.name().equals(text)) {
        return constant;
      }
    }
    throw new UnexpectedJson(name + " is none that is known");
  }

  JsonFields fields(String name) {
    return new JsonFields(as(Map.class, values.get(name), name));
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Object text : as(List.class, values.get(name), name)) {
      texts.add(as(String.class, text, name));
    }
    return texts;
  }

  /// All fields, each of which is a text.
  Map<String, String> allTexts() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Object name : values.keySet()) {
      texts.put((String) name, text((String) name));
    }
    return texts;
  }

  <T> List<T> each(String name, Function<JsonFields, T> each) {
    List<T> objects = new ArrayList<>();
    for (Object object : as(List.class, values.get(name), name)) {
      objects.add(each.apply(new JsonFields(as(Map.class, object, name))));
    }
    return objects;
  }

  private static <T> T as(Class<T> type, @Nullable Object value, String name) {
    if (!type.isInstance(value)) {
      throw new UnexpectedJson(name + " is not what is expected there");
    }
    return type.cast(value);
  }

  private static @Nullable Object parse(byte[] json, JsonFactory factory) {
    try (JsonParser in = factory.createParser(ObjectReadContext.empty(), json)) {
      return value(in, in.nextToken(), 0);
    }
  }

  private static @Nullable Object value(JsonParser in, @Nullable JsonToken token, int depth) {
    if (token == null || depth > MAX_DEPTH) {
      throw new UnexpectedJson("a value is missing, or too deep");
    }
    return switch (token) {
      case START_OBJECT -> object(in, depth);
      case START_ARRAY -> array(in, depth);
      case VALUE_STRING -> in.getString();
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new UnexpectedJson("a value is missing");
    };
  }

  private static Map<String, @Nullable Object> object(JsonParser in, int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (String name = in.nextName(); name != null; name = in.nextName()) {
      object.put(name, value(in, in.nextToken(), depth + 1));
    }
    return object;
  }

  private static List<@Nullable Object> array(JsonParser in, int depth) {
    List<@Nullable Object> array = new ArrayList<>();
    for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
      array.add(value(in, next, depth + 1));
    }
    return array;
  }

  private static final class UnexpectedJson extends JacksonException {

    private static final long serialVersionUID = 1;

    UnexpectedJson(String message) {
      super(message);
    }
  }
}
