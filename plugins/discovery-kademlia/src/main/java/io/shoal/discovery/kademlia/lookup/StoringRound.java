package io.shoal.discovery.kademlia.lookup;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.Packet;
import java.util.Optional;

/// Asks the nodes that a lookup found closest to store something. Ends when each has answered or is
/// slow, and at least one took it; or none does. Single-threaded.
public abstract class StoringRound {
  private final QuerySender queries;
  private int open;
  private int slow;
  private boolean over;

  public StoringRound(QuerySender queries) {
    this.queries = queries;
  }

  /// Whether at least one node took something.
  protected abstract boolean isKept();

  /// The end, called once.
  protected abstract void end(long nowMillis);

  /// A node answered with a fault instead.
  protected void refused(Packet.Fault fault) {}

  /// @param kept run if the node takes it
  protected final void send(Contact to, Method method, Runnable kept, long nowMillis) {
    open++;
    queries.send(to.address(), Optional.of(to.id()), method, new Storing(kept), nowMillis);
  }

  /// To be called once all was sent, and by the round itself after every answer.
  protected final void endIfDone(long nowMillis) {
    if (!over && (open == 0 || open == slow && isKept())) {
      over = true;
      end(nowMillis);
    }
  }

  private final class Storing implements PendingQueries.Handler {
    private final Runnable kept;
    private boolean isSlow;

    Storing(Runnable kept) {
      this.kept = kept;
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      kept.run();
      closed(nowMillis);
    }

    @Override
    public void refused(Packet.Fault fault, long nowMillis) {
      StoringRound.this.refused(fault);
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
