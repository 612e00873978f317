package io.shoal.wire;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.PeerFaultException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamRulesTest {
  private static Frame request(int id) {
    return new Frame.Request(id, 0, Examples.CHUNK, Optional.empty());
  }

  private static void assertTakes(StreamRules rules, Frame... frames) {
    for (Frame frame : frames) {
      assertDoesNotThrow(() -> rules.check(frame), frame::toString);
    }
  }

  private static void assertRefuses(StreamRules rules, Frame... frames) {
    for (Frame frame : frames) {
      assertThrows(PeerFaultException.class, () -> rules.check(frame), frame::toString);
    }
  }

  private static final Frame HELLO =
      new Frame.Hello(Nonce.of(new Random(1)), 1, 0, "quic", "", List.of());

  @Test
  void theOnlyStreamTakesAll() {
    assertTakes(StreamRules.forAll(), HELLO, request(1), new Frame.End(7), new Frame.Ping(1));
  }

  @Test
  void theControlStreamTakesAllButRequests() {
    StreamRules rules = StreamRules.forControl();
    assertTakes(rules, HELLO, new Frame.Ping(1), new Frame.Unwatch(1), new Frame.Taken(1));
    assertRefuses(
        rules,
        request(1),
        new Frame.Credit(1, 1),
        new Frame.Cancel(1),
        new Frame.Answer(1, 1),
        new Frame.Data(1, 1),
        new Frame.End(1));
  }

  @Test
  void theStreamOfAnOwnRequestTakesItsAnswerAlone() {
    StreamRules rules = StreamRules.forOwnRequest();
    assertRefuses(rules, new Frame.Answer(3, 1));
    rules.bind(3);
    assertTakes(rules, new Frame.Answer(3, 1), new Frame.Data(3, 1), new Frame.End(3));
    assertRefuses(
        rules,
        new Frame.Answer(4, 1),
        new Frame.Credit(3, 1),
        request(3),
        HELLO,
        new Frame.Ping(1));
  }

  @Test
  void theStreamOfAPeersRequestTakesOneRequestFirst() throws Exception {
    StreamRules rules = StreamRules.forPeerRequest();
    assertRefuses(rules, new Frame.Credit(5, 1), new Frame.Ping(1), new Frame.Answer(5, 1));
    assertEquals(OptionalInt.empty(), rules.id());
    rules.check(request(5));
    assertEquals(OptionalInt.of(5), rules.id());
    assertTakes(rules, new Frame.Credit(5, 1), new Frame.Cancel(5));
    assertRefuses(rules, request(5), request(6), new Frame.Credit(6, 1), new Frame.Cancel(6));
  }
}
