package io.shoal.runtime.naming;

import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.identity.HostKeySignature;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Signs records and checks their signatures.
public final class RecordSignature {
  private static final int KEY_BYTES = 32;

  /// The order of Ed25519's group (RFC 8032 §5.1).
  private static final BigInteger ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  private RecordSignature() {}

  public static SignedRecord sign(HostKey key, String name, long sequence, byte[] value) {
    return new SignedRecord(
        key.publicKey(),
        name,
        sequence,
        value,
        key.sign(SignedRecord.signedBytes(name, sequence, value)));
  }

  /// Whether a record is one of this key and name, within bounds, and signed by the key.
  static boolean valid(SignedRecord record, byte[] key, String name) {
    return Arrays.equals(record.publicKey(), key)
        && record.name().equals(name)
        && record.sequence() >= 0
        && record.value().length <= SignedRecords.MAX_VALUE_SIZE_BYTES
        && name.getBytes(StandardCharsets.UTF_8).length <= SignedRecords.MAX_NAME_SIZE_BYTES
        && key.length == KEY_BYTES
        && record.signature().length == HostKey.SIGNATURE_SIZE_BYTES
        && canonical(record.signature())
        && HostKeySignature.verifiesEd25519(
            key,
            SignedRecord.signedBytes(name, record.sequence(), record.value()),
            record.signature());
  }

  /// Whether the second half is below the group's order. Adding the order gives another signature
  /// of the same message that lax verifiers take: one record must not have two forms.
  private static boolean canonical(byte[] signature) {
    byte[] bigEndian = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) {
      bigEndian[i] = signature[signature.length - 1 - i];
    }
    return new BigInteger(1, bigEndian).compareTo(ORDER) < 0;
  }

  /// Whether two records are the same, in every byte.
  public static boolean same(SignedRecord one, SignedRecord other) {
    return Arrays.equals(one.publicKey(), other.publicKey())
        && one.name().equals(other.name())
        && one.sequence() == other.sequence()
        && Arrays.equals(one.value(), other.value());
  }
}
