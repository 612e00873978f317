package io.shoal.runtime.download;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.connection.FetchNotice;
import io.shoal.runtime.destination.PeerNames;
import io.shoal.runtime.discovery.PeerFinder;
import io.shoal.runtime.discovery.PeerNetwork;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.swarm.Swarm;
import io.shoal.runtime.swarm.SwarmAction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// One download: the event loop that carries out what a [Swarm] decides. Everything that happens is
/// an event on one queue, handled by one thread; receivers, the checkpoints and the [PeerFinder]
/// have threads of their own and put events there.
public final class Download {
  private static final long TICK_MILLIS = 100;

  /// How long receivers have to end when a download does.
  private static final long WIND_DOWN_MILLIS = 10_000;

  private final DownloadParts parts;
  private final DownloadRequest request;
  private final DownloadCounters counters;
  private final Runnable firstChunk;
  private final LongSupplier nanoTime;
  private final long startedNanos;
  private final Swarm swarm;
  private final PeerNames names;
  private final DownloadContent content;
  private final PeerFinder finder;
  private final DownloadPeers peers;
  private final DownloadOutlook outlook;
  private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final Map<Integer, ChunkReceiver> receivers = new HashMap<>();

  private int running;
  private boolean anyVerified;
  private boolean looking;
  private long lastTickMillis = -TICK_MILLIS;
  private Optional<Exception> failure = Optional.empty();
  private volatile boolean stopping;

  /// @param counters goes on counting over several attempts
  /// @param firstChunk runs once, when something of the root is here for other peers
  /// @throws ShoalException the root is an identity CID that is not a file or folder
  public Download(
      DownloadParts parts,
      DownloadRequest request,
      DownloadCounters counters,
      RandomGenerator random,
      ContentCommands.ProgressListener progress,
      Runnable firstChunk)
      throws ShoalException {
    PeerNetwork network = parts.network();
    this.parts = parts;
    this.request = request;
    this.counters = counters;
    this.firstChunk = firstChunk;
    this.nanoTime = network.nanoTime();
    this.startedNanos = nanoTime.getAsLong();
    this.swarm = new Swarm(random);
    this.names =
        new PeerNames(request.naming() == DownloadRequest.Naming.BY_PEERS, counters::chunksOf);
    this.content = new DownloadContent(parts, request, swarm, counters, names, this::mustEnd);
    this.finder = new PeerFinder(network, request.providersOf(), this::offer);
    this.peers = new DownloadPeers(network, request, swarm, counters, names, events::add);
    this.outlook =
        new DownloadOutlook(
            request, content, swarm, finder, counters, network.discoveries().size(), progress);
  }

  public DownloadRequest request() {
    return request;
  }

  public DownloadCounters counters() {
    return counters;
  }

  /// One line: `downloading`, or what it waits for.
  public String state() {
    return outlook.state();
  }

  public int peerCount() {
    return outlook.peerCount();
  }

  public Availability availability() {
    return content.availability();
  }

  // From other threads.

  /// An address of a peer that may have a part of this.
  void candidate(PeerAddress address) {
    finder.offer(address);
  }

  /// A connection to a peer that takes part in this swarm; its use is this download's from now on.
  void offer(PeerConnection connection) {
    events.add(() -> peers.join(connection, nowMillis()));
  }

  void lost(PeerConnection connection) {
    events.add(() -> peers.lost(connection, nowMillis()));
  }

  /// A peer announces what it fetches from a peer that has everything.
  void fetching(PeerConnection from, List<Integer> positions) {
    events.add(() -> peers.fetching(from, positions, nowMillis()));
  }

  /// A peer has a name for the root, or none.
  void named(PeerConnection from, Optional<String> name) {
    events.add(() -> names.answered(PeerKey.of(from).text(), name));
  }

  /// The reader took something: there is room for more.
  public void wake() {
    events.add(() -> {});
  }

