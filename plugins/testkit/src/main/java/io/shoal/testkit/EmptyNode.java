package io.shoal.testkit;

import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.Discovery;
import io.shoal.api.NodeAccess;
import io.shoal.api.PeerAddress;
import io.shoal.api.RetryableException;
import io.shoal.api.Upload;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// A node that has nothing and finds nobody. Usable from any thread.
final class EmptyNode implements NodeAccess {

  @Override
  public List<Cid> roots() {
    return List.of();
  }

  @Override
  public Optional<Content> open(Cid root, String path) {
    return Optional.empty();
  }

  @Override
  public Upload upload(PeerAddress to) {
    AtomicBoolean closed = new AtomicBoolean();
    return new Upload() {
      @Override
      public int permit(int wantedBytes) {
        if (closed.get()) {
          throw new IllegalStateException("the upload is closed");
        }
        return wantedBytes;
      }

      @Override
      public void close() {
        closed.set(true);
      }
    };
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, Discovery.ProviderSink sink) {}

  @Override
  public void pin(Cid root) throws RetryableException {
    throw new RetryableException(root + " is not found: this node knows nobody");
  }

  @Override
  public void unpin(Cid root) {}
}
