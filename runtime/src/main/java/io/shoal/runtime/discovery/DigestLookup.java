package io.shoal.runtime.discovery;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RetryableException;
import io.shoal.runtime.connection.DigestMessages;
import io.shoal.runtime.connection.MessageTypes;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the root of a file of which only the SHA-256 of all its bytes is known: peers that know it
/// announce the digest as if it were a raw chunk, and answer every peer that asks. The answer is a
/// hint; the digest of the whole file is checked before the file gets its name. The messages:
/// [DigestMessages].
public final class DigestLookup {
  private static final Logger LOG = LoggerFactory.getLogger(DigestLookup.class);

  /// Questions that wait for an answer at once.
  private static final int MAX_WAITING = 256;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PeerNetwork network;
  private final ChunkStore store;
  private final RootIndex index;
  private final Map<String, LinkedBlockingQueue<Cid>> waiting = new ConcurrentHashMap<>();

  public DigestLookup(PeerNetwork network, ChunkStore store, RootIndex index) {
    this.network = network;
    this.store = store;
    this.index = index;
  }

  /// The provider key under which a whole-file digest is announced.
  public static Cid key(String sha256) {
    return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, HexFormat.of().parseHex(sha256)));
  }

  /// The root that this node or a peer names for the digest.
  public Optional<Cid> find(String sha256, Optional<Duration> timeout, List<PeerAddress> given)
      throws InterruptedException, IOException, RetryableException {
    Optional<Cid> known = index.byDigest(sha256).map(KeptRoot::cid);
    if (known.isPresent()) {
      return known;
    }
    if (store.find(key(sha256)).isPresent()) {
      return Optional.of(key(sha256));
    }
    if (waiting.size() >= MAX_WAITING) {
      return Optional.empty();
    }
    LinkedBlockingQueue<Cid> answers =
        waiting.computeIfAbsent(sha256, any -> new LinkedBlockingQueue<>(16));
    try (PeerFinder finder =
        new PeerFinder(network, key(sha256), connection -> ask(connection, sha256))) {
      finder.start(given);
      long millis = timeout.orElse(PATIENCE).toMillis();
      return Optional.ofNullable(answers.poll(millis, TimeUnit.MILLISECONDS));
    } finally {
      waiting.remove(sha256);
    }
  }

  private void ask(PeerConnection connection, String sha256) {
    try {
      if (network.connections().traits().carriesMessages(connection)) {
        connection.send(MessageTypes.DIGEST_QUESTION, DigestMessages.question(sha256));
      }
    } catch (PeerUnreachableException | InterruptedException e) {
      LOG.debug("{} was not asked: {}", PeerKey.of(connection), e.getMessage());
    } finally {
      network.connections().release(connection);
    }
  }

  /// A peer asks for a digest. Private roots are not revealed.
  public void asked(PeerConnection from, ByteBuffer bytes) {
    String hex;
    try {
      hex = DigestMessages.readQuestion(bytes);
    } catch (PeerFaultException e) {
      LOG.debug("a question of {} is ignored: {}", PeerKey.of(from), e.getMessage());
      return;
    }
    Optional<KeptRoot> known = index.sharedByDigest(hex);
    Optional<Cid> root = known.map(KeptRoot::cid);
    try {
      if (root.isEmpty() && !index.withheld(key(hex)) && store.find(key(hex)).isPresent()) {
        root = Optional.of(key(hex));
      }
    } catch (IOException | RetryableException e) {
      LOG.debug("a digest was not looked up: {}", e.getMessage());
    }
    ByteBuffer answer =
        new DigestMessages.Answer(hex, root, known.map(KeptRoot::sizeBytes).orElse(0L)).encode();
    Thread.ofVirtual().name("digest-answer").start(() -> answer(from, answer));
  }

  private static void answer(PeerConnection to, ByteBuffer answer) {
    try {
      to.send(MessageTypes.DIGEST_ANSWER, answer);
    } catch (PeerUnreachableException | InterruptedException e) {
      LOG.debug("{} got no answer: {}", PeerKey.of(to), e.getMessage());
    }
  }

  /// A peer answers. An answer without a question is ignored.
  public void answered(PeerConnection from, ByteBuffer bytes) {
    DigestMessages.Answer answer;
    try {
      answer = DigestMessages.Answer.decode(bytes);
    } catch (PeerFaultException e) {
      LOG.debug("an answer of {} is ignored: {}", PeerKey.of(from), e.getMessage());
      return;
    }
    LinkedBlockingQueue<Cid> answers = waiting.get(answer.sha256());
    if (answers != null
        && answer.root().isPresent()
        && !answers.offer(answer.root().get().toV1())) {
      LOG.debug("{} answered, but enough answers are here", PeerKey.of(from));
    }
  }
}