  /// Ends it as soon as possible; what was verified is kept.
  void stop() {
    stopping = true;
    events.add(() -> {});
  }

  // On the download's own thread.

  /// Runs to the end. Never interrupted: see [#stop].
  ContentCommands.Fetched run() throws ShoalException, IOException, InterruptedException {
    try {
      content.begin();
      outlook.progressed(nowMillis());
      while (!finished()) {
        lookForPeersIfNeeded();
        handleEvents();
        step();
      }
      while (names.areAwaited(nowMillis()) && !mustEnd()) {
        handleEvents();
      }
      windDown();
      content.complete();
      return report();
    } catch (InterruptedException e) {
      boolean late = !stopping;
      endAfter(e);
      if (late) {
        throw outlook.outOfTime(nowMillis());
      }
      throw e;
    } catch (Throwable e) {
      endAfter(e);
      throw e;
    } finally {
      close();
    }
  }

  /// Whether nothing more is to be written. A leaf can have so many places that the clock is not
  /// looked at elsewhere.
  private boolean mustEnd() {
    return stopping || request.timed() && nowMillis() >= request.deadlineMillis(0);
  }

  /// Gives back the memory of a download that has ended, or does not begin.
  void close() {
    content.close();
  }

  /// Later failures mostly follow from the first one, which is the one to report.
  private void endAfter(Throwable failed) {
    // Receivers that are still writing one leaf to its many places end as well.
    stopping = true;
    try {
      windDown();
      content.giveUp(failed instanceof UserFaultException);
    } catch (IOException | InterruptedException e) {
      failed.addSuppressed(e);
    }
  }

  private void lookForPeersIfNeeded() {
    if (content.lacks() && !looking) {
      looking = true;
      finder.start(request.peers());
      request.hints().forEach(finder::hint);
    }
  }

  private boolean finished() {
    return content.allKnown() && swarm.remaining() == 0;
  }

  private void handleEvents() throws InterruptedException {
    Runnable event = events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
    // A bounded batch, so that a flood of events cannot keep the clock from ticking.
    for (int i = 0; event != null && i < 1_000; i++) {
      event.run();
      event = i < 999 ? events.poll() : null;
    }
  }

  private void step() throws ShoalException, IOException, InterruptedException {
    long now = nowMillis();
    content.advance();
    content.failure().ifPresent(cause -> failure = Optional.of(cause));
    if (failure.isPresent()) {
      rethrow(failure.get());
    }
    if (stopping) {
      throw new InterruptedException("the download was stopped");
    }
    if (now - lastTickMillis >= TICK_MILLIS) {
      lastTickMillis = now;
      peers.tick(now);
      swarm.tick(now);
      outlook.tick(now, peers.count());
      finder.settled(peers.settled());
    }
    perform(swarm.decide(now), now);
  }

  private static void rethrow(Exception cause) throws ShoalException, IOException {
    switch (cause) {
      case ShoalException e -> throw e;
      case IOException e -> throw e;
      default -> throw new IllegalStateException(cause);
    }
  }

  private void perform(List<SwarmAction> actions, long now) {
    for (SwarmAction action : actions) {
      switch (action) {
        case SwarmAction.Fetch fetch -> fetch(fetch);
        case SwarmAction.Cancel cancel -> {
          ChunkReceiver receiver = receivers.remove(cancel.request());
          if (receiver != null) {
            receiver.cancel();
          }
        }
        case SwarmAction.Announce announce ->
            peers.sendNotice(
                announce.peers(), new FetchNotice(request.root(), announce.positions()));
        case SwarmAction.Blame blame -> peers.blame(blame);
        case SwarmAction.Drop drop -> {
          Optional<PeerKey> gone = peers.drop(drop, now);
          if (drop.ban()) {
            gone.ifPresent(liar -> outlook.banned(liar, drop.reason()));
          }
        }
      }
    }
  }

