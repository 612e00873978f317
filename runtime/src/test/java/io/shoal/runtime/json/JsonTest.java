package io.shoal.runtime.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class JsonTest {

  private enum Word {
    ONE,
    TWO
  }

  private record Inner(String text) {}

  private record Everything(
      String text,
      long number,
      int small,
      boolean flag,
      Word word,
      Optional<Inner> inner,
      Optional<String> empty,
      List<Inner> list,
      Map<String, Long> map,
      StringBuilder own) {

    @Override
    public boolean equals(Object other) {
      return other != null && toString().equals(other.toString());
    }

    @Override
    public int hashCode() {
      return toString().hashCode();
    }
  }

  private record Request(
      long number, int small, boolean flag, Optional<String> note, String text) {}

  private static final String EVERYTHING =
      "{\"text\":\"t\",\"number\":-9223372036854775808,\"small\":7,\"flag\":true,\"word\":\"TWO\","
          + "\"inner\":{\"text\":\"i\"},\"empty\":null,\"list\":[{\"text\":\"a\"},{\"text\":\"b\"}],"
          + "\"map\":{\"z\":1,\"a\":2},\"own\":\"mine\"}";

  private final Json json =
      new Json(
          new Json.TextType<>(StringBuilder.class, StringBuilder::toString, JsonTest::notEmpty));

  private static StringBuilder notEmpty(String text) throws InvalidInputException {
    if (text.isEmpty()) {
      throw new InvalidInputException("the text is empty");
    }
    return new StringBuilder(text);
  }

  @Test
  void aRecordIsItsComponentsInOrder() {
    Map<String, Long> map = new LinkedHashMap<>();
    map.put("z", 1L);
    map.put("a", 2L);
    var value =
        new Everything(
            "t",
            Long.MIN_VALUE,
            7,
            true,
            Word.TWO,
            Optional.of(new Inner("i")),
            Optional.empty(),
            List.of(new Inner("a"), new Inner("b")),
            map,
            new StringBuilder("mine"));

    assertEquals(EVERYTHING, json.write(value));
    assertEquals(value, read(EVERYTHING, Everything.class, Json.Reading.ANSWER));
    assertEquals(value, read(EVERYTHING, Everything.class, Json.Reading.REQUEST));
  }

  /// Each character alone, halves of larger ones too, and between others.
  @Test
  void everyCharacterIsWrittenAsJacksonDoes() {
    for (int c = 0; c <= Character.MAX_VALUE; c++) {
      assertWrittenAsByJackson(String.valueOf((char) c));
    }
    assertWrittenAsByJackson("a\ud800b\udc00\udc00😀\ud83d");
  }

  private void assertWrittenAsByJackson(String text) {
    String expected =
        new String(JsonMapper.shared().writeValueAsBytes(text), StandardCharsets.UTF_8);

    String written = json.write(text);

    assertEquals(expected, written);
    assertEquals(text, read(written, String.class, Json.Reading.ANSWER));
  }

  @Test
  void aListIsReadByItsElements() {
    byte[] list = "[{\"text\":\"a\"},{\"text\":\"b\"}]".getBytes(StandardCharsets.UTF_8);

    assertEquals(
        List.of(new Inner("a"), new Inner("b")),
        json.readList(list, Inner.class, Json.Reading.ANSWER));
  }

  @Test
  void aRequestMayLeaveOutNumbersAndFlags() {
    assertEquals(
        new Request(0, 0, false, Optional.empty(), "t"),
        read("{\"text\":\"t\"}", Request.class, Json.Reading.REQUEST));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"text\":null}",
        "{\"text\":5}",
        "{\"text\":\"t\",\"more\":1}",
        "{\"text\":\"t\",\"number\":null}",
        "{\"text\":\"t\",\"number\":1.0}",
        "{\"text\":\"t\",\"number\":\"1\"}",
        "{\"text\":\"t\",\"number\":9223372036854775808}",
        "{\"text\":\"t\",\"small\":2147483648}",
        "{\"text\":\"t\",\"flag\":1}",
        "{\"text\":\"t\",\"note\":1}",
        "[]",
        "null",
        "\"t\""
      })
  void anyOtherRequestIsRefused(String request) {
    assertThrows(JsonException.class, () -> read(request, Request.class, Json.Reading.REQUEST));
  }

  @Test
  void anAnswerMayHaveMoreButNotLess() {
    String whole = "{\"number\":1,\"small\":2,\"flag\":true,\"more\":[{}],\"text\":\"t\"}";

    assertEquals(
        new Request(1, 2, true, Optional.empty(), "t"),
        read(whole, Request.class, Json.Reading.ANSWER));
    for (String field : List.of("\"number\":1,", "\"small\":2,", "\"flag\":true,")) {
      assertThrows(
          JsonException.class,
          () -> read(whole.replace(field, ""), Request.class, Json.Reading.ANSWER));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"word\":\"two\"",
        "\"word\":1",
        "\"own\":5",
        "\"list\":[null]",
        "\"map\":{\"a\":\"b\"}"
      })
  void aFieldOfAnotherKindIsRefused(String field) {
    String name = field.substring(0, field.indexOf(':'));
    String changed = EVERYTHING.replaceFirst(name + ":([^,\\[{]*|\\[.*?]|\\{.*?})(?=[,}])", field);

    assertThrows(JsonException.class, () -> read(changed, Everything.class, Json.Reading.ANSWER));
  }

  @Test
  void aRefusedTextSaysWhy() {
    var e =
        assertThrows(
            JsonException.class, () -> read("\"\"", StringBuilder.class, Json.Reading.REQUEST));

    assertEquals("the text is empty", e.getMessage());
  }

  @Test
  void onlyKnownTypesAreWritten() {
    assertThrows(IllegalArgumentException.class, () -> json.write(new Object()));
  }

  private <T> T read(String text, Class<T> type, Json.Reading reading) {
    return json.read(text.getBytes(StandardCharsets.UTF_8), type, reading);
  }
}
