package io.shoal.runtime.store;

import io.shoal.api.Cid;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The chunks whose bytes this process has hashed and found right, so that it need not do so at
/// every upload. Remembers a fingerprint of each: two chunks with one fingerprint would only spare
/// one check, and the receiver checks anyway. Usable from any thread.
public final class VerifiedChunks {
  /// Beyond this it starts anew: 16 MB of heap for 256 GiB of content.
  private static final int MAX_REMEMBERED = 1 << 18;

  private final Set<Long> fingerprints = ConcurrentHashMap.newKeySet();

  public void add(Cid cid) {
    if (fingerprints.size() >= MAX_REMEMBERED) {
      fingerprints.clear();
    }
    fingerprints.add(fingerprint(cid));
  }

  public void remove(Cid cid) {
    fingerprints.remove(fingerprint(cid));
  }

  boolean contains(Cid cid) {
    return fingerprints.contains(fingerprint(cid));
  }

  private static long fingerprint(Cid cid) {
    byte[] digest = cid.multihash().digest();
    long value = cid.multihashCode();
    for (int i = 0; i < Math.min(8, digest.length); i++) {
      value = value << 8 ^ digest[digest.length - 1 - i] & 0xff;
    }
    return value;
  }
}
