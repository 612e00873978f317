package io.shoal.runtime.plugin.border;

import io.shoal.api.ConfigKey;
import io.shoal.api.Extension;
import io.shoal.api.Inspection;
import io.shoal.api.PluginContext;
import io.shoal.api.ShoalException;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// A verifier behind the border.
final class GuardedVerifier implements Verifier, Guarded {
  private final Verifier verifier;
  private final PluginCalls calls;

  GuardedVerifier(Verifier verifier, PluginCalls calls) {
    this.verifier = verifier;
    this.calls = calls;
  }

  @Override
  public void start(PluginContext context) throws ShoalException, InterruptedException {
    verifier.start(context);
  }

  @Override
  public long multihashCode() {
    return calls.plain("multihashCode", verifier::multihashCode);
  }

  @Override
  public String name() {
    return calls.plain("name", verifier::name);
  }

  @Override
  public int digestSizeBytes() {
    return calls.plain("digestSizeBytes", verifier::digestSizeBytes);
  }

  @Override
  public Digest begin() {
    Digest digest = calls.plain("begin", verifier::begin);
    return new Digest() {
      @Override
      public void update(ByteBuffer bytes) {
        calls.plain(
            "Digest.update",
            () -> {
              digest.update(bytes);
              return true;
            });
      }

      @Override
      public byte[] finish() {
        return calls.plain("Digest.finish", digest::finish);
      }
    };
  }

  @Override
  public void close() {
    verifier.close();
  }

  @Override
  public List<ConfigKey> configuration() {
    return calls.plain("configuration", verifier::configuration);
  }

  @Override
  public Optional<Inspection> inspection() {
    return calls.plain("inspection", verifier::inspection);
  }

  @Override
  public Extension inside() {
    return verifier;
  }

  @Override
  public String toString() {
    return calls.plain("toString", verifier::toString);
  }
}
