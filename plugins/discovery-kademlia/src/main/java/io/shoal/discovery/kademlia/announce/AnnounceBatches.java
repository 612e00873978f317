package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.lookup.Timers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// Announces many keys with one query to nodes that know [Method.AnnounceMany]: those whose answers
/// carry the version of a Shoal node, so that no other is ever sent it. Keys wait for their
/// neighbours until a query is full or a while has passed. Single-threaded.
final class AnnounceBatches {
  /// How long a key waits for others at most. No caller waits for it: such a key goes alone.
  static final long LINGER_MILLIS = 5_000;

  private static final byte[] NAME = {'S', 'H'};
  private static final int FIRST_VERSION = 2;
  private static final int VERSION_BYTES = 4;

  private final Neighbourhood neighbourhood;
  private final Timers timers;
  private final Supplier<PacedQueries> senders;
  private final IntConsumer spent;
  private final Map<Target, Batch> open = new LinkedHashMap<>();

  /// @param senders makes a sender for one query
  /// @param spent takes how many queries were sent
  AnnounceBatches(
      Neighbourhood neighbourhood,
      Timers timers,
      Supplier<PacedQueries> senders,
      IntConsumer spent) {
    this.neighbourhood = neighbourhood;
    this.timers = timers;
    this.senders = senders;
    this.spent = spent;
  }

  /// Whether the node that answered so knows the method.
  static boolean isKnownTo(Packet.Reply reply) {
    return reply.version().map(Bytes::toArray).filter(AnnounceBatches::isKnownIn).isPresent();
  }

  private static boolean isKnownIn(byte[] version) {
    return version.length == VERSION_BYTES
        && version[0] == NAME[0]
        && version[1] == NAME[1]
        && ((version[2] & 0xff) << Byte.SIZE | version[3] & 0xff) >= FIRST_VERSION;
  }

  /// Whether all of them take many keys now.
  boolean reach(List<Contact> nodes, long nowMillis) {
    return !nodes.isEmpty()
        && nodes.stream().allMatch(node -> neighbourhood.grant(node, nowMillis).isPresent());
  }

  /// Is notified of the end, once.
  @FunctionalInterface
  interface End {
    /// @param holders how many nodes took the key
    void ended(int holders, long nowMillis);
  }

  private record Target(Contact node, int port) {}

  private static final class Waiting {
    private final NodeId key;
    private final End end;
    private int open;
    private int holders;

    Waiting(NodeId key, int open, End end) {
      this.key = key;
      this.open = open;
      this.end = end;
    }

    void answered(boolean taken, long nowMillis) {
      holders += taken ? 1 : 0;
      open--;
      if (open == 0) {
        end.ended(holders, nowMillis);
      }
    }
  }

  /// Announces a key to nodes for which [#reach] is true.
  void add(NodeId key, int port, List<Contact> nodes, End end, long nowMillis) {
    Waiting waiting = new Waiting(key, nodes.size(), end);
    for (Contact node : nodes) {
      Target target = new Target(node, port);
      Batch batch = open.computeIfAbsent(target, t -> new Batch(t, nowMillis));
      batch.keys.add(waiting);
      if (batch.keys.size() >= Method.AnnounceMany.MAX_KEYS) {
        batch.send(nowMillis);
      }
    }
  }

  private final class Batch implements PendingQueries.Handler {
    private final Target target;
    private final List<Waiting> keys = new ArrayList<>();
    private final Timers.Timer linger;

    Batch(Target target, long nowMillis) {
      this.target = target;
      this.linger = timers.at(nowMillis + LINGER_MILLIS, this::send);
    }

    private void send(long nowMillis) {
      linger.cancel();
      open.remove(target);
      Contact node = target.node();
      Optional<Neighbourhood.Grant> grant = neighbourhood.grant(node, nowMillis);
      if (grant.isEmpty()) {
        // It took too long, or the node refused another batch.
        timers.at(nowMillis, this::failed);
        return;
      }
      Method method =
          new Method.AnnounceMany(
              keys.stream().map(waiting -> waiting.key).toList(),
              grant.get().key(),
              target.port(),
              grant.get().token());
      PacedQueries sender = senders.get();
      sender.send(node.address(), Optional.of(node.id()), method, this, nowMillis);
      spent.accept(sender.sent());
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      byte[] kept =
          reply.answer().content() instanceof Packet.Content.Kept(Bytes bits)
              ? bits.toArray()
              : new byte[0];
      for (int i = 0; i < keys.size(); i++) {
        int at = i / Byte.SIZE;
        boolean taken = at < kept.length && (kept[at] & 0x80 >>> i % Byte.SIZE) != 0;
        keys.get(i).answered(taken, nowMillis);
      }
    }

    @Override
    public void failed(long nowMillis) {
      neighbourhood.revoke(target.node());
      keys.forEach(waiting -> waiting.answered(false, nowMillis));
    }
  }
}
