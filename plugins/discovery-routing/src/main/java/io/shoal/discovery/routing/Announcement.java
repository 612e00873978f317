package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Multibase;
import io.shoal.api.Multihash;
import io.shoal.api.NodeIdentity;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a node says that it has, signed with its key: the schema `announcement` of the draft
/// IPIP-378. The signature is Ed25519 over [#DOMAIN] and the payload as DAG-JSON.
///
/// @param record the node and its addresses
/// @param contents what it has
/// @param madeAt by the node's clock
/// @param ttl how long it holds
record Announcement(PeerRecord record, List<Multihash> contents, Instant madeAt, Duration ttl) {
  static final String DOMAIN = "PUT /routing/v1 announcement:";

  /// Contents in one: 64 KB of text.
  static final int MAX_CONTENTS = 1_000;

  /// An Ed25519 key as X.509 has it (RFC 8410 §4), before its 32 bytes.
  private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final String BASE64 = "m";

  Announcement {
    contents = List.copyOf(contents);
  }

  /// Writes and signs one.
  static Json signed(
      NodeIdentity identity, PeerRecord record, List<Cid> contents, Instant now, Duration ttl) {
    Map<String, Json> payload = record.fields();
    payload.put("CID", Json.of(contents.stream().map(Cid::toString).toList()));
    payload.put("Scope", Json.of("block"));
    payload.put("Timestamp", Json.of(now.toString()));
    payload.put("TTL", Json.of(ttl.toMillis()));
    Json.Fields fields = new Json.Fields(payload);
    byte[] signature = identity.sign(DOMAIN, fields.written().getBytes(StandardCharsets.UTF_8));
    Map<String, Json> all = new LinkedHashMap<>();
    all.put("Schema", Json.of("announcement"));
    all.put("Payload", fields);
    all.put(
        "Signature",
        Json.of(BASE64 + Base64.getEncoder().withoutPadding().encodeToString(signature)));
    return new Json.Fields(all);
  }

  /// Reads one and verifies its signature.
  ///
  /// @throws MalformedDataException it is none, or not of the peer that it names: why, in one line
  static Announcement read(Json json) throws MalformedDataException {
    if (!(json instanceof Json.Fields all)
        || !all.text("Schema").orElse("").equals("announcement")
        || !(all.get("Payload").orElse(json) instanceof Json.Fields payload)) {
      throw new MalformedDataException("no record of the schema 'announcement'");
    }
    PeerRecord record =
        PeerRecord.from(payload)
            .orElseThrow(() -> new MalformedDataException("its ID is no peer id"));
    verify(record, payload, all.text("Signature").orElse(""));
    List<Json> listed = payload.items("CID");
    if (listed.size() > MAX_CONTENTS) {
      throw new MalformedDataException("it has more than " + MAX_CONTENTS + " CIDs");
    }
    List<Multihash> contents = new ArrayList<>();
    for (Json one : listed) {
      contents.add(cid(one).multihash());
    }
    return new Announcement(
        record, contents, timestamp(payload), Duration.ofMillis(ttlMillis(payload)));
  }

  private static long ttlMillis(Json.Fields payload) throws MalformedDataException {
    Optional<Json> given = payload.get("TTL");
    long ttl = given.isEmpty() ? 0 : payload.number("TTL").orElse(-1L);
    if (ttl < 0) {
      throw new MalformedDataException("its TTL is no number of milliseconds");
    }
    return ttl;
  }

  private static Cid cid(Json json) throws MalformedDataException {
    try {
      return Cid.parse(json instanceof Json.Text(String text) ? text : "");
    } catch (InvalidInputException e) {
      throw new MalformedDataException("a CID in it is none", e);
    }
  }

  private static Instant timestamp(Json.Fields payload) throws MalformedDataException {
    try {
      return Instant.parse(payload.text("Timestamp").orElse(""));
    } catch (DateTimeException e) {
      throw new MalformedDataException("its Timestamp is none of RFC 3339", e);
    }
  }

  private static void verify(PeerRecord record, Json.Fields payload, String signature)
      throws MalformedDataException {
    byte[] key =
        record
            .peer()
            .ed25519PublicKey()
            .orElseThrow(() -> new MalformedDataException("its ID has no Ed25519 key"));
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(publicKey(key));
      ed25519.update(DOMAIN.getBytes(StandardCharsets.US_ASCII));
      ed25519.update(payload.written().getBytes(StandardCharsets.UTF_8));
      if (ed25519.verify(Multibase.decode(signature))) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw new MalformedDataException("its signature cannot be checked", e);
    }
    throw new MalformedDataException("its signature is not by the key of its ID");
  }

  private static PublicKey publicKey(byte[] raw) throws GeneralSecurityException {
    byte[] encoded = new byte[X509_PREFIX.length + raw.length];
    System.arraycopy(X509_PREFIX, 0, encoded, 0, X509_PREFIX.length);
    System.arraycopy(raw, 0, encoded, X509_PREFIX.length, raw.length);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
  }
}
