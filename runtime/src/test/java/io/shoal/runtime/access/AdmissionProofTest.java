package io.shoal.runtime.access;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerId;
import io.shoal.runtime.access.AdmissionProof.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AdmissionProofTest {
  private static final SharedSecret SECRET = secret("correct horse battery");
  private static final SharedSecret OTHER_SECRET = secret("horse battery correct");
  private static final PeerId ALICE = peer(1);
  private static final PeerId BOB = peer(2);
  private static final PeerId MALLORY = peer(3);
  private static final byte[] BINDING = filled(7);
  private static final long START = 1_000_000;

  private static SharedSecret secret(String text) {
    return SharedSecret.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static PeerId peer(int number) {
    return PeerId.ofEd25519(filled(number));
  }

  private static byte[] filled(int number) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) number);
    return bytes;
  }

  /// Alice dialled Bob.
  private static AdmissionProof atAlice() {
    return new AdmissionProof(SECRET, BINDING, ALICE, BOB, true, START);
  }

  private static AdmissionProof atBob() {
    return new AdmissionProof(SECRET, BINDING, BOB, ALICE, false, START);
  }

  private static Verdict shown(AdmissionProof entrance, byte[] proof) {
    return entrance.proved(ByteBuffer.wrap(proof));
  }

  private static void assertRefused(Verdict verdict, String why) {
    Verdict.Refused refused = assertInstanceOf(Verdict.Refused.class, verdict);
    assertTrue(refused.why().contains(why), refused.why());
  }

  @Test
  void twoWhoHaveTheSecretLetEachOtherIn() {
    AdmissionProof alice = atAlice();
    AdmissionProof bob = atBob();
    assertEquals(new Verdict.Waiting(), alice.verdict());

    assertEquals(new Verdict.Admitted(), shown(bob, alice.ownProof()));
    assertEquals(new Verdict.Admitted(), shown(alice, bob.ownProof()));
  }

  @Test
  void aProofIsTheCodeThatTheProtocolSays() {
    // { printf 'shoal/access/1\0'; 32 bytes of 7; Alice's id; Bob's id } | openssl dgst -sha256
    // -hmac
    // 'correct horse battery'
    assertEquals(
        "4c1f19836e668175514fa469f475c6b9cc1d941d9c8ffc55ecbf678aab0976b1",
        HexFormat.of().formatHex(atAlice().ownProof()));
    assertEquals(
        "371886fe6a4e2aa3f5baa17af9e80624b4988443bf6e6d6a8c5f1d644bb80a56",
        HexFormat.of().formatHex(atBob().ownProof()));
    assertArrayEquals(
        atAlice().ownProof(), AccessProof.of(SECRET, true, BINDING, ALICE, BOB), "the dialler's");
  }

  @Test
  void anotherSecretIsRefused() {
    AdmissionProof stranger = new AdmissionProof(OTHER_SECRET, BINDING, ALICE, BOB, true, START);

    assertRefused(shown(atBob(), stranger.ownProof()), "another secret");
  }

  @Test
  void theOwnProofSentBackIsRefused() {
    AdmissionProof bob = atBob();

    assertRefused(shown(bob, bob.ownProof()), "another secret");
  }

  @Test
  void theOwnProofSentBackFromAConnectionTheOtherWayIsRefused() {
    // Mallory lets Bob dial her and shows Bob's proof to Bob on a connection that she opened, if
    // both had the same binding.
    AdmissionProof dialledByBob = new AdmissionProof(SECRET, BINDING, BOB, MALLORY, true, START);
    AdmissionProof diallingBob = new AdmissionProof(SECRET, BINDING, BOB, MALLORY, false, START);

    assertRefused(shown(diallingBob, dialledByBob.ownProof()), "another secret");
  }

  @Test
  void aProofOfAnotherConnectionIsRefused() {
    AdmissionProof before = new AdmissionProof(SECRET, filled(8), ALICE, BOB, true, START);

    assertRefused(shown(atBob(), before.ownProof()), "another secret");
  }

  @Test
  void aProofThatIsPassedOnByAnotherPeerIsRefused() {
    // Both TLS sessions of the one between them, if they had the same binding.
    AdmissionProof toMallory = new AdmissionProof(SECRET, BINDING, ALICE, MALLORY, true, START);
    AdmissionProof atBobFromMallory =
        new AdmissionProof(SECRET, BINDING, BOB, MALLORY, false, START);

    assertRefused(shown(atBobFromMallory, toMallory.ownProof()), "another secret");
    assertRefused(shown(atBob(), toMallory.ownProof()), "another secret");
  }

  @Test
  void aProofOfAnotherLengthIsRefused() {
    byte[] right = atAlice().ownProof();

    assertRefused(shown(atBob(), new byte[0]), "another secret");
    assertRefused(shown(atBob(), Arrays.copyOf(right, 31)), "another secret");
    assertRefused(shown(atBob(), Arrays.copyOf(right, 33)), "another secret");
    assertRefused(shown(atBob(), new byte[32 * 1024]), "another secret");
  }

  @Test
  void afterAWrongProofTheRightOneIsTooLate() {
    AdmissionProof bob = atBob();
    shown(bob, new byte[32]);

    assertRefused(shown(bob, atAlice().ownProof()), "another secret");
  }

  @Test
  void whoIsSilentIsRefusedAtTheDeadline() {
    AdmissionProof bob = atBob();

    assertEquals(new Verdict.Waiting(), bob.tick(START + AdmissionProof.PROOF_MILLIS - 1));
    assertRefused(bob.tick(START + AdmissionProof.PROOF_MILLIS), "did not prove within 5 s");
    assertRefused(shown(bob, atAlice().ownProof()), "did not prove within 5 s");
  }

  @Test
  void whoWasLetInStays() {
    AdmissionProof bob = atBob();
    shown(bob, atAlice().ownProof());

    assertEquals(new Verdict.Admitted(), bob.tick(START + 10 * AdmissionProof.PROOF_MILLIS));
    assertEquals(new Verdict.Admitted(), shown(bob, new byte[32]));
    assertEquals(new Verdict.Admitted(), bob.left());
  }

  @Test
  void whoGoesAwayWithoutAProofIsRefused() {
    assertRefused(atBob().left(), "closed the connection");
  }
}
