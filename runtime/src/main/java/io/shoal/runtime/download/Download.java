package io.shoal.runtime.download;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.connection.FetchNotice;
import io.shoal.runtime.connection.MessageTypes;
import io.shoal.runtime.discovery.PeerFinder;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.peer.PeerOrigin;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.swarm.Swarm;
import io.shoal.runtime.swarm.SwarmAction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One download: carries out what a [Swarm] decides. Everything that happens is an event on one
/// queue, handled by one thread; receivers, the writer and those who look for peers have threads of
/// their own and put events there.
public final class Download {
  private static final Logger LOG = LoggerFactory.getLogger(Download.class);

  private static final long TICK_MILLIS = 100;

  /// How long a search for somebody goes on when nobody was found at all and the user set no time.
  private static final long NOBODY_MILLIS = 30_000;

  /// How long receivers have to end when a download does.
  private static final long WIND_DOWN_MILLIS = 10_000;

  private final DownloadParts parts;
  private final DownloadRequest wanted;
  private final DownloadContent content;
  private final PeerAdmission admission;
  private final Swarm swarm;
  private final PeerFinder sources;
  private final DownloadCounters counters;
  private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final Map<Integer, DownloadPeer> peers = new HashMap<>();
  private final Map<PeerKey, DownloadPeer> peersByKey = new HashMap<>();
  private final Map<Integer, ChunkReceiver> receivers = new HashMap<>();
  private final NodeCommands.ProgressListener progress;
  private final Runnable firstChunk;
  private final long startedNanos = System.nanoTime();

  private int nextPeer;
  private int running;
  private int liars;
  private int roundsAtLastLie;
  private boolean toldFirst;
  private boolean looking;
  private long lastProgressMillis;
  private long lastTickMillis = -TICK_MILLIS;
  private Optional<Exception> failure = Optional.empty();
  private String lastLie = "";
  private String lastRefusal = "";
  private volatile boolean stopping;
  private volatile String state = "looking for peers";
  private volatile int peerCount;

  /// @param tally goes on counting over several attempts
  /// @param firstChunk runs once, when something of the root is here for others
  public Download(
      DownloadParts parts,
      DownloadRequest wanted,
      DownloadCounters counters,
      DownloadJournal journal,
      RandomGenerator random,
      NodeCommands.ProgressListener progress,
      Runnable firstChunk) {
    this.parts = parts;
    this.wanted = wanted;
    this.counters = counters;
    this.progress = progress;
    this.firstChunk = firstChunk;
    this.admission = new PeerAdmission(parts.network().book(), wanted.peers());
    this.swarm = new Swarm(random);
    this.content = new DownloadContent(parts, wanted, journal, swarm, counters);
    this.sources = new PeerFinder(parts.network(), wanted.root(), this::offer);
  }

  public DownloadRequest wanted() {
    return wanted;
  }

  public DownloadCounters counters() {
    return counters;
  }

  /// One line: `downloading`, or what it waits for.
  public String state() {
    return state;
  }

  public int peerCount() {
    return peerCount;
  }

  public Availability availability() {
    return content.availability();
  }

  // --- from other threads
  // -------------------------------------------------------------------------

  /// An address where somebody may have a part of this.
  void candidate(PeerAddress address) {
    sources.offer(address);
  }

  /// A connection whose other side takes part in this swarm; its use is this download's from now
  /// on.
  void offer(PeerConnection connection) {
    events.add(() -> join(connection));
  }

  void lost(PeerConnection connection) {
    events.add(
        () -> {
          DownloadPeer peer = peersByKey.get(PeerKey.of(connection));
          if (peer != null && peer.connection.equals(connection)) {
            leave(peer);
          }
        });
  }

