package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Discovery;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// The contract of [SignedRecords], for discoveries with this ability.
public abstract class SignedRecordsContract extends InspectionContract {
  private static final int KEY_BYTES = 32;

  private final KeyPair keys;
  private final byte[] publicKey;

  SignedRecordsContract() {
    try {
      keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has Ed25519", e);
    }
    byte[] encoded = keys.getPublic().getEncoded();
    publicKey = Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
  }

  /// At least two that are started and know each other.
  abstract List<Discovery> instances();

  /// Whether it claims to have the ability.
  abstract boolean holdsRecords();

  private boolean isAbsent() {
    for (Discovery one : instances()) {
      assertEquals(holdsRecords(), one.signedRecords().isPresent(), "the ability is declared");
    }
    return !holdsRecords();
  }

  private SignedRecords records(int instance) {
    return instances().get(instance).signedRecords().orElseThrow();
  }

  private SignedRecord record(String name, long sequence, String value)
      throws GeneralSecurityException {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(keys.getPrivate());
    signature.update(SignedRecord.signedBytes(name, sequence, bytes));
    return new SignedRecord(publicKey, name, sequence, bytes, signature.sign());
  }

  private SignedRecords.Resolution resolved(int instance, String name) throws Exception {
    SignedRecords.Resolution found = records(instance).resolve(publicKey, name);
    assertTrue(found.answered() > 0, "other parties answer");
    assertTrue(found.holders() <= found.answered(), "those that hold it have answered");
    return found;
  }

  /// [SignedRecords#resolve] of another instance finds the newest record that was published, and
  /// none under a name that has none. Not for a discovery without the ability.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void theNewestRecordIsResolvedElsewhere() throws Exception {
    if (isAbsent()) {
      return;
    }
    SignedRecord first = record("new", 1, "5:first");
    SignedRecord second = record("new", 2, "6:second");
    assertTrue(records(0).publish(first) > 0, "another party takes it");
    assertEquals(Optional.of(first), resolved(1, "new").record());
    assertTrue(records(0).publish(second, 1) > 0, "another party takes it");
    SignedRecords.Resolution found = resolved(1, "new");
    assertEquals(Optional.of(second), found.record());
    assertTrue(found.holders() > 0, "another party holds what is found");
    assertArrayEquals(second.value(), found.record().orElseThrow().value());
    assertEquals(Optional.empty(), resolved(1, "other name").record());
  }

  /// [SignedRecords#publish] throws a [UserFaultException] if others hold a record of a higher
  /// sequence number, of the same one with another value, or not of the one to replace. Not for a
  /// discovery without the ability.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void aLatePublicationIsAConflict() throws Exception {
    if (isAbsent()) {
      return;
    }
    assertTrue(records(0).publish(record("late", 5, "4:five")) > 0, "another party takes it");
    for (SignedRecord late : List.of(record("late", 4, "4:four"), record("late", 5, "4:FIVE"))) {
      assertThrows(UserFaultException.class, () -> records(1).publish(late));
    }
    SignedRecord later = record("late", 7, "5:seven");
    assertThrows(UserFaultException.class, () -> records(1).publish(later, 6));
    assertTrue(records(1).publish(later, 5) > 0, "another party takes it");
  }

  /// A name of 65 bytes, a value of 1,001, one that is not bencoded, a negative sequence number, a
  /// key of 31 bytes and a wrong signature are each refused with a [UserFaultException], and no
  /// other instance then holds the record. Not for a discovery without the ability.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void invalidRecordsAreRefused() throws Exception {
    if (isAbsent()) {
      return;
    }
    SignedRecord valid = record("valid", 5, "4:five");
    String tooLarge = "997:" + "x".repeat(997);
    for (SignedRecord invalid :
        List.of(
            record("n".repeat(SignedRecords.MAX_NAME_SIZE_BYTES + 1), 5, "4:five"),
            record("valid", 5, tooLarge),
            record("valid", 5, "five"),
            record("valid", 5, "4:fivefive"),
            record("valid", -1, "4:five"),
            new SignedRecord(new byte[31], "valid", 5, valid.value(), valid.signature()),
            new SignedRecord(publicKey, "valid", 5, valid.value(), new byte[64]),
            new SignedRecord(publicKey, "valid", 6, valid.value(), valid.signature()),
            new SignedRecord(publicKey, "other", 5, valid.value(), valid.signature()))) {
      assertThrows(UserFaultException.class, () -> records(0).publish(invalid), invalid::toString);
    }
    assertEquals(Optional.empty(), resolved(1, "valid").record());
    assertThrows(UserFaultException.class, () -> records(0).resolve(new byte[31], "valid"));
  }

  /// After the discovery was closed, [SignedRecords#publish] and [SignedRecords#resolve] throw an
  /// [IllegalStateException] or a [ShoalException]. Not for a discovery without the ability.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void recordsOfAClosedDiscoveryFail() throws Exception {
    if (isAbsent()) {
      return;
    }
    SignedRecord record = record("late", 9, "4:nine");
    SignedRecords closed = records(1);
    instances().get(1).close();
    assertLate(() -> closed.publish(record));
    assertLate(() -> closed.publish(record, 8));
    assertLate(() -> closed.resolve(publicKey, "late"));
  }

  private static void assertLate(Executable call) {
    Throwable late = assertThrows(Throwable.class, call, "a call after close does not fail");
    assertTrue(
        late instanceof IllegalStateException || late instanceof ShoalException,
        () -> "after close it throws " + late);
  }
}
