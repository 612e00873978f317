package io.shoal.discovery.kademlia.bencode;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A bencoded value (BEP 3). [#encode] is canonical: sorted keys, no leading zeros.
public sealed interface Bencode {

  /// An integer of any size that [BencodeDecoder] lets through.
  record Whole(BigInteger value) implements Bencode {}

  /// A byte string.
  record Text(Bytes value) implements Bencode {}

  /// A list.
  record Sequence(List<Bencode> items) implements Bencode {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /// A dictionary, its keys in order.
  ///
  /// @param entries taken over: the caller must not change them any more
  record Dictionary(SortedMap<Bytes, Bencode> entries) implements Bencode {
    public Dictionary {
      entries = Collections.unmodifiableSortedMap(entries);
    }

    public Optional<Bencode> get(String key) {
      return Optional.ofNullable(entries.get(Bytes.ofText(key)));
    }

    public Optional<Bytes> text(String key) {
      return get(key).flatMap(v -> v instanceof Text t ? Optional.of(t.value()) : Optional.empty());
    }

    /// The integer under `key`, if it is one and fits into 64 bits.
    public Optional<Long> whole(String key) {
      return get(key)
          .flatMap(
              v ->
                  v instanceof Whole w && w.value().bitLength() < Long.SIZE
                      ? Optional.of(w.value().longValue())
                      : Optional.empty());
    }

    public Optional<Dictionary> dictionary(String key) {
      return get(key).flatMap(v -> v instanceof Dictionary d ? Optional.of(d) : Optional.empty());
    }

    public Optional<Sequence> sequence(String key) {
      return get(key).flatMap(v -> v instanceof Sequence s ? Optional.of(s) : Optional.empty());
    }
  }

  static Bencode of(long value) {
    return new Whole(BigInteger.valueOf(value));
  }

  static Bencode of(Bytes value) {
    return new Text(value);
  }

  static Bencode of(String text) {
    return new Text(Bytes.ofText(text));
  }

  /// Collects the entries of a dictionary in any order.
  final class DictionaryBuilder {
    private final SortedMap<Bytes, Bencode> entries = new TreeMap<>();

    public DictionaryBuilder put(String key, Bencode value) {
      entries.put(Bytes.ofText(key), value);
      return this;
    }

    public DictionaryBuilder put(String key, Bytes value) {
      return put(key, of(value));
    }

    public Dictionary build() {
      return new Dictionary(new TreeMap<>(entries));
    }
  }

  /// The canonical encoding.
  default byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    write(this, out);
    return out.toByteArray();
  }

  private static void write(Bencode value, ByteArrayOutputStream out) {
    switch (value) {
      case Whole whole -> ascii("i" + whole.value() + "e", out);
      case Text text -> write(text.value(), out);
      case Sequence sequence -> {
        out.write('l');
        sequence.items().forEach(item -> write(item, out));
        out.write('e');
      }
      case Dictionary dictionary -> {
        out.write('d');
        for (Map.Entry<Bytes, Bencode> entry : dictionary.entries().entrySet()) {
          write(entry.getKey(), out);
          write(entry.getValue(), out);
        }
        out.write('e');
      }
    }
  }

  private static void write(Bytes text, ByteArrayOutputStream out) {
    ascii(text.length() + ":", out);
    out.writeBytes(text.toArray());
  }

  private static void ascii(String text, ByteArrayOutputStream out) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
