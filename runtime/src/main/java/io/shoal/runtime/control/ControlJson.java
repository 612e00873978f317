package io.shoal.runtime.control;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.Reference;
import java.nio.file.Path;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/// The control API's JSON: records by the names of their components; references, addresses and
/// paths as a user types them.
public final class ControlJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .addModule(
              new SimpleModule()
                  .addSerializer(Reference.class, new AsText<>(Reference.class, Reference::text))
                  .addSerializer(
                      PeerAddress.class, new AsText<>(PeerAddress.class, PeerAddress::toString))
                  .addSerializer(Path.class, new AsText<>(Path.class, Path::toString))
                  .addDeserializer(Reference.class, new FromText<>(Reference::parse))
                  .addDeserializer(PeerAddress.class, new FromText<>(PeerAddress::parse))
                  .addDeserializer(Path.class, new FromText<>(Path::of)))
          .build();

  private ControlJson() {}

  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /// @throws JacksonException it is not the JSON of such a value
  public static <T> T read(byte[] json, Class<T> type) {
    return MAPPER.readValue(json, type);
  }

  private static final class AsText<T> extends ValueSerializer<T> {
    private final Class<T> type;
    private final Function<T, String> text;

    AsText(Class<T> type, Function<T, String> text) {
      this.type = type;
      this.text = text;
    }

    @Override
    public Class<T> handledType() {
      return type;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializationContext context) {
      out.writeString(text.apply(value));
    }
  }

  private interface Parser<T> {
    T parse(String text) throws UserFaultException;
  }

  private static final class FromText<T> extends ValueDeserializer<T> {
    private final Parser<T> parser;

    FromText(Parser<T> parser) {
      this.parser = parser;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) {
      String text = in.getValueAsString();
      try {
        if (text == null) {
          throw new InvalidInputException("a text is expected here");
        }
        return parser.parse(text);
      } catch (UserFaultException | IllegalArgumentException e) {
        return context.reportInputMismatch(this, "%s", e.getMessage());
      }
    }
  }
}
