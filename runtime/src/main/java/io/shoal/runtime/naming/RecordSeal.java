package io.shoal.runtime.naming;

import io.shoal.api.Cid;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.SwarmSecret;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.identity.HostKey;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The form in which other nodes hold signed records. A record in this program has the name and the
/// value that its owner chose; its signature is over the form that others hold, since they check
/// it. So that form follows from the record and nothing else: a node that resolved a record can
/// give it to others again without its key. Usable from any thread.
public sealed interface RecordSeal permits RecordSeal.None, KeyedRecords {

  /// As the owner wrote it: anyone who knows key and name can find and read it.
  record None() implements RecordSeal {
    @Override
    public String salt(byte[] publicKey, String name) {
      return name;
    }

    @Override
    public byte[] sealed(byte[] publicKey, String name, long sequence, byte[] value) {
      return value;
    }

    @Override
    public Optional<byte[]> opened(byte[] publicKey, String name, long sequence, byte[] sealed) {
      return Optional.of(sealed);
    }

    @Override
    public int maxValueBytes() {
      return SignedRecords.MAX_VALUE_SIZE_BYTES;
    }

    @Override
    public HostKey aboutKey(Cid root) {
      var digest = Sha256.begin();
      digest.update("shoal/1/about/".getBytes(StandardCharsets.US_ASCII));
      return HostKey.ofSeed(digest.digest(root.toV1().toBytes()));
    }

    @Override
    public String folder() {
      return "names";
    }
  }

  /// @param secret of the private swarm that the node is a member of
  static RecordSeal of(Optional<SwarmSecret> secret) {
    return secret.<RecordSeal>map(KeyedRecords::new).orElseGet(None::new);
  }

  /// The name under which others hold a record.
  String salt(byte[] publicKey, String name);

  /// The value that others hold. The same content gives the same bytes.
  byte[] sealed(byte[] publicKey, String name, long sequence, byte[] value);

  /// The value that a sealed one stands for; empty if it was not sealed as [#sealed] does it.
  Optional<byte[]> opened(byte[] publicKey, String name, long sequence, byte[] sealed);

  /// The longest value whose sealed form fits into a record.
  int maxValueBytes();

  /// The key pair under which every member of the swarm who knows a root can describe it and ask
  /// for its description. It is not secret.
  HostKey aboutKey(Cid root);

  /// The name of the folder for records: a record that was published in one swarm must not be given
  /// to another.
  String folder();

  /// Signs the form that others will hold.
  default SignedRecord sign(HostKey key, String name, long sequence, byte[] value) {
    byte[] publicKey = key.publicKey();
    SignedRecord held =
        RecordSignature.sign(
            key, salt(publicKey, name), sequence, sealed(publicKey, name, sequence, value));
    return new SignedRecord(publicKey, name, sequence, value, held.signature());
  }

  /// A record as others hold it.
  default SignedRecord held(SignedRecord record) {
    byte[] key = record.publicKey();
    return new SignedRecord(
        key,
        salt(key, record.name()),
        record.sequence(),
        sealed(key, record.name(), record.sequence(), record.value()),
        record.signature());
  }

  /// The record in the form that others hold; empty if it is not of this key and name, not signed
  /// by the key, or not sealed.
  default Optional<SignedRecord> read(SignedRecord held, byte[] key, String name) {
    return RecordSignature.valid(held, key, salt(key, name))
        ? opened(key, name, held.sequence(), held.value())
            .map(value -> new SignedRecord(key, name, held.sequence(), value, held.signature()))
        : Optional.empty();
  }

  /// Whether the form of a record that others hold is signed by its key.
  default boolean valid(SignedRecord record) {
    return record.value().length <= maxValueBytes()
        && RecordSignature.valid(
            held(record), record.publicKey(), salt(record.publicKey(), record.name()));
  }
}
