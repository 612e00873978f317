package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.runtime.connection.DialBack;
import io.shoal.runtime.connection.MessageTypes;
import io.shoal.runtime.discovery.DigestLookup;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.download.FetchNotices;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.serving.NodeChunkServer;
import io.shoal.runtime.serving.PeerGossip;
import io.shoal.runtime.serving.RootNames;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Routes what happens on connections, apart from chunks, to the parts that handle it.
final class PeerMessages implements NodeChunkServer.Events {
  private static final Logger LOG = LoggerFactory.getLogger(PeerMessages.class);

  private final PeerBook book;
  private final Downloads downloads;
  private final PeerGossip gossip;
  private final FetchNotices fetchNotices;
  private final DialBack dialBack;
  private final RootNames rootNames;
  private final Supplier<DigestLookup> digests;

  /// @param digests made after this: it dials peers, which are served by what reports events here
  PeerMessages(
      PeerBook book,
      Downloads downloads,
      PeerGossip gossip,
      FetchNotices fetchNotices,
      DialBack dialBack,
      RootNames rootNames,
      Supplier<DigestLookup> digests) {
    this.book = book;
    this.downloads = downloads;
    this.gossip = gossip;
    this.fetchNotices = fetchNotices;
    this.dialBack = dialBack;
    this.rootNames = rootNames;
    this.digests = digests;
  }

  @Override
  public void connected(PeerConnection connection) {
    book.connected(connection.remote(), -1);
    dialBack.connected(connection);
  }

  @Override
  public void disconnected(PeerConnection connection) {
    downloads.lost(connection);
  }

  @Override
  public void watched(PeerConnection from, Cid root) {
    downloads.takesPart(root, from);
    gossip.entered(from, root);
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    switch (type) {
      case MessageTypes.PEER_EXCHANGE -> gossip.heard(from, bytes);
      case MessageTypes.FETCH_NOTICE -> fetchNotices.heard(from, bytes);
      case MessageTypes.DIGEST_QUESTION -> digests.get().asked(from, bytes);
      case MessageTypes.DIGEST_ANSWER -> digests.get().answered(from, bytes);
      case MessageTypes.DIAL_BACK_QUESTION -> dialBack.asked(from);
      case MessageTypes.DIAL_BACK_ANSWER -> dialBack.answered(from, bytes);
      case MessageTypes.NAME_QUESTION -> rootNames.asked(from, bytes);
      case MessageTypes.NAME_ANSWER -> rootNames.answered(from, bytes);
      case MessageTypes.ACCESS_PROOF ->
          LOG.debug(
              "{} proves that it has a secret, which this node does not require", PeerKey.of(from));
      default -> LOG.debug("{} sent a message of the unknown type {}", PeerKey.of(from), type);
    }
  }
}
