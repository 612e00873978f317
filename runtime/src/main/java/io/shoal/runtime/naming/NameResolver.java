package io.shoal.runtime.naming;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerId;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.VerificationFailedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// Finds the root that a signed name stands for. Trusts signatures alone: of the record that is
/// found and the one that was seen before, the one with the higher sequence number counts. Usable
/// from any thread.
public final class NameResolver {
  /// Keys that one name may lead through: no user changes keys that often, and a long chain is a
  /// trap.
  public static final int MAX_KEYS = 8;

  private final SignedRecordClient network;
  private final NameStore files;
  private final NameChunks chunks;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  /// @param clock shows when records expire
  /// @param nanoTime monotonic, any origin
  public NameResolver(
      SignedRecordClient network,
      NameStore files,
      NameChunks chunks,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.network = network;
    this.files = files;
    this.chunks = chunks;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /// The reference under which a name is resolved.
  static String text(PeerId key, String name) {
    return new Reference.SignedName(key.toCid(), name).text();
  }

  /// The key of a name.
  static byte[] publicKey(Reference.SignedName name) throws InvalidInputException {
    return PeerId.parse(name.key().toString())
        .ed25519PublicKey()
        .orElseThrow(
            () -> new InvalidInputException(name.key() + " is not an Ed25519 key: check the name"));
  }

  static String iso(long seconds) {
    return Instant.ofEpochSecond(seconds).toString();
  }

  long nowSeconds() {
    return clock.instant().getEpochSecond();
  }

  private Duration left(long deadlineNanos, String what) throws DeadlineException {
    long left = deadlineNanos - nanoTime.getAsLong();
    if (left <= 0) {
      throw new DeadlineException(
          what + " was not resolved in time: repeat the command, or give it a longer --timeout");
    }
    return Duration.ofNanos(left);
  }

  public NameCommands.ResolvedName resolve(Reference.SignedName wanted, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    long deadline = nanoTime.getAsLong() + timeout.toNanos();
    List<String> notes = new ArrayList<>();
    Set<Cid> keys = new HashSet<>();
    Reference.SignedName name = wanted;
    while (true) {
      if (!keys.add(name.key()) || keys.size() > MAX_KEYS) {
        throw new VerificationFailedException(
            "%s leads through more than %d keys or in a circle: ask its owner for the right one"
                .formatted(wanted.text(), MAX_KEYS));
      }
      Newest newest = newest(name, left(deadline, name.text()), notes);
      switch (newest.value) {
        case NameValue.Successor successor -> {
          name = new Reference.SignedName(successor.key().toCid(), name.name());
          notes.add("its owner has another key now: use " + name.text());
        }
        case NameValue.Withdrawn withdrawn ->
            throw new NotFoundException(
                "%s was withdrawn by its owner at %s: ask for another"
                    .formatted(name.text(), iso(withdrawn.time())));
        case NameValue.InChunk inChunk -> {
          Duration rest = left(deadline, name.text());
          return resolved(name, newest, inChunk(name, inChunk, rest), notes);
        }
        case NameValue.Target target -> {
          return resolved(name, newest, target, notes);
        }
      }
    }
  }

  private static NameCommands.ResolvedName resolved(
      Reference.SignedName name, Newest newest, NameValue.Target target, List<String> notes) {
    return new NameCommands.ResolvedName(
        name.text(),
        target.root().toString(),
        target.fileName(),
        target.sizeBytes(),
        target.kind(),
        target.note(),
        newest.record.sequence(),
        iso(target.time()),
        iso(target.expires()),
        newest.answer.answered(),
        newest.answer.holders(),
        newest.first,
        List.copyOf(notes));
  }

  private NameValue.Target inChunk(
      Reference.SignedName name, NameValue.InChunk inChunk, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    try {
      return NameValue.decodeChunk(chunks.load(inChunk.chunk(), timeout), inChunk);
    } catch (MalformedDataException e) {
      throw unreadable(name, e);
    }
  }

  private static VerificationFailedException unreadable(
      Reference.SignedName name, MalformedDataException e) {
    return new VerificationFailedException(
        "the record of %s is signed by its key but cannot be read (%s): its owner must publish it again, or you need a newer version"
            .formatted(name.text(), e.getMessage()),
        e);
  }

  /// @param record the newest that is known
  /// @param value the record's value
  /// @param answer the answers of the discoveries
  /// @param first whether this node saw the name for the first time
  private record Newest(
      SignedRecord record, NameValue value, SignedRecordClient.Answer answer, boolean first) {}

  private Newest newest(Reference.SignedName name, Duration timeout, List<String> notes)
      throws ShoalException, IOException, InterruptedException {
    byte[] key = publicKey(name);
    Optional<SignedRecord> seen = files.seen(key, name.name());
    SignedRecordClient.Answer answer = network.resolve(key, name.name(), timeout);
    SignedRecord record = choose(name, seen, answer, notes);
    if (!files.remember(record)) {
      notes.add("too many names are remembered here: a rollback of this one will not be noticed");
    }
    NameValue value;
    try {
      value = NameValue.decode(record.value());
    } catch (MalformedDataException e) {
      throw unreadable(name, e);
    }
    if (value.expired(nowSeconds())) {
      throw new NotFoundException(
          "%s expired at %s: its owner must publish it again"
              .formatted(name.text(), iso(value.expires())));
    }
    return new Newest(record, value, answer, seen.isEmpty());
  }

  private SignedRecord choose(
      Reference.SignedName name,
      Optional<SignedRecord> seen,
      SignedRecordClient.Answer answer,
      List<String> notes)
      throws ShoalException {
    if (answer.newest().isEmpty()) {
      SignedRecord before = seen.orElseThrow(() -> nothing(name, answer));
      notes.add(
          "%d answered and none holds %s now: this is the record that was seen before"
              .formatted(answer.answered(), name.name()));
      return before;
    }
    SignedRecord theirs = answer.newest().get();
    if (seen.isEmpty()) {
      notes.add(
          "first contact with this name: a rollback to an older record cannot be detected (%d answered)"
              .formatted(answer.answered()));
      return theirs;
    }
    if (theirs.sequence() > seen.get().sequence()) {
      return theirs;
    }
    if (theirs.sequence() < seen.get().sequence()) {
      notes.add(
          "others hold an older record (sequence %d; %d was seen here before): it is refused"
              .formatted(theirs.sequence(), seen.get().sequence()));
    } else if (!RecordSignature.same(theirs, seen.get())) {
      notes.add(
          "its owner signed two records of sequence %d: the one that was seen first counts"
              .formatted(theirs.sequence()));
    }
    return seen.get();
  }

  private ShoalException nothing(Reference.SignedName name, SignedRecordClient.Answer answer) {
    if (answer.forged()) {
      return new VerificationFailedException(
          "the record of %s that others hold is not signed by its key: check the key, and try again later"
              .formatted(name.text()));
    }
    if (answer.failure().isPresent()) {
      return answer.failure().get();
    }
    return network.exists()
        ? new NotFoundException(
            "none of the %d that answered holds %s: check the key and the name; a publisher's node must run at least every two hours"
                .formatted(answer.answered(), name.text()))
        : new NotFoundException(
            "%s was never seen here, and no active discovery holds signed records: name one that does in active.discovery"
                .formatted(name.text()));
  }

  /// The description of a root that others hold. A hint only: anyone who knows the root can publish
  /// one.
  public Optional<NameValue.Target> about(Cid root, Duration timeout) throws InterruptedException {
    Optional<SignedRecord> record =
        network.resolve(network.seal().aboutKey(root).publicKey(), "", timeout).newest();
    try {
      if (record.isPresent()
          && NameValue.decode(record.get().value()) instanceof NameValue.Target target
          && target.root().equals(root.toV1())
          && !target.expired(nowSeconds())) {
        return Optional.of(target);
      }
      return Optional.empty();
    } catch (MalformedDataException e) {
      return Optional.empty();
    }
  }
}