  /// A peer says what it fetches from somebody who has everything.
  void promised(PeerConnection from, List<Integer> positions) {
    events.add(
        () -> {
          DownloadPeer peer = peersByKey.get(PeerKey.of(from));
          if (peer != null) {
            swarm.promised(peer.id, positions, nowMillis());
          }
        });
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

  // --- the download's own thread
  // -------------------------------------------------------------------

  /// Runs to the end. Never interrupted: see [#stop].
  NodeCommands.Fetched run() throws ShoalException, IOException, InterruptedException {
    try {
      content.begin();
      lastProgressMillis = nowMillis();
      while (!finished()) {
        lookForPeersIfNeeded();
        handleEvents();
        step();
      }
      windDown();
      return content.complete(report());
    } catch (Throwable e) {
      endAfter(e);
      throw e;
    }
  }

  /// What fails now mostly follows from what failed first, which is what the user has to know.
  private void endAfter(Throwable failed) {
    try {
      windDown();
      content.giveUp();
    } catch (IOException | InterruptedException e) {
      failed.addSuppressed(e);
    }
  }

  private void lookForPeersIfNeeded() {
    if (content.lacks() && !looking) {
      looking = true;
      sources.start(wanted.peers());
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
      countArrivals(now);
      admission.newlyDistrusted(peers.values()).forEach(this::leave);
      swarm.tick(now);
      describe(now);
      if (content.lacks()) {
        giveUpIfHopeless(now);
      } else {
        lastProgressMillis = now;
      }
    }
    perform(swarm.decide(now));
  }

  private static void rethrow(Exception cause) throws ShoalException, IOException {
    switch (cause) {
      case ShoalException e -> throw e;
      case IOException e -> throw e;
      default -> throw new IllegalStateException(cause);
    }
  }

  private void perform(List<SwarmAction> actions) {
    for (SwarmAction action : actions) {
      switch (action) {
        case SwarmAction.Fetch fetch -> fetch(fetch);
        case SwarmAction.Cancel cancel -> {
          ChunkReceiver receiver = receivers.remove(cancel.request());
          if (receiver != null) {
            receiver.cancel();
          }
        }
        case SwarmAction.Promise promise -> promise(promise);
        case SwarmAction.Blame blame -> blame(blame);
        case SwarmAction.Drop drop -> drop(drop);
      }
    }
  }

  private void promise(SwarmAction.Promise promise) {
    FetchNotice notice = new FetchNotice(wanted.root(), promise.positions());
    for (int id : promise.peers()) {
      DownloadPeer peer = peers.get(id);
      if (peer != null && peer.telling.compareAndSet(false, true)) {
        // Sending waits while the peer takes nothing.
        Thread.ofVirtual().name("fetch-notice").start(() -> tell(peer, notice));
      }
    }
  }

  private static void tell(DownloadPeer peer, FetchNotice notice) {
    try {
      peer.connection.send(MessageTypes.FETCH_NOTICE, notice.encode());
    } catch (PeerUnreachableException | InterruptedException e) {
      LOG.debug("{} was not told what is fetched: {}", peer.key, e.getMessage());
    } finally {
      peer.telling.set(false);
    }
  }

  private void fetch(SwarmAction.Fetch fetch) {
    DownloadPeer peer = peers.get(fetch.peer());
    if (peer == null) {
      swarm.failedHere(fetch.request());
      return;
    }
    Cid cid = content.cid(fetch.chunk());
    int request = fetch.request();
    ChunkReceiver receiver =
        new ChunkReceiver(
            parts,
            peer.connection,
            new ChunkRequest(cid, Optional.of(wanted.root())),
            peer.received);
    receivers.put(request, receiver);
    running++;
    ChunkReceiver.Taker taker = content.taker(fetch.chunk());
    Thread.ofVirtual()
        .name("receive-" + request)
        .start(
            () -> {
              ChunkReceiver.Outcome outcome;
              try {
                outcome =
                    receiver.receive(
                        taker, () -> events.add(() -> swarm.firstByte(request, nowMillis())));
              } catch (RuntimeException | Error e) {
                outcome =
                    new ChunkReceiver.Outcome.Failed(new IOException("receiving failed: " + e, e));
              }
              ChunkReceiver.Outcome ended = outcome;
              events.add(() -> ended(request, fetch.chunk(), peer, ended));
            });
  }

  private void ended(int request, int chunk, DownloadPeer peer, ChunkReceiver.Outcome outcome) {
    running--;
    receivers.remove(request);
    long now = nowMillis();
    switch (outcome) {
      case ChunkReceiver.Outcome.Verified verified -> {
        lastProgressMillis = now;
        parts.network().book().received(peer.connection.remote(), verified.sizeBytes());
        if (swarm.verified(request, verified.sizeBytes())) {
          counters.chunk(peer.key.text());
        }
        content.arrived(chunk);
        if (!toldFirst) {
          toldFirst = true;
          firstChunk.run();
        }
      }
      case ChunkReceiver.Outcome.Wrong wrong -> swarm.wrong(peer.id, wrong.reason());
      case ChunkReceiver.Outcome.Refused refused -> {
        swarm.refused(request, refused.refusal(), now);
        remember(refused.refusal(), chunk, peer);
      }
      case ChunkReceiver.Outcome.Failed failed -> {
        swarm.failedHere(request);
        failure = Optional.of(failed.cause());
      }
    }
  }

  private void remember(Refusal refusal, int chunk, DownloadPeer peer) {
    switch (refusal) {
      case Refusal.Corrupt corrupt -> {
        lastRefusal = "the copy of chunk " + content.cid(chunk) + " at " + peer.key + " is rotten";
        LOG.info("{}", lastRefusal);
      }
      case Refusal.NotHeld notHeld -> {
        // Who set a rotten copy aside has none from then on: the cause is worth more than the
        // consequence.
        if (!lastRefusal.contains(content.cid(chunk).toString())) {
          lastRefusal = peer.key + " does not have chunk " + content.cid(chunk);
        }
      }
      case Refusal.Denied denied -> lastRefusal = peer.key + " does not serve this to us";
      case Refusal.Busy busy -> lastRefusal = peer.key + " is busy";
      case Refusal.Gone gone -> {}
    }
  }

  private void join(PeerConnection connection) {
    DownloadPeer known = peersByKey.get(PeerKey.of(connection));
    boolean useless = known != null || stopping || admission.isDistrusted(connection);
    if (useless || !connection.isOpen() || !hasPlaceFor(connection)) {
      parts.network().connections().release(connection);
      return;
    }
    DownloadPeer peer = new DownloadPeer(nextPeer++, connection);
    try {
      swarm.join(
          peer.id,
          PeerOrigin.of(connection.remote().address()).widest(),
          admission.isTrusted(connection),
          nowMillis());
      peer.watch = connection.watch(wanted.root(), news -> hear(peer, news));
      peers.put(peer.id, peer);
      peersByKey.put(peer.key, peer);
    } catch (PeerUnreachableException e) {
      swarm.leave(peer.id);
      parts.network().connections().release(connection);
    }
  }

  private boolean hasPlaceFor(PeerConnection connection) {
    if (peers.size() < PeerFinder.MAX_PEERS) {
      return true;
    }
    Optional<DownloadPeer> worse = admission.worseThan(connection, peers.values());
    worse.ifPresent(this::leave);
    return worse.isPresent();
  }

  private void hear(DownloadPeer peer, Availability news) {
    if (peer.news.add(news)) {
      events.add(() -> peer.news.take().forEach(heard -> swarm.availability(peer.id, heard)));
    }
  }

  private void leave(DownloadPeer peer) {
    swarm.leave(peer.id);
    forget(peer);
  }

  private void forget(DownloadPeer peer) {
    if (peers.remove(peer.id) != null) {
      countArrivals(peer, nowMillis());
      peersByKey.remove(peer.key);
      peer.watch.close();
      parts.network().connections().release(peer.connection);
    }
  }

  private void drop(SwarmAction.Drop drop) {
    DownloadPeer peer = peers.get(drop.peer());
    if (peer == null) {
      return;
    }
    forget(peer);
    if (drop.ban()) {
      liars++;
      roundsAtLastLie = sources.roundsFinished();
      lastLie = peer.key + ": " + drop.reason();
      admission.ban(peer, drop.reason());
      peer.connection.close();
      parts.network().connections().closeAllOf(peer.key);
    } else {
      LOG.info("parted from peer {}: {}", peer.key, drop.reason());
      parts.network().book().partedFrom(peer.connection.remote());
    }
  }

  private void blame(SwarmAction.Blame blame) {
    DownloadPeer peer = peers.get(blame.peer());
    if (peer != null) {
      LOG.debug("peer {}: {}", peer.key, blame.penalty());
      parts.network().book().did(peer.connection.remote(), blame.penalty());
    }
  }

  private void countArrivals(long now) {
    for (DownloadPeer peer : new ArrayList<>(peers.values())) {
      if (peer.connection.isOpen()) {
        countArrivals(peer, now);
      } else {
        leave(peer);
      }
    }
  }

  private void countArrivals(DownloadPeer peer, long now) {
    long bytes = peer.received.sum() - peer.toldBytes;
    if (bytes > 0) {
      peer.toldBytes += bytes;
      counters.received(peer.key.text(), peer.scheme(), bytes);
      swarm.progress(peer.id, bytes, now);
    }
  }

  private void describe(long now) {
    peerCount = peers.size();
    state = describeState(now);
    progress.progress(
        new NodeCommands.Progress(
            content.phase(),
            counters.doneBytes.get(),
            counters.totalBytes.get(),
            counters.bytesPerSecond(),
            peerCount,
            state.equals("downloading") ? "" : state));
  }

  private String describeState(long now) {
    long quiet = (now - lastProgressMillis) / 1000;
    if (!content.lacks()) {
      return "waiting for who reads it";
    }
    if (peers.isEmpty()) {
      String why = sources.lastFailure().isEmpty() ? lastRefusal : sources.lastFailure();
      return "looking for peers since %d s%s"
          .formatted(quiet, why.isEmpty() ? "" : " (" + why + ")");
    }
    if (swarm.requestsInFlight() == 0 && quiet > 1) {
      return "no connected peer has what is missing, since %d s%s"
          .formatted(quiet, lastRefusal.isEmpty() ? "" : " (" + lastRefusal + ")");
    }
    return quiet > 5
        ? "waiting for bytes of %d peers since %d s".formatted(peers.size(), quiet)
        : "downloading";
  }

  private void giveUpIfHopeless(long now) throws ShoalException {
    boolean nobody = peers.isEmpty() && !sources.stillTrying();
    int rounds = sources.roundsFinished();
    if (nobody && liars > 0 && rounds > Math.min(roundsAtLastLie, Integer.MAX_VALUE - 1)) {
      throw new VerificationFailedException(
          "%s: every peer that was found sent wrong bytes (%s); they are banned: try again when others have it"
              .formatted(wanted.root(), lastLie));
    }
    boolean exhausted = nobody && !sources.foundAny() && !wanted.timed();
    boolean noSearch = wanted.peers().isEmpty() && parts.network().discoveries().isEmpty();
    if (exhausted
        && now >= (noSearch ? 0 : NOBODY_MILLIS)
        && (noSearch || rounds >= 2 && wanted.peers().isEmpty())) {
      throw notFound();
    }
    if (now >= wanted.deadlineMillis(lastProgressMillis)) {
      throw outOfTime(now);
    }
  }

  private NotFoundException notFound() {
    String why = sources.lastFailure();
    String cure =
        parts.network().discoveries().isEmpty() && wanted.peers().isEmpty()
            ? "no discovery is active: name one in the configuration, or give --peer"
            : "check the id, that a node which has it runs, and that both use the same discovery"
                + " network, or give --peer";
    return new NotFoundException(
        "nobody who has %s was found%s: %s"
            .formatted(wanted.root(), why.isEmpty() ? "" : " (" + why + ")", cure));
  }

  private ShoalException outOfTime(long now) {
    if (liars > 0) {
      return new VerificationFailedException(
          "%s: wrong bytes were sent (%s) and nobody else has it: try again later"
              .formatted(wanted.root(), lastLie));
    }
    if (!sources.foundAny() && swarm.usefulPeers() == 0 && peers.isEmpty()) {
      return notFound();
    }
    Optional<Cid> lacking = swarm.rarestFree().map(content::cid);
    return new DeadlineException(
        "%s: not complete after %d s%s%s; what is here is kept: run the same command again to go on"
            .formatted(
                wanted.root(),
                now / 1000,
                lacking.map(cid -> ", chunk " + cid + " is missing").orElse(""),
                lastRefusal.isEmpty() ? "" : " (" + lastRefusal + ")"));
  }

  private void windDown() throws InterruptedException {
    sources.close();
    receivers.values().forEach(ChunkReceiver::cancel);
    long deadline = nowMillis() + WIND_DOWN_MILLIS;
    while (running > 0 && nowMillis() < deadline) {
      Runnable event = events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
      if (event != null) {
        event.run();
      }
    }
    countArrivals(nowMillis());
    new ArrayList<>(peers.values()).forEach(this::forget);
    stopping = true;
    // Connections that were offered too late are given back as well.
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
  }

  private NodeCommands.Fetched report() {
    return new NodeCommands.Fetched(
        wanted.root().toString(),
        wanted.target().map(Object::toString).orElse(""),
        Math.max(counters.totalBytes.get(), counters.doneBytes.get()),
        counters.transferredBytes.get(),
        counters.reusedAtFirst(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - counters.startedNanos),
        Map.copyOf(counters.bytesByPeer),
        Map.copyOf(counters.bytesByTransport),
        Map.copyOf(counters.chunksByPeer));
  }

  private long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
  }
}
