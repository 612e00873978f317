package io.shoal.discovery.kademlia;

import java.net.InetSocketAddress;
import java.util.Optional;

/// Sends the queries of one announcement: each when its receiver may get one, none to who kept
/// silent a moment ago; and lets the [Neighbourhood] learn from what comes. Single-threaded.
final class PacedRequests implements QuerySender {
  private final Requests requests;
  private final AddressPacer pacer;
  private final Neighbourhood neighbourhood;
  private final Timers timers;
  private int sent;

  PacedRequests(Requests requests, AddressPacer pacer, Neighbourhood neighbourhood, Timers timers) {
    this.requests = requests;
    this.pacer = pacer;
    this.neighbourhood = neighbourhood;
    this.timers = timers;
  }

  @Override
  public void send(
      InetSocketAddress to,
      Optional<NodeId> expected,
      Method method,
      Requests.Handler handler,
      long nowMillis) {
    if (neighbourhood.isSilent(to, nowMillis)) {
      timers.at(nowMillis, handler::failed);
      return;
    }
    sent++;
    Learning learning = new Learning(to, expected, handler);
    long at = pacer.reserve(to, nowMillis);
    if (at <= nowMillis) {
      requests.send(to, expected, method, learning, nowMillis);
    } else {
      timers.at(at, now -> requests.send(to, expected, method, learning, now));
    }
  }

  /// How many queries it sent.
  int sent() {
    return sent;
  }

  private final class Learning implements Requests.Handler {
    private final InetSocketAddress to;
    private final Optional<NodeId> expected;
    private final Requests.Handler handler;

    Learning(InetSocketAddress to, Optional<NodeId> expected, Requests.Handler handler) {
      this.to = to;
      this.expected = expected;
      this.handler = handler;
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      neighbourhood.answered(from, nowMillis);
      handler.replied(from, reply, nowMillis);
    }

    @Override
    public void refused(Packet.Fault fault, long nowMillis) {
      handler.refused(fault, nowMillis);
    }

    @Override
    public void failed(long nowMillis) {
      neighbourhood.failed(to, expected, nowMillis);
      handler.failed(nowMillis);
    }

    @Override
    public void slow(long nowMillis) {
      handler.slow(nowMillis);
    }
  }
}
