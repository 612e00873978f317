package io.shoal.wire;

import static io.shoal.wire.WireLimits.MAX_MESSAGES_UNTAKEN;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerFaultException;
import io.shoal.api.Refusal;
import java.util.Optional;

/// The protocol of one connection, seen from one side: what may be sent when, and what the peer may
/// send when. Both sides run the same machine. No IO, no clock, no chunk bytes; confined to one
/// thread.
///
/// [#onFrame] takes what came from the peer and throws when it broke the rules: the connection must
/// then be closed. All other methods are what this side wants to do, and throw
/// [IllegalStateException] when that is against the rules.
///
/// Nothing that the peer sends makes this side queue without bound: each of its requests, pings and
/// messages counts as open until the answer was written out ([#written]), and too many are its
/// fault.
public final class ConnectionMachine {
  private final Frame.Hello own;
  private final ConnectionEvents events;
  private final OwnRequests asked = new OwnRequests();
  private final OwnWatches watching = new OwnWatches();
  private final PeerRequests serving;
  private final PeerWatches watched = new PeerWatches();
  private Optional<Frame.Hello> peer = Optional.empty();
  private boolean finished;
  private int messagesOut;
  private int messagesIn;
  private boolean pinged;
  private boolean pongDue;

  /// For a connection with a single stream.
  ///
  /// @param own what this side says of itself; its `maxRequests` is enforced
  public ConnectionMachine(Frame.Hello own, ConnectionEvents events) {
    this(own, events, false);
  }

  /// @param own what this side says of itself; its `maxRequests` is enforced
  /// @param streamPerRequest whether each request has a stream of its own, so that they overtake
  ///   each other
  public ConnectionMachine(Frame.Hello own, ConnectionEvents events, boolean streamPerRequest) {
    this.own = own;
    this.events = events;
    this.serving = new PeerRequests(own.maxRequests(), !streamPerRequest);
  }

  /// Sends the hello; the first call.
  public void start() {
    events.send(own);
  }

  /// Takes a frame of the peer's.
  ///
  /// @throws PeerFaultException the peer broke the rules; say why in a goodbye, and close
  public void onFrame(Frame frame) throws PeerFaultException {
    if (finished) {
      throw new PeerFaultException("the peer goes on after its good-bye");
    }
    if (peer.isEmpty() != frame instanceof Frame.Hello) {
      throw new PeerFaultException(
          peer.isEmpty() ? "the peer does not begin with a hello" : "the peer greets twice");
    }
    switch (frame) {
      case Frame.Hello hello -> onHello(hello);
      case Frame.Goodbye goodbye -> onGoodbye(goodbye);
      case Frame.Ping ping -> onPing(ping);
      case Frame.Pong pong -> onPong(pong);
      case Frame.Request _, Frame.Credit _, Frame.Cancel _ -> onAsking(frame);
      case Frame.Answer _, Frame.Data _, Frame.End _, Frame.Refuse _ -> onAnswering(frame);
      case Frame.Watch _, Frame.Unwatch _ -> onWatching(frame);
      case Frame.Unknown _, Frame.Complete _, Frame.Snapshot _, Frame.Gained _ ->
          onAvailability(frame);
      case Frame.Message message -> onMessage(message);
      case Frame.Taken taken -> onTaken(taken);
    }
  }

  private void onHello(Frame.Hello hello) throws PeerFaultException {
    if (!hello.scheme().equals(own.scheme())) {
      throw new PeerFaultException(
          "the peer speaks '" + hello.scheme() + "' where '" + own.scheme() + "' is expected");
    }
    peer = Optional.of(hello);
    events.greeted(hello);
  }

  private void onGoodbye(Frame.Goodbye goodbye) {
    finished = true;
    events.goodbye(goodbye.code(), goodbye.text());
  }

  private void onPing(Frame.Ping ping) throws PeerFaultException {
    if (pongDue) {
      throw new PeerFaultException("the peer pings without waiting for the answer");
    }
    pongDue = true;
    events.send(new Frame.Pong(ping.token()));
  }

  private void onPong(Frame.Pong pong) throws PeerFaultException {
    if (!pinged) {
      throw new PeerFaultException("the peer answers a ping that was not sent");
    }
    pinged = false;
    events.pong(pong.token());
  }

  private void onAsking(Frame frame) throws PeerFaultException {
    if (frame instanceof Frame.Request request) {
      serving.requested(request);
      events.requested(
          request.id(), new ChunkRequest(request.cid(), request.root()), request.creditBytes());
    } else if (frame instanceof Frame.Credit credit && serving.credited(credit)) {
      events.credited(credit.id(), credit.sizeBytes());
    } else if (frame instanceof Frame.Cancel cancel && serving.takenBack(cancel.id())) {
      events.takenBack(cancel.id());
    }
  }

  private void onAnswering(Frame frame) throws PeerFaultException {
    if (frame instanceof Frame.Answer answer) {
      asked.answered(answer);
      events.answered(answer.id(), answer.sizeBytes());
    } else if (frame instanceof Frame.Data data) {
      asked.arriving(data);
      events.arriving(data.id());
    } else if (frame instanceof Frame.End end) {
      asked.ended(end.id());
      events.ended(end.id());
    } else if (frame instanceof Frame.Refuse refuse) {
      asked.refused(refuse.id());
      events.refused(refuse.id(), refuse.reason());
    }
  }

  private void onWatching(Frame frame) throws PeerFaultException {
    if (frame instanceof Frame.Watch watch) {
      watched.watched(watch.id());
      events.watched(watch.id(), watch.root());
    } else if (frame instanceof Frame.Unwatch unwatch) {
      watched.unwatched(unwatch.id());
      events.unwatched(unwatch.id());
    }
  }