  private void fetch(SwarmAction.Fetch fetch) {
    int id = fetch.request();
    Optional<DownloadPeer> known = peers.get(fetch.peer());
    if (known.isEmpty()) {
      swarm.failedHere(id);
      return;
    }
    DownloadPeer peer = known.get();
    ChunkRequest wanted = new ChunkRequest(content.cid(fetch.chunk()), Optional.of(request.root()));
    ChunkReceiver receiver =
        new ChunkReceiver(
            parts, peer.connection, wanted, peer.received, swarm.isProven(fetch.peer()));
    receivers.put(id, receiver);
    running++;
    ChunkReceiver.Taker taker = content.taker(fetch.chunk());
    Thread.ofVirtual()
        .name("receive-" + id)
        .start(
            () -> {
              ChunkReceiver.Outcome outcome;
              try {
                outcome =
                    receiver.receive(
                        taker, () -> events.add(() -> swarm.firstByte(id, nowMillis())));
              } catch (RuntimeException | Error e) {
                outcome =
                    new ChunkReceiver.Outcome.Failed(new IOException("receiving failed: " + e, e));
              }
              ChunkReceiver.Outcome ended = outcome;
              events.add(() -> ended(fetch, peer, ended));
            });
  }

  private void ended(SwarmAction.Fetch fetch, DownloadPeer peer, ChunkReceiver.Outcome outcome) {
    int id = fetch.request();
    running--;
    receivers.remove(id);
    long now = nowMillis();
    switch (outcome) {
      case ChunkReceiver.Outcome.Verified verified -> {
        outlook.progressed(now);
        parts.network().book().received(peer.connection.remote(), verified.sizeBytes());
        if (swarm.verified(id, verified.sizeBytes())) {
          counters.chunk(peer.key.text());
        }
        content.arrived(fetch.chunk());
        if (!anyVerified) {
          anyVerified = true;
          firstChunk.run();
        }
      }
      case ChunkReceiver.Outcome.Wrong wrong -> swarm.wrong(peer.id, wrong.reason());
      case ChunkReceiver.Outcome.Refused refused -> {
        swarm.refused(id, refused.refusal(), now);
        outlook.refused(refused.refusal(), content.cid(fetch.chunk()), peer.key);
      }
      case ChunkReceiver.Outcome.Failed failed -> {
        swarm.failedHere(id);
        failure = Optional.of(failed.cause());
      }
    }
  }

  private void windDown() throws InterruptedException {
    finder.close();
    peers.refuseMore();
    receivers.values().forEach(ChunkReceiver::cancel);
    long deadline = nowMillis() + WIND_DOWN_MILLIS;
    while (running > 0 && nowMillis() < deadline) {
      Runnable event = events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
      if (event != null) {
        event.run();
      }
    }
    peers.close(nowMillis());
    // Connections that were offered too late are released as well.
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
  }

  private ContentCommands.Fetched report() {
    return new ContentCommands.Fetched(
        request.root().toString(),
        names.taken().map(PeerNames.Taken::path).or(request::target).map(Path::toString).orElse(""),
        size(),
        counters.transferredBytes.get(),
        counters.reusedAtFirst(),
        counters.elapsed().toMillis(),
        Map.copyOf(counters.bytesByPeer),
        Map.copyOf(counters.bytesByTransport),
        Map.copyOf(counters.chunksByPeer),
        content.skipped(),
        content.leftOut(),
        nameFrom());
  }

  private Optional<String> nameFrom() {
    return switch (request.naming()) {
      case GIVEN -> Optional.empty();
      case KNOWN_HERE -> Optional.of("this node");
      case BY_PEERS -> names.taken().map(name -> "peer " + name.by());
    };
  }

  /// Of a file that is one raw chunk only its arrival says how large it is.
  private long size() {
    long planned = counters.totalBytes();
    return planned >= 0 ? planned : counters.inPlaceBytes();
  }

  private long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startedNanos);
  }
}
