package io.shoal.runtime.json;

import io.shoal.api.InvalidInputException;
import io.shoal.runtime.json.RecordShape.Component;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes values as JSON and reads them: a record as an object with its components in order, an
/// empty [Optional] as null, an enum by its name; besides these strings, whole numbers, flags,
/// lists, maps and the types that are given a text.
///
/// Thread-safe.
public final class Json {

  private final List<TextType<?>> texts;
  private final Map<Class<?>, RecordShape> shapes = new ConcurrentHashMap<>();

  /// What is made of a record when fields are missing or unknown. A field that may be empty may
  /// always be missing.
  public enum Reading {
    /// Refuses a field that is unknown; a number that is missing is 0, a flag false.
    REQUEST,
    /// Ignores a field that is unknown: a newer node says more. Refuses any that is missing.
    ANSWER
  }

  /// Reads a text.
  @FunctionalInterface
  public interface TextParser<T> {

    /// @throws InvalidInputException it is not such a text; the message says why
    /// @throws IllegalArgumentException the same
    T parse(String text) throws InvalidInputException;
  }

  /// A type that is written as a string.
  public record TextType<T>(Class<T> type, Function<T, String> writer, TextParser<T> parser) {

    private String write(Object value) {
      return writer.apply(type.cast(value));
    }
  }

  public Json(TextType<?>... texts) {
    this.texts = List.of(texts);
  }

  /// @throws IllegalArgumentException a value has a type that this does not write
  public String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  /// Reads what [#write] wrote.
  ///
  /// @param json UTF-8
  /// @throws JsonException it is not the JSON of such a value
  public <T> T read(byte[] json, Class<T> type, Reading reading) {
    return type.cast(read(JsonParser.parse(json), type, reading, "the JSON"));
  }

  /// Reads an array of values.
  ///
  /// @param json UTF-8
  /// @throws JsonException it is not the JSON of such values
  public <T> List<T> readList(byte[] json, Class<T> type, Reading reading) {
    List<T> list = new ArrayList<>();
    for (Object each : as(List.class, JsonParser.parse(json), "the JSON")) {
      list.add(type.cast(read(each, type, reading, "the JSON")));
    }
    return list;
  }

