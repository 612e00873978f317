package io.shoal.runtime.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.peer.PeerKey;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReachabilityTest {
  private static final PeerKey ONE = new PeerKey("198.51.100.1");
  private static final PeerKey TWO = new PeerKey("203.0.113.2");

  private final Reachability reachability = new Reachability();

  private void denied(PeerKey host, long now) {
    assertTrue(reachability.ask(host, now));
    reachability.answered(host, false, now + 10_000);
  }

  @Test
  void twoHostsThatTryInVainAreBelieved() {
    denied(ONE, 0);
    assertEquals(Set.of(), reachability.inVain(20_000));
    denied(TWO, 20_000);
    assertEquals(Set.of(ONE, TWO), reachability.inVain(30_000));
  }

  @Test
  void anIncomingConnectionOutweighsAnswers() {
    denied(ONE, 0);
    denied(TWO, 0);
    reachability.reached(20_000);
    assertEquals(Set.of(), reachability.inVain(20_000));
    assertFalse(reachability.ask(new PeerKey("192.0.2.3"), 30_000), "there is nothing to ask");
  }

  @Test
  void anAnswerWithoutAQuestionIsIgnored() {
    reachability.answered(ONE, false, 0);
    reachability.answered(TWO, false, 0);
    assertEquals(Set.of(), reachability.inVain(0));
    assertTrue(reachability.ask(ONE, 0));
    reachability.answered(ONE, true, Reachability.ANSWER_MILLIS + 1);
    assertTrue(reachability.ask(TWO, Reachability.ANSWER_MILLIS + 2), "late answers do not count");
  }

  @Test
  void oneHostIsOneVoiceAndIsAskedNowAndThen() {
    denied(ONE, 0);
    assertFalse(reachability.ask(ONE, Reachability.ASK_AGAIN_MILLIS - 1));
    denied(ONE, Reachability.ASK_AGAIN_MILLIS);
    assertEquals(Set.of(), reachability.inVain(Reachability.ASK_AGAIN_MILLIS + 10_000));
  }

  @Test
  void oldObservationsDoNotCount() {
    denied(ONE, 0);
    denied(TWO, 0);
    assertEquals(Set.of(), reachability.inVain(Reachability.VALID_MILLIS + 10_000));
    reachability.reached(0);
    denied(ONE, Reachability.VALID_MILLIS);
  }

  @Test
  void askedHostsAreForgottenInTime() {
    for (int i = 0; i < 10 * Reachability.MAX_HOSTS; i++) {
      assertTrue(reachability.ask(new PeerKey("host " + i), 0));
    }
    assertTrue(reachability.ask(new PeerKey("host 0"), 0));
    assertFalse(reachability.ask(new PeerKey("host " + (10 * Reachability.MAX_HOSTS - 1)), 0));
  }
}
