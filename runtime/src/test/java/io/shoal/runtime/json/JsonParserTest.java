package io.shoal.runtime.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

class JsonParserTest {

  private static final long SEED = 20;
  private static final int MUTANTS = 5_000;

  private static final String MUTATED =
      " {\"a\":[1,-20,0,-0,0.5,-1.25e+3,2E2,true,false,null],\"b\\n\\u00e9\\\\\":{\"c\":\"\\\"\\/ü😀\"},"
          + "\"d\":[],\"e\":{}}\n";

  private static final String REPLACEMENTS = "{}[]\",:\\/ue0195-+.Etrfn \t\n\u0001\u007fü";

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();

  @Test
  void valuesAreReadByTheirJsonTypes() {
    assertEquals(
        Map.of("a", List.of(1L, 0.5, true, "x\n\u00e9"), "b", Map.of()),
        parse("{ \"a\" : [1, 0.5, true, \"x\\n\\u00E9\"], \"b\" : {} }"));
    assertEquals(Long.MIN_VALUE, parse("-9223372036854775808"));
    assertEquals("😀", parse("\"\\ud83d\\uDE00\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[",
        "{",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "1 2",
        "01",
        "-",
        "-a",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "NaN",
        "nul",
        "truex",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12",
        "\"a\nb\"",
        "'a'",
        "{\"a\":1,\"a\":2}",
        "9223372036854775808",
        "\u0000",
        "1\u0000",
        "\"\\u１234\"",
        "//\n1"
      })
  void anyOtherTextIsRefused(String json) {
    assertThrows(JsonException.class, () -> parse(json));
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    byte[] json = {'"', (byte) 0xc3, '"'};

    assertThrows(JsonException.class, () -> JsonParser.parse(json));
  }

  @Test
  void deepTextsAreRefusedBeforeTheStackEnds() {
    assertThrows(JsonException.class, () -> parse("[".repeat(100_000)));
    assertThrows(JsonException.class, () -> parse("{\"a\":".repeat(100_000)));
  }

  /// Another parser must accept the same texts and read the same from them.
  @Test
  void mutatedTextsAreReadAsJacksonDoes() {
    var random = new Random(SEED);
    int accepted = 0;
    for (int i = 0; i < MUTANTS; i++) {
      var mutant = new StringBuilder(MUTATED);
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        int at = random.nextInt(mutant.length());
        char c = REPLACEMENTS.charAt(random.nextInt(REPLACEMENTS.length()));
        switch (random.nextInt(3)) {
          case 0 -> mutant.setCharAt(at, c);
          case 1 -> mutant.insert(at, c);
          default -> mutant.deleteCharAt(at);
        }
      }
      byte[] json = mutant.toString().getBytes(StandardCharsets.UTF_8);

      Optional<Object> expected = byJackson(json);

      assertEquals(expected, byParser(json), mutant::toString);
      accepted += expected.isPresent() ? 1 : 0;
    }
    assertTrue(accepted > MUTANTS / 20 && accepted < MUTANTS / 20 * 19, "accepted " + accepted);
  }

  private static Optional<Object> byJackson(byte[] json) {
    try {
      return Optional.of(STRICT.readValue(json, Object.class));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static Optional<Object> byParser(byte[] json) {
    try {
      return Optional.of(JsonParser.parse(json));
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  private static Object parse(String json) {
    return JsonParser.parse(json.getBytes(StandardCharsets.UTF_8));
  }
}
