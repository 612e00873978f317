package io.shoal.runtime.plugin.node;

import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.Discovery;
import io.shoal.api.NodeAccess;
import io.shoal.api.PeerAddress;
import io.shoal.api.RefusedException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.Upload;
import io.shoal.runtime.content.OpenContents;
import io.shoal.runtime.discovery.ProviderQueries;
import io.shoal.runtime.serving.ForeignUploads;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The node for its plugins, which have it before the node is ready: calls that come early wait.
/// Usable from any thread.
public final class NodeHandle implements NodeAccess, AutoCloseable {
  /// Long enough for a node that starts, and short enough for a plugin that calls from `start`,
  /// where the node waits for it: its own deadline is 30 s.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Pins and releases roots.
  public interface Pins {
    /// See [NodeAccess#pin].
    void pin(Cid root) throws ShoalException, IOException, InterruptedException;

    /// See [NodeAccess#unpin].
    void unpin(Cid root) throws ShoalException, IOException, InterruptedException;
  }

  /// The parts of the node that plugins reach.
  ///
  /// @param roots those that may be given to others
  public record Parts(
      Supplier<List<Cid>> roots,
      OpenContents contents,
      ForeignUploads uploads,
      ProviderQueries providers,
      Pins pins) {}

  private final Duration patience;

  /// Zero once the node is ready, or will never be.
  private final CountDownLatch starting = new CountDownLatch(1);

  private volatile Optional<Parts> parts = Optional.empty();
  private volatile boolean closed;

  public NodeHandle() {
    this(PATIENCE);
  }

  NodeHandle(Duration patience) {
    this.patience = patience;
  }

  /// The node is ready.
  public void ready(Parts node) {
    parts = Optional.of(node);
    starting.countDown();
  }

  private Parts node() throws RetryableException, InterruptedException {
    boolean begun = starting.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (closed) {
      throw new IllegalStateException("the node is closed");
    }
    if (!begun) {
      throw new RetryableException(
          "the node is still starting: a plugin uses it once its start has returned");
    }
    return parts.orElseThrow();
  }

  @Override
  public List<Cid> roots() throws RetryableException, InterruptedException {
    return node().roots().get();
  }

  @Override
  public Optional<Content> open(Cid root, String path)
      throws ShoalException, IOException, InterruptedException {
    return node().contents().open(root, path);
  }

  @Override
  public Upload upload(PeerAddress to)
      throws RefusedException, RetryableException, InterruptedException {
    return node().uploads().upload(to);
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, Discovery.ProviderSink sink)
      throws ShoalException, InterruptedException {
    node().providers().find(cid, schemes, sink);
  }

  @Override
  public void pin(Cid root) throws ShoalException, IOException, InterruptedException {
    node().pins().pin(root);
  }

  @Override
  public void unpin(Cid root) throws ShoalException, IOException, InterruptedException {
    node().pins().unpin(root);
  }

  /// Refuses calls from now on, and closes all contents.
  @Override
  public void close() {
    closed = true;
    starting.countDown();
    parts.ifPresent(node -> node.contents().close());
  }
}
