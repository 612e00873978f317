package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.RemotePeer;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// A connection behind the border. A plugin that breaks the contract in a call for it loses the
/// connection: what it says next cannot be relied on.
final class GuardedConnection implements PeerConnection {
  private final PeerConnection connection;
  private final PluginCalls calls;
  private final RemotePeer remote;
  private final AtomicBoolean failed = new AtomicBoolean();

  GuardedConnection(PeerConnection connection, PluginCalls calls) {
    this.connection = connection;
    this.calls = calls;
    this.remote = calls.plain("PeerConnection.remote", connection::remote);
  }

  @Override
  public RemotePeer remote() {
    return remote;
  }

  @Override
  public Optional<byte[]> channelBinding() {
    return calls.orElse(
        "PeerConnection.channelBinding", Optional.empty(), connection::channelBinding);
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    return new Body(ask("PeerConnection.fetch", () -> connection.fetch(request)));
  }

  @Override
  public Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException {
    Watch watch = ask("PeerConnection.watch", () -> connection.watch(root, listener));
    return () -> quietly("Watch.close", watch::close);
  }

  @Override
  public void send(int type, ByteBuffer bytes)
      throws PeerUnreachableException, InterruptedException {
    PluginCalls.Command<PeerUnreachableException, InterruptedException> command =
        () -> connection.send(type, bytes);
    try {
      var _ = calls.run("PeerConnection.send", CallLimit.ONE_EXCHANGE, command.asCall());
    } catch (PluginFailedException e) {
      throw gone("PeerConnection.send", e);
    }
  }

  private <T> T ask(
      String method, PluginCalls.Call<T, PeerUnreachableException, PeerUnreachableException> call)
      throws PeerUnreachableException {
    try {
      return calls.run(method, CallLimit.ONE_EXCHANGE, call);
    } catch (PluginFailedException e) {
      throw gone(method, e);
    }
  }

  private PeerUnreachableException gone(String method, PluginFailedException failure) {
    failed(method, failure);
    return new PeerUnreachableException(
        "the connection to " + remote.address() + " is closed: " + failure.getMessage(), failure);
  }

  private void failed(String method, PluginFailedException failure) {
    calls.warn(method, failure);
    if (failed.compareAndSet(false, true)) {
      quietly("PeerConnection.close", connection::close);
    }
  }

  private void quietly(
      String method, PluginCalls.Command<RuntimeException, RuntimeException> command) {
    if (!calls.isClosed()) {
      var _ = calls.orElse(method, false, command.asCall());
    }
  }

  @Override
  public boolean isOpen() {
    return !failed.get()
        && !calls.isClosed()
        && calls.orElse("PeerConnection.isOpen", false, connection::isOpen);
  }

  @Override
  public Optional<String> fault() {
    return calls.isClosed()
        ? Optional.empty()
        : calls.orElse("PeerConnection.fault", Optional.empty(), connection::fault);
  }

  @Override
  public void close() {
    quietly("PeerConnection.close", connection::close);
  }

  @Override
  public void close(Reason reason) {
    quietly("PeerConnection.close", () -> connection.close(reason));
  }

  @Override
  public String toString() {
    return "connection of plugin " + calls.pluginId() + " to " + remote.address();
  }

  /// The bytes of a chunk from this connection.
  private final class Body implements ChunkBody {
    private final ChunkBody body;

    Body(ChunkBody body) {
      this.body = body;
    }

    @Override
    public int awaitSize() throws RefusedException, InterruptedException {
      PluginCalls.Call<Integer, RefusedException, InterruptedException> call = body::awaitSize;
      return receive("ChunkBody.awaitSize", call);
    }

    @Override
    public int read(ByteBuffer into) throws RefusedException, InterruptedException {
      PluginCalls.Call<Integer, RefusedException, InterruptedException> call =
          () -> body.read(into);
      return receive("ChunkBody.read", call);
    }

    /// Without a deadline: the download knows how long it waits for a peer.
    private int receive(
        String method, PluginCalls.Call<Integer, RefusedException, InterruptedException> call)
        throws RefusedException, InterruptedException {
      if (calls.isClosed()) {
        throw new RefusedException(new Refusal.Gone());
      }
      try {
        return calls.direct(method, call);
      } catch (PluginFailedException e) {
        failed(method, e);
        throw new RefusedException(new Refusal.Gone());
      }
    }

    @Override
    public void close() {
      quietly("ChunkBody.close", body::close);
    }
  }
}
