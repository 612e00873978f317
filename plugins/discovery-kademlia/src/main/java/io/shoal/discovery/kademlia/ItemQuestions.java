package io.shoal.discovery.kademlia;

import io.shoal.api.Inspection.AnswerSink;
import io.shoal.api.Inspection.Question;
import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.discovery.kademlia.bencode.BencodeDecoder;
import io.shoal.discovery.kademlia.bencode.BencodeWriter;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.bencode.MalformedBencodeException;
import io.shoal.discovery.kademlia.item.Ed25519;
import io.shoal.discovery.kademlia.item.ItemClient;
import io.shoal.discovery.kademlia.item.ItemGet;
import io.shoal.discovery.kademlia.item.ItemName;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The questions of `shoal dht` about items (BEP 44). Usable from any thread.
final class ItemQuestions {
  static final Question GET =
      new Question(
          "get",
          "TARGET | KEY [SALT]",
          "read an item: by its hash (40 hex digits), or the newest of a key (64)");
  static final Question PUT = new Question("put", "TEXT", "store a text under its own hash");
  static final Question PUT_SIGNED =
      new Question(
          "put-signed",
          "KEY SALT SEQUENCE VALUE SIGNATURE",
          "store an item that was signed elsewhere; VALUE bencoded, in hex like key and signature");

  private final BlockingCalls calls;

  ItemQuestions(BlockingCalls calls) {
    this.calls = calls;
  }

  void get(List<String> arguments, AnswerSink sink) throws ShoalException, InterruptedException {
    ItemGet.Outcome found = calls.get(name(arguments));
    sink.columns(List.of("text", "value", "key", "sequence", "signature", "holders", "answered"));
    if (found.item().isEmpty()) {
      return;
    }
    Item item = found.item().get();
    sink.row(
        List.of(
            text(item.value()).orElse(""),
            item.value().toString(),
            item instanceof Item.Mutable mutable ? mutable.key().toString() : "",
            item instanceof Item.Mutable mutable ? Long.toString(mutable.sequence()) : "",
            item instanceof Item.Mutable mutable ? mutable.signature().toString() : "",
            Integer.toString(found.holders()),
            Integer.toString(found.answered())));
  }

  private static ItemName name(List<String> arguments) throws InvalidInputException {
    String text = arguments.getFirst();
    if (text.length() == 2 * NodeId.SIZE_BYTES && arguments.size() == 1) {
      return new ItemName.OfValue(NodeId.of(hex("TARGET", text).toArray(), 0));
    }
    return new ItemName.OfKey(key(text), salt(arguments.size() > 1 ? arguments.get(1) : ""));
  }

  void put(List<String> arguments, AnswerSink sink) throws ShoalException, InterruptedException {
    Bytes value = Bytes.of(new BencodeWriter().text(arguments.getFirst()).toArray());
    store(new Item.Immutable(value), sink);
  }

  void putSigned(List<String> arguments, AnswerSink sink)
      throws ShoalException, InterruptedException {
    Item.Mutable item =
        new Item.Mutable(
            key(arguments.get(0)),
            salt(arguments.get(1)),
            sequence(arguments.get(2)),
            value(arguments.get(3)),
            hex("SIGNATURE", arguments.get(4)));
    if (item.signature().length() != Item.SIGNATURE_BYTES
        || !Ed25519.verifies(item.key(), item.signedBytes(), item.signature())) {
      throw new InvalidInputException(
          "the signature is not that of the key over salt, sequence number and value: sign"
              + " these bytes (BEP 44)");
    }
    store(item, sink);
  }

  private void store(Item item, AnswerSink sink) throws ShoalException, InterruptedException {
    if (item.value().length() > Item.MAX_VALUE_BYTES) {
      throw new InvalidInputException(
          "the value has %d bytes bencoded: an item has at most %d"
              .formatted(item.value().length(), Item.MAX_VALUE_BYTES));
    }
    switch (calls.put(item, OptionalLong.empty())) {
      case ItemClient.PutEnd.Stored(int nodes) -> {
        sink.columns(List.of("target", "nodes"));
        sink.row(List.of(item.target().toString(), Integer.toString(nodes)));
      }
      case ItemClient.PutEnd.Conflict(OptionalLong sequence) ->
          throw new UserFaultException(
              "other nodes hold a newer item%s: get it, and sign one with a higher sequence number"
                  .formatted(
                      sequence.isPresent() ? " (sequence " + sequence.getAsLong() + ")" : ""));
      case ItemClient.PutEnd.NobodyAnswered() -> throw BlockingCalls.noAnswer();
    }
  }

  private static Bytes key(String text) throws InvalidInputException {
    Bytes key = hex("KEY", text);
    if (key.length() != Item.KEY_BYTES) {
      throw new InvalidInputException(
          "'%s' is neither a hash of %d hex digits nor a key of %d"
              .formatted(text, 2 * NodeId.SIZE_BYTES, 2 * Item.KEY_BYTES));
    }
    return key;
  }

  private static Bytes salt(String text) throws InvalidInputException {
    Bytes salt = Bytes.ofText(text);
    if (salt.length() > Item.MAX_SALT_BYTES) {
      throw new InvalidInputException(
          "the salt has %d bytes: at most %d are allowed"
              .formatted(salt.length(), Item.MAX_SALT_BYTES));
    }
    return salt;
  }

  private static long sequence(String text) throws InvalidInputException {
    if (!text.matches("[0-9]{1,18}")) {
      throw new InvalidInputException(
          "'" + text + "' is not a sequence number: give a whole number");
    }
    return Long.parseLong(text);
  }

  private static Bytes value(String text) throws InvalidInputException {
    Bytes value = hex("VALUE", text);
    try {
      BencodeDecoder.strict(value.toArray());
      return value;
    } catch (MalformedBencodeException e) {
      throw new InvalidInputException(
          "VALUE is not one bencoded value (" + e.getMessage() + "): encode it first", e);
    }
  }

  private static Bytes hex(String what, String text) throws InvalidInputException {
    try {
      return Bytes.of(HexFormat.of().parseHex(text));
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          what + " '" + text + "' is not hex digits, two for a byte", e);
    }
  }

  /// The text of a value that is a string of UTF-8.
  private static Optional<String> text(Bytes value) {
    byte[] bytes = value.toArray();
    int colon = 0;
    while (colon < bytes.length && bytes[colon] >= '0' && bytes[colon] <= '9') {
      colon++;
    }
    if (colon == 0 || colon == bytes.length || bytes[colon] != ':') {
      return Optional.empty();
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, colon + 1, bytes.length - colon - 1))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
