package io.shoal.discovery.kademlia;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Gives an item to the nodes that a lookup found closest. Ends when each has answered or is slow,
/// and at least one took it; or none does. Single-threaded.
final class PutRound {
  private final Item item;
  private final OptionalLong replaces;
  private final Requests requests;
  private final End end;
  private final List<Packet.Fault> faults = new ArrayList<>();
  private int stored;
  private int open;
  private int slow;
  private boolean over;

  /// @param replaces see [Method.Put]
  PutRound(Item item, OptionalLong replaces, Requests requests, End end) {
    this.item = item;
    this.replaces = replaces;
    this.requests = requests;
    this.end = end;
  }

  /// Is told the end, once.
  @FunctionalInterface
  interface End {
    /// @param stored how many took it
    /// @param faults what others said instead
    void ended(int stored, List<Packet.Fault> faults, long nowMillis);
  }

  /// @param holders those without a token are left out
  void start(List<LookupRun.Holder> holders, long nowMillis) {
    for (LookupRun.Holder holder : holders) {
      holder.token().ifPresent(token -> send(holder.contact(), token, nowMillis));
    }
    endIfDone(nowMillis);
  }

  private void send(Contact to, Bytes token, long nowMillis) {
    open++;
    Method put = new Method.Put(item, replaces, token);
    requests.send(to.address(), Optional.of(to.id()), put, new Putting(), nowMillis);
  }

  private void endIfDone(long nowMillis) {
    if (!over && (open == 0 || open == slow && stored > 0)) {
      over = true;
      end.ended(stored, List.copyOf(faults), nowMillis);
    }
  }

  private final class Putting implements Requests.Handler {
    private boolean isSlow;

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      stored++;
      closed(nowMillis);
    }

    @Override
    public void refused(Packet.Fault fault, long nowMillis) {
      faults.add(fault);
      closed(nowMillis);
    }

    @Override
    public void failed(long nowMillis) {
      closed(nowMillis);
    }

    @Override
    public void slow(long nowMillis) {
      isSlow = true;
      slow++;
      endIfDone(nowMillis);
    }

    private void closed(long nowMillis) {
      open--;
      slow -= isSlow ? 1 : 0;
      endIfDone(nowMillis);
    }
  }
}