  private void onAvailability(Frame frame) throws PeerFaultException {
    if (frame instanceof Frame.Unknown(int id) && watching.replaced(id)) {
      events.updated(id, new Availability.Unknown());
    } else if (frame instanceof Frame.Complete(int id) && watching.replaced(id)) {
      events.updated(id, new Availability.Complete());
    } else if (frame instanceof Frame.Snapshot part) {
      watching.part(part).ifPresent(whole -> events.updated(part.id(), whole));
    } else if (frame instanceof Frame.Gained gained && watching.gained(gained.id())) {
      events.updated(gained.id(), new Availability.Gained(gained.positions()));
    }
  }

  private void onMessage(Frame.Message message) throws PeerFaultException {
    if (++messagesIn > MAX_MESSAGES_UNTAKEN) {
      throw new PeerFaultException(
          "the peer sent more than " + MAX_MESSAGES_UNTAKEN + " messages ahead");
    }
    events.message(message.type(), message.bytes());
  }

  private void onTaken(Frame.Taken taken) throws PeerFaultException {
    if (taken.count() < 1 || taken.count() > messagesOut) {
      throw new PeerFaultException("the peer took messages that were not sent");
    }
    messagesOut -= taken.count();
    events.taken(taken.count());
  }

  /// Asks for a chunk.
  ///
  /// @param creditBytes 0 to [WireLimits#MAX_CREDIT_SIZE_BYTES]
  /// @return the request's id
  /// @throws IllegalStateException no hello yet, or as many requests are open as the peer takes
  public int request(ChunkRequest request, int creditBytes) {
    if (asked.count() >= hello().maxRequests()) {
      throw new IllegalStateException("more requests than the peer takes");
    }
    int id = asked.add(creditBytes);
    events.send(new Frame.Request(id, creditBytes, request.cid(), request.root()));
    return id;
  }

  /// Gives more credit to an own request; does nothing if it has ended.
  public void credit(int id, int sizeBytes) {
    if (asked.credit(id, sizeBytes)) {
      events.send(new Frame.Credit(id, sizeBytes));
    }
  }

  /// Takes an own request back; does nothing if it has ended. It stays open until the peer ends it.
  public void cancel(int id) {
    if (asked.isOpen(id)) {
      events.send(new Frame.Cancel(id));
    }
  }

  /// Begins to answer a request of the peer's.
  public void answer(int id, int sizeBytes) {
    events.send(new Frame.Answer(id, sizeBytes));
  }

  /// Sends the head of a DATA frame; the caller sends the bytes right behind it.
  ///
  /// @throws IllegalStateException the request has ended or has not that much credit
  public void data(int id, int sizeBytes) {
    serving.sending(id, sizeBytes);
    events.send(new Frame.Data(id, sizeBytes));
  }

  /// Ends a request of the peer's of which all was sent.
  public void end(int id) {
    serving.ending(id);
    events.send(new Frame.End(id));
  }

  /// Ends a request of the peer's; does nothing if it has ended.
  public void refuse(int id, Refusal reason) {
    if (serving.isGoing(id)) {
      serving.ending(id);
      events.send(new Frame.Refuse(id, reason));
    }
  }

  /// A frame that answers the peer was written out: what it answered is no longer open. To be
  /// called for [Frame.End], [Frame.Refuse] and [Frame.Pong]; others are ignored.
  public void written(Frame frame) {
    if (frame instanceof Frame.End end) {
      serving.endWritten(end.id());
    } else if (frame instanceof Frame.Refuse refuse) {
      serving.endWritten(refuse.id());
    } else if (frame instanceof Frame.Pong) {
      pongDue = false;
    }
  }

  /// Asks what the peer has of a DAG.
  ///
  /// @return the watch's id
  /// @throws IllegalStateException more than [WireLimits#MAX_WATCHES]
  public int watch(Cid root) {
    int id = watching.add();
    events.send(new Frame.Watch(id, root));
    return id;
  }

  /// Ends an own watch; does nothing if it has ended.
  public void unwatch(int id) {
    if (watching.remove(id)) {
      events.send(new Frame.Unwatch(id));
    }
  }

  /// Whether the peer still holds this watch: only then may updates be sent for it.
  public boolean isWatched(int id) {
    return watched.isOpen(id);
  }

  /// Sends an update for a watch of the peer's, in a frame that [PendingAvailability#next] made.
  public void update(Frame frame) {
    events.send(frame);
  }

  /// Sends a message.
  ///
  /// @throws IllegalStateException [WireLimits#MAX_MESSAGES_UNTAKEN] wait to be taken
  public void message(int type, byte[] bytes) {
    if (messagesOut >= MAX_MESSAGES_UNTAKEN) {
      throw new IllegalStateException("more messages ahead than the peer takes");
    }
    messagesOut++;
    events.send(new Frame.Message(type, bytes));
  }

  /// Lets the peer send as many more messages: so many of its were handed on.
  public void take(int count) {
    messagesIn -= count;
    events.send(new Frame.Taken(count));
  }

  /// Sends a ping unless one is on the way.
  public void ping(long token) {
    if (!pinged) {
      pinged = true;
      events.send(new Frame.Ping(token));
    }
  }

  /// Says good-bye; nothing may follow.
  public void goodbye(GoodbyeCode code, String text) {
    events.send(new Frame.Goodbye(code, text));
  }

  private Frame.Hello hello() {
    return peer.orElseThrow(() -> new IllegalStateException("the peer has not greeted yet"));
  }
}
