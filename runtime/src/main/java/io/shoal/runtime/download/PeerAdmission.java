package io.shoal.runtime.download;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.runtime.peer.Bans;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.Reputation;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which peers may take part in one download, by what is known of them. Confined to the download's
/// thread.
final class PeerAdmission {
  private static final Logger LOG = LoggerFactory.getLogger(PeerAdmission.class);

  private final PeerBook book;
  private final List<PeerAddress> given;
  private long distrusts;

  /// @param given the addresses that the user named: a peer there is trusted until it lies
  PeerAdmission(PeerBook book, List<PeerAddress> given) {
    this.book = book;
    this.given = given;
    distrusts = book.distrusts();
  }

  /// Whether the peer need not prove itself first.
  boolean isTrusted(PeerConnection connection) {
    return isGiven(connection) || book.score(connection.remote()) >= Reputation.MERITED;
  }

  private boolean isGiven(PeerConnection connection) {
    String uri = connection.remote().address().uri();
    return connection.remote().outbound()
        && given.stream().anyMatch(address -> address.uri().equals(uri));
  }

  /// Whether it comes from a place where too many peers were banned, and has no merits.
  boolean isDistrusted(PeerConnection connection) {
    return !isGiven(connection) && book.distrusted(connection.remote()).isPresent();
  }

  /// The peers that became distrusted since the last call, by what they or their neighbours did.
  List<DownloadPeer> newlyDistrusted(Collection<DownloadPeer> peers) {
    long now = book.distrusts();
    if (now == distrusts) {
      return List.of();
    }
    distrusts = now;
    return peers.stream().filter(peer -> isDistrusted(peer.connection)).toList();
  }

  /// The peer that a newcomer replaces, if one is worse.
  Optional<DownloadPeer> worseThan(PeerConnection newcomer, Collection<DownloadPeer> peers) {
    DownloadPeer worst = Collections.min(peers, Comparator.comparingDouble(this::score));
    return book.score(newcomer.remote()) > score(worst) + Reputation.WORTH_A_PLACE
        ? Optional.of(worst)
        : Optional.empty();
  }

  private double score(DownloadPeer peer) {
    return book.score(peer.connection.remote());
  }

  void ban(DownloadPeer peer, String reason) {
    for (Bans.Ban ban : book.ban(peer.connection.remote(), reason)) {
      LOG.warn(
          "{} is {} for {} minutes: {}",
          ban.subject(),
          ban.personal() ? "banned" : "distrusted",
          (ban.untilMillis() - ban.sinceMillis()) / 60_000,
          ban.reason());
    }
  }
}
