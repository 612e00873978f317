package io.shoal.testkit;

import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// SHA-256, right except for one thing.
final class OddVerifier implements Verifier {
  /// What may be wrong with it.
  enum Fault {
    NONE,
    CHANGES_ITS_CODE,
    CHANGES_ITS_NAME,
    WAITS_IN_BEGIN,
    CUTS_OFF_AFTER_A_MEBIBYTE,
    SHARES_ITS_ARRAY,
    HAS_ONE_DIGEST_A_THREAD,
    ANSWERS_EVERY_QUESTION,
    ANSWERS_ANY_ARGUMENTS,
    HAS_TOO_FEW_CELLS,
    GIVES_TOO_MANY_ROWS,
    LOCKS_WHILE_IT_DIGESTS,
    HAS_NO_QUESTION,
    ANSWERS_NOTHING,
    CHANGES_ITS_QUESTIONS,
    FORGETS_ITS_QUESTIONS,
    ADVISES_IN_TWO_LINES
  }

  private static final int CUT_BYTES = 1 << 20;

  private final Fault fault;
  private final AtomicInteger calls = new AtomicInteger();
  private final ThreadLocal<Sha256> ofThread = ThreadLocal.withInitial(() -> new Sha256(this));
  private volatile boolean closed;
  private final byte[] shared = new byte[32];

  OddVerifier(Fault fault) {
    this.fault = fault;
  }

  @Override
  public long multihashCode() {
    return fault == Fault.CHANGES_ITS_CODE ? 0x12 + calls.getAndIncrement() : 0x12;
  }

  @Override
  public String name() {
    return fault == Fault.CHANGES_ITS_NAME ? "sha2-" + calls.getAndIncrement() : "sha2-256";
  }

  @Override
  public int digestSizeBytes() {
    return 32;
  }

  @Override
  public Digest begin() {
    if (fault == Fault.WAITS_IN_BEGIN) {
      waitAMoment();
    }
    if (fault == Fault.LOCKS_WHILE_IT_DIGESTS) {
      synchronized (this) {
        return new Sha256(this);
      }
    }
    return fault == Fault.HAS_ONE_DIGEST_A_THREAD ? ofThread.get() : new Sha256(this);
  }

  private static void waitAMoment() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public List<String> advice() {
    return fault == Fault.ADVISES_IN_TWO_LINES ? List.of("first\nsecond") : List.of();
  }

  @Override
  public Optional<Inspection> inspection() {
    return closed && fault == Fault.FORGETS_ITS_QUESTIONS
        ? Optional.empty()
        : Optional.of(new Figures());
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class Figures implements Inspection {
    @Override
    public List<Question> questions() {
      String name =
          fault == Fault.CHANGES_ITS_QUESTIONS ? "calls-" + calls.getAndIncrement() : "calls";
      return fault == Fault.HAS_NO_QUESTION
          ? List.of()
          : List.of(new Question(name, "", "How often it was called"));
    }

    @Override
    public void ask(String question, List<String> arguments, AnswerSink sink)
        throws InvalidInputException {
      if (!question.equals("calls") && fault != Fault.ANSWERS_EVERY_QUESTION) {
        throw new InvalidInputException("no question '" + question + "': ask for calls");
      }
      if (!arguments.isEmpty() && fault != Fault.ANSWERS_ANY_ARGUMENTS) {
        throw new InvalidInputException("calls takes no arguments: leave them out");
      }
      if (fault == Fault.ANSWERS_NOTHING) {
        return;
      }
      sink.columns(List.of("calls", "errors"));
      int rows = fault == Fault.GIVES_TOO_MANY_ROWS ? MAX_ROWS + 1 : 1;
      for (int i = 0; i < rows; i++) {
        sink.row(fault == Fault.HAS_TOO_FEW_CELLS ? List.of("0") : List.of("0", "0"));
      }
    }
  }

  private static final class Sha256 implements Digest {
    private final OddVerifier verifier;
    private final MessageDigest digest;
    private int taken;

    Sha256(OddVerifier verifier) {
      this.verifier = verifier;
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java platform has SHA-256", e);
      }
    }

    @Override
    public void update(ByteBuffer bytes) {
      int limit = bytes.limit();
      if (verifier.fault == Fault.CUTS_OFF_AFTER_A_MEBIBYTE) {
        bytes.limit(bytes.position() + Math.min(bytes.remaining(), CUT_BYTES - taken));
      }
      taken += bytes.remaining();
      if (verifier.fault == Fault.LOCKS_WHILE_IT_DIGESTS) {
        synchronized (verifier) {
          digest.update(bytes);
        }
      } else {
        digest.update(bytes);
      }
      bytes.limit(limit).position(limit);
    }

    @Override
    public byte[] finish() {
      taken = 0;
      byte[] found = digest.digest();
      if (verifier.fault != Fault.SHARES_ITS_ARRAY) {
        return found;
      }
      System.arraycopy(found, 0, verifier.shared, 0, found.length);
      return verifier.shared;
    }
  }
}
