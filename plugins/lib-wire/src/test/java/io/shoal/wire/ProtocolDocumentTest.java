package io.shoal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The bytes that the protocol's page shows are those that the code writes and reads.
class ProtocolDocumentTest {
  private static final Path PAGE = Path.of("../../distribution/src/docs/protocol-tcp.md");
  private static final Pattern EXAMPLE = Pattern.compile("```hex (\\w+)\\n([0-9a-f\\s]+)```");

  private static Map<String, byte[]> documented() throws Exception {
    Map<String, byte[]> found = new TreeMap<>();
    Matcher matcher = EXAMPLE.matcher(Files.readString(PAGE));
    while (matcher.find()) {
      found.put(matcher.group(1), HexFormat.of().parseHex(matcher.group(2).replaceAll("\\s", "")));
    }
    return found;
  }

  @Test
  void everyFrameTypeHasAnExample() throws Exception {
    assertEquals(
        Arrays.stream(FrameType.values()).map(Enum::name).sorted().toList(),
        documented().keySet().stream().toList());
  }

  @Test
  void theExamplesAreWhatTheCodeWrites() throws Exception {
    Map<String, Frame> frames = Examples.all();
    for (Map.Entry<String, byte[]> example : documented().entrySet()) {
      Frame frame = frames.get(example.getKey());
      ByteBuffer out = ByteBuffer.allocate(FrameCodec.sizeBytes(frame) + 6);
      FrameCodec.encode(frame, out);
      if (frame instanceof Frame.Data) {
        out.put("shoal\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      }
      assertEquals(
          HexFormat.of().formatHex(example.getValue()),
          HexFormat.of().formatHex(out.array(), 0, out.position()),
          example.getKey());
    }
  }

  @Test
  void theExamplesReadBackHoweverTheyAreCut() throws Exception {
    Map<String, byte[]> documented = documented();
    for (int cut = 1; cut < 60; cut++) {
      FrameReader reader = new FrameReader();
      Recorder recorder = new Recorder();
      feed(reader, recorder, documented.get("HELLO"), cut);
      for (Map.Entry<String, byte[]> example : documented.entrySet()) {
        feed(reader, recorder, example.getValue(), cut);
        Frame read = recorder.read.getLast();
        Frame expected = Examples.all().get(example.getKey());
        assertEquals(encoded(expected), encoded(read), example.getKey());
      }
      assertEquals(6, recorder.chunkBytes);
    }
  }

  private static void feed(FrameReader reader, Recorder recorder, byte[] bytes, int cut)
      throws Exception {
    for (int i = 0; i < bytes.length; i += cut) {
      reader.read(ByteBuffer.wrap(bytes, i, Math.min(cut, bytes.length - i)), recorder);
    }
  }

  private static String encoded(Frame frame) {
    ByteBuffer out = ByteBuffer.allocate(FrameCodec.sizeBytes(frame));
    FrameCodec.encode(frame, out);
    return HexFormat.of().formatHex(out.array());
  }
}
