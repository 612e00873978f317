package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.lookup.QuerySender;
import io.shoal.discovery.kademlia.lookup.Timers;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Sends the queries of one announcement: each when its receiver may get one, none to a node that
/// was silent a moment ago. The [Neighbourhood] learns from the answers. Single-threaded.
final class PacedQueries implements QuerySender {
  private static final Packet.Reply AS_BEFORE =
      new Packet.Reply(
          Bytes.ofText(""), new NodeId(0, 0, 0), Packet.Answer.EMPTY, Optional.empty());

  static final int ALWAYS_ASK = Integer.MAX_VALUE;

  private final PendingQueries queries;
  private final AddressPacer pacer;
  private final Neighbourhood neighbourhood;
  private final Timers timers;
  private final int relyingBits;
  private int sent;

  /// @param relyingBits a node that takes many keys at once, and was asked a short while ago for a
  ///   key that shares so many leading bits, is not asked again: it would name the same nodes, and
  ///   counts as if it had answered; [#ALWAYS_ASK] to ask every node
  PacedQueries(
      PendingQueries queries,
      AddressPacer pacer,
      Neighbourhood neighbourhood,
      Timers timers,
      int relyingBits) {
    this.queries = queries;
    this.pacer = pacer;
    this.neighbourhood = neighbourhood;
    this.timers = timers;
    this.relyingBits = relyingBits;
  }

  @Override
  public void send(
      InetSocketAddress to,
      Optional<NodeId> expected,
      Method method,
      PendingQueries.Handler handler,
      long nowMillis) {
    if (neighbourhood.isSilent(to, nowMillis)) {
      timers.at(nowMillis, handler::failed);
      return;
    }
    if (method instanceof Method.GetPeers lookup) {
      Optional<Contact> known =
          expected
              .map(id -> new Contact(id, to))
              .filter(contact -> mayRelyOn(contact, lookup.key(), nowMillis));
      if (known.isPresent()) {
        timers.at(nowMillis, now -> handler.replied(known.get(), AS_BEFORE, now));
        return;
      }
    }
    sent++;
    Learning learning = new Learning(to, expected, method, handler);
    long at = pacer.reserve(to, nowMillis);
    if (at <= nowMillis) {
      queries.send(to, expected, method, learning, nowMillis);
    } else {
      timers.at(at, now -> queries.send(to, expected, method, learning, now));
    }
  }

  private boolean mayRelyOn(Contact contact, NodeId key, long nowMillis) {
    return neighbourhood
        .grant(contact, nowMillis)
        .filter(grant -> grant.key().commonPrefixBits(key) >= relyingBits)
        .isPresent();
  }

  /// How many queries it sent.
  int sent() {
    return sent;
  }

  private final class Learning implements PendingQueries.Handler {
    private final InetSocketAddress to;
    private final Optional<NodeId> expected;
    private final Method method;
    private final PendingQueries.Handler handler;

    Learning(
        InetSocketAddress to,
        Optional<NodeId> expected,
        Method method,
        PendingQueries.Handler handler) {
      this.to = to;
      this.expected = expected;
      this.method = method;
      this.handler = handler;
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      neighbourhood.answered(from, nowMillis);
      if (method instanceof Method.GetPeers lookup && AnnounceBatches.isKnownTo(reply)) {
        reply
            .answer()
            .token()
            .map(token -> new Neighbourhood.Grant(lookup.key(), token, nowMillis))
            .ifPresent(grant -> neighbourhood.granted(from, grant));
      }
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
