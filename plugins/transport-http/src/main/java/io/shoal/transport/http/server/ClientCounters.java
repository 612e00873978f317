package io.shoal.transport.http.server;

import io.shoal.api.PeerAddress;
import java.util.concurrent.atomic.AtomicLong;

/// Counts for one inbound connection, and for all of them. Usable from any thread.
final class ClientCounters {
  private final PeerAddress address;
  private final ServerContext all;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong sentBytes = new AtomicLong();

  ClientCounters(PeerAddress address, ServerContext all) {
    this.address = address;
    this.all = all;
  }

  /// Where the client's bytes come from.
  PeerAddress address() {
    return address;
  }

  void request() {
    requests.incrementAndGet();
    all.requests().add(1);
  }

  void refusal() {
    refused.incrementAndGet();
    all.refused().add(1);
  }

  void sent(int bytes) {
    sentBytes.addAndGet(bytes);
    all.sentBytes().add(bytes);
  }

  ClientFigures figures() {
    return new ClientFigures(address.uri(), requests.get(), refused.get(), sentBytes.get());
  }
}
