package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.Refusal;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.discovery.PeerFinder;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.swarm.Swarm;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a download is doing: describes it to the user, and gives it up when nothing more can be
/// expected, with the cause that helps most. Confined to the download's thread but for [#state] and
/// [#peerCount]; `now` is milliseconds since the download's start.
final class DownloadOutlook {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadOutlook.class);

  private static final String DOWNLOADING = "downloading";

  /// So many bytes that arrived are progress, though no chunk is whole: from a slow peer a chunk
  /// takes longer than a download waits. Peers that send a byte now and then make none.
  private static final long PROGRESS_BYTES = 64 * 1024;

  private final DownloadRequest request;
  private final DownloadContent content;
  private final Swarm swarm;
  private final PeerFinder finder;
  private final DownloadCounters counters;
  private final ContentCommands.ProgressListener progress;

  /// Whether there are neither discoveries nor addresses, so that no search is made.
  private final boolean searchesNowhere;

  private long lastProgressMillis;
  private long bytesAtProgress;
  private int liars;
  private int roundsAtLastLie;
  private String lastLie = "";
  private String lastRefusal = "";
  private volatile String state = "looking for peers";
  private volatile int peerCount;

  /// @param discoveries how many are active
  DownloadOutlook(
      DownloadRequest request,
      DownloadContent content,
      Swarm swarm,
      PeerFinder finder,
      DownloadCounters counters,
      int discoveries,
      ContentCommands.ProgressListener progress) {
    this.request = request;
    this.content = content;
    this.swarm = swarm;
    this.finder = finder;
    this.counters = counters;
    this.progress = progress;
    this.searchesNowhere =
        discoveries == 0 && request.peers().isEmpty() && request.hints().isEmpty();
  }

  /// One line: `downloading`, or what it waits for. From any thread.
  String state() {
    return state;
  }

  /// From any thread.
  int peerCount() {
    return peerCount;
  }

  /// A chunk was verified, or nothing was expected until now.
  void progressed(long now) {
    lastProgressMillis = now;
    bytesAtProgress = counters.transferredBytes.get();
  }

  /// A peer was banned.
  void banned(PeerKey peer, String reason) {
    liars++;
    roundsAtLastLie = finder.roundsFinished();
    lastLie = peer + ": " + reason;
  }

  void refused(Refusal refusal, Cid chunk, PeerKey peer) {
    switch (refusal) {
      case Refusal.Corrupt corrupt -> {
        lastRefusal = "the copy of chunk " + chunk + " at " + peer + " is corrupt";
        LOG.info("{}", lastRefusal);
      }
      case Refusal.NotHeld notHeld -> {
        // A peer that quarantined a corrupt copy lacks the chunk from then on: the cause is worth
        // more than the consequence.
        if (!lastRefusal.contains(chunk.toString())) {
          lastRefusal = peer + " does not have chunk " + chunk;
        }
      }
      case Refusal.Denied denied -> lastRefusal = peer + " does not serve this to us";
      case Refusal.Busy busy -> lastRefusal = peer + " is busy";
      case Refusal.Gone gone -> {}
      default -> lastRefusal = peer + " does not send chunk " + chunk;
    }
  }

  /// Reports progress; a few times a second.
  ///
  /// @param peers how many take part now
  /// @throws ShoalException nothing more can be expected
  void tick(long now, int peers) throws ShoalException {
    if (counters.transferredBytes.get() - bytesAtProgress >= PROGRESS_BYTES) {
      progressed(now);
    }
    describe(now, peers);
    if (content.lacks()) {
      giveUpIfHopeless(now, peers);
    } else {
      progressed(now);
    }
  }

  private void describe(long now, int peers) {
    peerCount = peers;
    state = describeState(now, peers);
    progress.progress(
        new ContentCommands.Progress(
            content.phase(),
            counters.doneBytes(),
            counters.totalBytes(),
            counters.bytesPerSecond(),
            peers,
            state.equals(DOWNLOADING) ? "" : state));
  }

  private String describeState(long now, int peers) {
    long quiet = (now - lastProgressMillis) / 1000;
    if (!content.lacks()) {
      return "waiting for the reader";
    }
    if (peers == 0) {
      String failure = finder.lastFailure();
      return "looking for peers since %d s%s"
          .formatted(quiet, because(failure.isEmpty() ? lastRefusal : failure));
    }
    if (swarm.requestsInFlight() == 0 && quiet > 1) {
      return "no connected peer has what is missing, since %d s%s"
          .formatted(quiet, because(lastRefusal));
    }
    return quiet > 5
        ? "waiting for bytes of %d peers since %d s".formatted(peers, quiet)
        : DOWNLOADING;
  }

  private static String because(String cause) {
    return cause.isEmpty() ? "" : " (" + cause + ")";
  }

  private void giveUpIfHopeless(long now, int peers) throws ShoalException {
    boolean alone = peers == 0 && !finder.stillTrying();
    int rounds = finder.roundsFinished();
    if (alone && liars > 0 && rounds > Math.min(roundsAtLastLie, Integer.MAX_VALUE - 1)) {
      throw new VerificationFailedException(
          "%s: every peer that was found sent wrong bytes (%s); they are banned: try again when other peers have it"
              .formatted(request.root(), lastLie));
    }
    if (alone && !finder.foundAny() && !request.timed() && searchesNowhere) {
      throw notFound();
    }
    Optional<String> hopeless = alone ? finder.hopeless() : Optional.empty();
    if (hopeless.isPresent()) {
      throw new NotFoundException(
          "%s: no peer that --peer names can be used (%s): correct it, or leave it out to search"
              .formatted(request.root(), hopeless.get()));
    }
    if (now >= request.deadlineMillis(lastProgressMillis)) {
      throw outOfTime(now, peers);
    }
  }

  private NotFoundException notFound() {
    String cure =
        searchesNowhere
            ? "no discovery is active: name one in the configuration, or give --peer"
            : "check the id, that a node which has it runs, and that both use the same discovery"
                + " network, or give --peer";
    int known = finder.addressesKnown();
    if (known > 0) {
      return new NotFoundException(
          "no peer that has %s could be reached, of %d %s%s: their nodes may have ended, or be behind a router or firewall that lets nothing in; try again later, or give --peer"
              .formatted(
                  request.root(),
                  known,
                  known == 1 ? "address" : "addresses",
                  because(finder.lastFailure())));
    }
    String plain =
        finder.lacksTls() ? "; with tls: off, peers that want TLS are not among those found" : "";
    return new NotFoundException(
        "no peer that has %s was found%s: %s%s"
            .formatted(request.root(), because(finder.lastFailure()), cure, plain));
  }

  private ShoalException outOfTime(long now, int peers) {
    if (liars > 0) {
      return new VerificationFailedException(
          "%s: wrong bytes were sent (%s) and no other peer has it: try again later"
              .formatted(request.root(), lastLie));
    }
    if (!finder.foundAny() && swarm.usefulPeers() == 0 && peers == 0) {
      return notFound();
    }
    return outOfTime(now);
  }

  /// The time that the user gave is over.
  DeadlineException outOfTime(long now) {
    Optional<Cid> lacking = swarm.rarestFree().filter(content::names).map(content::cid);
    return new DeadlineException(
        "%s: not complete after %d s%s%s; what is here is kept: run the same command again to go on"
            .formatted(
                request.root(),
                now / 1000,
                lacking.map(cid -> ", chunk " + cid + " is missing").orElse(""),
                because(lastRefusal)));
  }
}
