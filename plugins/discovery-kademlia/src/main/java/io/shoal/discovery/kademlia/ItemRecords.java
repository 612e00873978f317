package io.shoal.discovery.kademlia;

import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import io.shoal.discovery.kademlia.bencode.BencodeDecoder;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.bencode.MalformedBencodeException;
import io.shoal.discovery.kademlia.item.Ed25519;
import io.shoal.discovery.kademlia.item.ItemClient;
import io.shoal.discovery.kademlia.item.ItemGet;
import io.shoal.discovery.kademlia.item.ItemName;
import io.shoal.discovery.kademlia.krpc.Item;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/// Signed records as mutable items of the DHT (BEP 44): the name is the salt.
final class ItemRecords implements SignedRecords {
  private final BlockingCalls calls;

  ItemRecords(BlockingCalls calls) {
    this.calls = calls;
  }

  @Override
  public int publish(SignedRecord record) throws ShoalException, InterruptedException {
    return publish(record, OptionalLong.empty());
  }

  @Override
  public int publish(SignedRecord record, long replaces)
      throws ShoalException, InterruptedException {
    return publish(record, OptionalLong.of(replaces));
  }

  private int publish(SignedRecord record, OptionalLong replaces)
      throws ShoalException, InterruptedException {
    return switch (calls.put(item(record), replaces)) {
      case ItemClient.PutEnd.Stored(int nodes) -> nodes;
      case ItemClient.PutEnd.Conflict(OptionalLong sequence) -> throw conflict(record, sequence);
      case ItemClient.PutEnd.NobodyAnswered() -> throw BlockingCalls.noAnswer();
    };
  }

  private static UserFaultException conflict(SignedRecord record, OptionalLong sequence) {
    String theirs =
        sequence.isPresent() ? "with the sequence number " + sequence.getAsLong() : "that is newer";
    return new UserFaultException(
        "record '%s' with the sequence number %d: other nodes hold one %s: resolve it, and publish with a higher number"
            .formatted(record.name(), record.sequence(), theirs));
  }

  private static Item.Mutable item(SignedRecord record) throws UserFaultException {
    ItemName.OfKey name = name(record.publicKey(), record.name());
    check(record.sequence() >= 0, record.name(), "its sequence number is negative");
    check(
        record.value().length <= MAX_VALUE_SIZE_BYTES,
        record.name(),
        "its value has %d bytes, more than %d"
            .formatted(record.value().length, MAX_VALUE_SIZE_BYTES));
    check(isCanonical(record.value()), record.name(), "its value is not one bencoded value");
    check(
        record.signature().length == Item.SIGNATURE_BYTES,
        record.name(),
        "its signature must have " + Item.SIGNATURE_BYTES + " bytes");
    Item.Mutable item =
        new Item.Mutable(
            name.key(),
            name.salt(),
            record.sequence(),
            Bytes.of(record.value()),
            Bytes.of(record.signature()));
    check(
        Ed25519.verifies(item.key(), item.signedBytes(), item.signature()),
        record.name(),
        "its signature is not that of its key over name, sequence number and value");
    return item;
  }

  private static ItemName.OfKey name(byte[] publicKey, String name) throws UserFaultException {
    Bytes salt = Bytes.of(name.getBytes(StandardCharsets.UTF_8));
    check(
        salt.length() <= MAX_NAME_SIZE_BYTES,
        name,
        "its name has more than " + MAX_NAME_SIZE_BYTES + " bytes");
    check(
        publicKey.length == Item.KEY_BYTES, name, "its key must have " + Item.KEY_BYTES + " bytes");
    return new ItemName.OfKey(Bytes.of(publicKey), salt);
  }

  private static void check(boolean valid, String name, String fault) throws UserFaultException {
    if (!valid) {
      throw new UserFaultException("record '" + name + "' is invalid: " + fault);
    }
  }

  private static boolean isCanonical(byte[] value) {
    try {
      BencodeDecoder.strict(value);
      return true;
    } catch (MalformedBencodeException e) {
      return false;
    }
  }

  @Override
  public Resolution resolve(byte[] publicKey, String name)
      throws ShoalException, InterruptedException {
    ItemGet.Outcome outcome = calls.get(name(publicKey, name));
    Optional<SignedRecord> record =
        outcome
            .item()
            .map(
                item ->
                    switch (item) {
                      case Item.Mutable found -> record(found, name);
                      case Item.Immutable _ ->
                          throw new AssertionError("a key names mutable items only");
                    });
    return new Resolution(record, outcome.answered(), outcome.holders());
  }

  private static SignedRecord record(Item.Mutable item, String name) {
    return new SignedRecord(
        item.key().toArray(),
        name,
        item.sequence(),
        item.value().toArray(),
        item.signature().toArray());
  }
}
