package io.shoal.api;

import java.nio.ByteBuffer;

/// One hash function, by which chunks are named and checked.
///
/// The node uses one verifier for new content and every installed one for checking. Two that claim one multihash code
/// are refused at start.
public non-sealed interface Verifier extends Extension {

  /// The code of this function in the multicodec table: `0x12` for SHA-256.
  long multihashCode();

  /// The multicodec name, which the configuration and messages use: `sha2-256`.
  String name();

  /// The length of a digest in bytes, 20 to 64. Multihashes of this code with another length are refused.
  int digestSizeBytes();

  /// Begins a digest. Never blocks; called from any thread and very often.
  Digest begin();

  /// A digest that is being computed, confined to one thread.
  interface Digest {

    /// Takes all remaining bytes of `bytes` in; its position ends at its limit. The buffer may be direct or on the heap, read-only or not; it stays the
    /// caller's and is not referred to afterwards.
    void update(ByteBuffer bytes);

    /// The digest of all that was taken in, [Verifier#digestSizeBytes] long; afterwards this object is as new and may be used again.
    byte[] finish();
  }
}
