package io.shoal.runtime.plugin.border;

import io.shoal.api.Verifier;
import java.nio.ByteBuffer;

/// A verifier behind the border.
final class GuardedVerifier extends GuardedExtension<Verifier> implements Verifier {
  GuardedVerifier(Verifier verifier, PluginCalls calls) {
    super(verifier, calls);
  }

  @Override
  public long multihashCode() {
    return calls.plain("multihashCode", inside::multihashCode);
  }

  @Override
  public String name() {
    return calls.plain("name", inside::name);
  }

  @Override
  public int digestSizeBytes() {
    return calls.plain("digestSizeBytes", inside::digestSizeBytes);
  }

  @Override
  public Digest begin() {
    Digest digest = calls.plain("begin", inside::begin);
    return new Digest() {
      @Override
      public void update(ByteBuffer bytes) {
        calls.plainly("Digest.update", () -> digest.update(bytes));
      }

      @Override
      public byte[] finish() {
        return calls.plain("Digest.finish", digest::finish);
      }
    };
  }
}
