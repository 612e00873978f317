package io.shoal.runtime.serving;

import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.runtime.connection.MessageQuota;
import io.shoal.runtime.connection.MessageTypes;
import io.shoal.runtime.connection.NameMessages;
import io.shoal.runtime.peer.PeerKey;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The names of roots, for peers that fetch one and know its id alone, and from them. Usable from
/// any thread.
public final class RootNames {
  private static final Logger LOG = LoggerFactory.getLogger(RootNames.class);

  /// Messages of one connection that are handled in a round: a command may fetch hundreds of small
  /// roots in it.
  private static final int MAX_PER_ROUND = 1_000;

  private final Function<Cid, Optional<String>> shared;
  private final Heard heard;
  private final MessageQuota quota = new MessageQuota(MAX_PER_ROUND);

  /// Receives what a root is called at a peer.
  @FunctionalInterface
  public interface Heard {
    /// @param name from a stranger; empty if it has none
    void named(Cid root, PeerConnection from, Optional<String> name);
  }

  /// @param shared the name of a root that may be given to others, if it has one
  public RootNames(Function<Cid, Optional<String>> shared, Heard heard) {
    this.shared = shared;
    this.heard = heard;
  }

  /// Another round begins; called every [EVERY_MILLIS][PeerGossip#EVERY_MILLIS].
  public void round() {
    quota.nextRound();
  }

  /// A peer asks what a root is called here.
  public void asked(PeerConnection from, ByteBuffer bytes) {
    if (!quota.take(from)) {
      return;
    }
    try {
      Cid root = NameMessages.readQuestion(bytes);
      ByteBuffer answer = new NameMessages.Answer(root, shared.apply(root)).encode();
      // On a thread of its own: sending waits while the peer takes nothing.
      Thread.ofVirtual().name("name-answer").start(() -> answer(from, answer));
    } catch (PeerFaultException e) {
      LOG.debug("a question of {} is ignored: {}", PeerKey.of(from), e.getMessage());
    }
  }

  private static void answer(PeerConnection to, ByteBuffer answer) {
    try {
      to.send(MessageTypes.NAME_ANSWER, answer);
    } catch (PeerUnreachableException | InterruptedException e) {
      LOG.debug("{} got no answer: {}", PeerKey.of(to), e.getMessage());
    }
  }

  /// A peer answers.
  public void answered(PeerConnection from, ByteBuffer bytes) {
    if (!quota.take(from)) {
      return;
    }
    try {
      NameMessages.Answer answer = NameMessages.Answer.decode(bytes);
      heard.named(answer.root(), from, answer.name());
    } catch (PeerFaultException e) {
      LOG.debug("an answer of {} is ignored: {}", PeerKey.of(from), e.getMessage());
    }
  }
}