  @SuppressWarnings("IfChainToSwitch") // the class made for such a switch is in no start-up cache
  private void write(Object value, StringBuilder out) {
    if (value instanceof String text) {
      quote(text, out);
    } else if (value instanceof Long || value instanceof Integer || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Enum<?> constant) {
      quote(constant.name(), out);
    } else if (value instanceof Optional<?> optional) {
      if (optional.isPresent()) {
        write(optional.get(), out);
      } else {
        out.append("null");
      }
    } else if (value instanceof List<?> list) {
      out.append('[');
      String comma = "";
      for (Object each : list) {
        out.append(comma);
        write(each, out);
        comma = ",";
      }
      out.append(']');
    } else if (value instanceof Map<?, ?> map) {
      out.append('{');
      String comma = "";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(comma);
        quote((String) entry.getKey(), out);
        out.append(':');
        write(entry.getValue(), out);
        comma = ",";
      }
      out.append('}');
    } else {
      writeOther(value, out);
    }
  }

  private void writeOther(Object value, StringBuilder out) {
    for (TextType<?> text : texts) {
      if (text.type.isInstance(value)) {
        quote(text.write(value), out);
        return;
      }
    }
    if (!(value instanceof Record)) {
      throw new IllegalArgumentException("not written as JSON: " + value.getClass());
    }
    out.append('{');
    String comma = "";
    for (Component component : shape(value.getClass()).components()) {
      out.append(comma);
      quote(component.name(), out);
      out.append(':');
      write(component.valueIn(value), out);
      comma = ",";
    }
    out.append('}');
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || isLoneSurrogate(text, i)) {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
              out.append(Character.toUpperCase(Character.forDigit(c >> shift & 0xf, 16)));
            }
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /// Half of a character, which UTF-8 cannot hold.
  private static boolean isLoneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  private Object read(@Nullable Object value, Type type, Reading reading, String name) {
    if (type instanceof ParameterizedType generic) {
      return readGeneric(value, generic, reading, name);
    }
    var wanted = (Class<?>) type;
    if (wanted == long.class || wanted == Long.class) {
      return as(Long.class, value, name);
    }
    if (wanted == int.class) {
      long number = as(Long.class, value, name);
      if (number != (int) number) {
        throw new JsonException(name + " is out of range");
      }
      return (int) number;
    }
    if (wanted == boolean.class) {
      return as(Boolean.class, value, name);
    }
    if (wanted == String.class) {
      return as(String.class, value, name);
    }
    for (TextType<?> text : texts) {
      if (text.type == wanted) {
        return parse(text, as(String.class, value, name));
      }
    }
    return wanted.isEnum()
        ? constant(wanted, as(String.class, value, name), name)
        : readRecord(as(Map.class, value, name), shape(wanted), reading);
  }

  private Object readGeneric(
      @Nullable Object value, ParameterizedType type, Reading reading, String name) {
    Type[] of = type.getActualTypeArguments();
    if (type.getRawType() == Optional.class) {
      return value == null ? Optional.empty() : Optional.of(read(value, of[0], reading, name));
    }
    if (type.getRawType() == List.class) {
      List<Object> list = new ArrayList<>();
      for (Object each : as(List.class, value, name)) {
        list.add(read(each, of[0], reading, name));
      }
      return Collections.unmodifiableList(list);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    Map<?, ?> fields = as(Map.class, value, name);
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      map.put((String) field.getKey(), read(field.getValue(), of[1], reading, name));
    }
    return Collections.unmodifiableMap(map);
  }

  private static <T> T parse(TextType<T> type, String text) {
    try {
      return type.parser.parse(text);
    } catch (InvalidInputException | IllegalArgumentException e) {
      throw new JsonException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Object constant(Class<?> type, String text, String name) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(text)) {
        return constant;
      }
    }
    throw new JsonException(name + " is none of " + Arrays.toString(type.getEnumConstants()));
  }

  private Object readRecord(Map<?, ?> fields, RecordShape shape, Reading reading) {
    List<Component> components = shape.components();
    Object[] values = new Object[components.size()];
    int found = 0;
    for (int i = 0; i < values.length; i++) {
      Component component = components.get(i);
      if (fields.containsKey(component.name())) {
        found++;
        values[i] = read(fields.get(component.name()), component.type(), reading, component.name());
      } else {
        values[i] = missing(component, reading);
      }
    }
    if (reading == Reading.REQUEST && found < fields.size()) {
      Set<Object> unknown = new LinkedHashSet<>(fields.keySet());
      components.forEach(component -> unknown.remove(component.name()));
      throw new JsonException("unknown fields: " + unknown);
    }
    return shape.newRecord(values);
  }

  private static Object missing(Component component, Reading reading) {
    if (component.type() instanceof ParameterizedType type && type.getRawType() == Optional.class) {
      return Optional.empty();
    }
    if (reading == Reading.REQUEST && component.type() instanceof Class<?> type) {
      if (type == long.class) {
        return 0L;
      }
      if (type == int.class) {
        return 0;
      }
      if (type == boolean.class) {
        return false;
      }
    }
    throw new JsonException(component.name() + " is missing");
  }

  private static <T> T as(Class<T> type, @Nullable Object value, String name) {
    if (value == null) {
      throw new JsonException(name + " is missing");
    }
    if (!type.isInstance(value)) {
      throw new JsonException(name + " is not what is expected there");
    }
    return type.cast(value);
  }

  private RecordShape shape(Class<?> type) {
    RecordShape known = shapes.get(type);
    return known != null ? known : shapes.computeIfAbsent(type, RecordShape::of);
  }
}
