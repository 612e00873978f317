package io.shoal.storage.s3;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Multihash;
import java.util.Optional;

/// Names the objects of a bucket.
///
/// @param prefix what all names begin with: empty, or folders with a `/` at the end
record ObjectKeys(String prefix) {

  /// What the names of all chunks begin with.
  String chunks() {
    return prefix + "chunks/";
  }

  /// What the names of all corrupt chunks begin with.
  String quarantine() {
    return prefix + "quarantine/";
  }

  /// The name of a chunk; codec and version make no difference.
  String of(Multihash chunk) {
    return chunks() + Cid.of(Cid.RAW, chunk);
  }

  /// The name of a corrupt copy: each content has one, so that none comes twice.
  String quarantined(Multihash chunk, String etag) {
    return quarantine() + Cid.of(Cid.RAW, chunk) + "-" + etag.replaceAll("[^A-Za-z0-9]", "");
  }

  /// The chunk of a name; empty for objects that others put there.
  Optional<Cid> chunk(String key) {
    if (!key.startsWith(chunks())) {
      return Optional.empty();
    }
    String name = key.substring(chunks().length());
    try {
      Cid cid = Cid.parse(name);
      boolean own = !cid.isIdentity() && cid.codec() == Cid.RAW && cid.toString().equals(name);
      return own ? Optional.of(cid) : Optional.empty();
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }
}
