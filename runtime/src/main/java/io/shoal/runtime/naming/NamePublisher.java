package io.shoal.runtime.naming;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerId;
import io.shoal.api.Quoted;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.identity.HostKey;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/// Signs the names that this user publishes, keeps the records on the disk and gives them to
/// others. One change at a time; usable from any thread.
public final class NamePublisher {
  /// How long a record is valid if the user does not say: a node that was off for some weeks still
  /// finds its names, kept alive by others.
  public static final Duration LIFETIME = Duration.ofDays(30);

  /// A value may not expire before others had time to take it.
  static final Duration MIN_LIFETIME = Duration.ofMinutes(1);

  private final SignedRecordClient network;
  private final NameStore files;
  private final NameChunks chunks;
  private final PublishingKeys keys;
  private final PublicationStates states;
  private final InstantSource clock;
  private final ReentrantLock changing = new ReentrantLock();

  public NamePublisher(
      SignedRecordClient network,
      NameStore files,
      NameChunks chunks,
      PublishingKeys keys,
      PublicationStates states,
      InstantSource clock) {
    this.network = network;
    this.files = files;
    this.chunks = chunks;
    this.keys = keys;
    this.states = states;
    this.clock = clock;
  }

  /// The known facts about a root that is to be published.
  public record Facts(Cid root, Optional<String> fileName, long sizeBytes, Optional<String> kind) {}

  /// The key and the name of a record to sign.
  ///
  /// @param about whether the record describes a root
  private record Signer(HostKey key, String name, boolean about) {}

  private long now() {
    return clock.instant().getEpochSecond();
  }

  public NameCommands.PublishedName publish(NameCommands.PublishRequest request, Facts facts)
      throws ShoalException, IOException, InterruptedException {
    if (request.name().isPresent()) {
      requireName(request.name().get());
    }
    if (NameValue.noteBytes(request.note()) > NameValue.MAX_NOTE_BYTES) {
      throw new InvalidInputException(
          "the note has more than %d bytes: shorten it".formatted(NameValue.MAX_NOTE_BYTES));
    }
    Duration lifetime = request.lifetime().orElse(LIFETIME);
    if (lifetime.compareTo(MIN_LIFETIME) < 0 || lifetime.compareTo(NameValue.MAX_LIFETIME) > 0) {
      throw new InvalidInputException("a name is published for 1m to 3660d: choose a time between");
    }
    NameValue.Target target =
        new NameValue.Target(
            facts.root(),
            facts.fileName(),
            facts.sizeBytes(),
            facts.kind(),
            request.note(),
            now(),
            now() + lifetime.toSeconds());
    boolean renew = request.lifetime().isEmpty();
    return changing(
        () -> {
          Signer signer =
              request.name().isPresent()
                  ? new Signer(keys.current(), request.name().get(), false)
                  : new Signer(network.seal().aboutKey(facts.root()), "", true);
          return put(signer, target, renew, request.timeout());
        });
  }

  private static void requireName(String name) throws InvalidInputException {
    Optional<String> fault = NameRules.faultOfSigned(name);
    if (fault.isPresent()) {
      throw new InvalidInputException(
          "'" + Quoted.of(name) + "' cannot be published as a name: " + fault.get());
    }
  }

  public NameCommands.PublishedName withdraw(String name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    requireName(name);
    return changing(
        () -> {
          HostKey key = keys.current();
          if (files.own(key.publicKey(), name).isEmpty()) {
            throw new NotFoundException(
                "'%s' was not published here under the present key: 'shoal publish' lists the names that were"
                    .formatted(Quoted.of(name)));
          }
          NameValue gone = new NameValue.Withdrawn(now(), now() + LIFETIME.toSeconds());
          return put(new Signer(key, name, false), gone, false, timeout);
        });
  }

  /// Publishes every name again under a new key; the old names then lead there. The new key becomes
  /// the present one last: a crash before leaves the old one in place, and the command can be
  /// repeated.
  public NameCommands.PublishingKey rotate(Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return changing(
        () -> {
          HostKey old = keys.current();
          HostKey fresh = keys.successor();
          List<String> moved = new ArrayList<>();
          long expires = now() + NameValue.MAX_LIFETIME.toSeconds();
          NameValue leads = new NameValue.Successor(fresh.peerId(), now(), expires);
          for (NameStore.Own own : files.allOwn()) {
            if (own.about() || !own.key().equals(old.peerId())) {
              continue;
            }
            SignedRecord record = own.record();
            NameValue value = decoded(record);
            if (value instanceof NameValue.Withdrawn || value instanceof NameValue.Successor) {
              continue;
            }
            putSigned(
                new Signer(fresh, record.name(), false), record.value(), own.renew(), timeout);
            put(new Signer(old, record.name(), false), leads, false, timeout);
            moved.add(NameResolver.text(old.peerId(), record.name()));
          }
          keys.makeCurrent(fresh);
          return new NameCommands.PublishingKey(
              fresh.peerId().toCid().toString(), Optional.empty(), moved);
        });
  }

  private NameCommands.PublishedName put(
      Signer signer, NameValue value, boolean renew, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    byte[] encoded = value.encode();
    if (encoded.length > network.seal().maxValueBytes()) {
      Cid chunk = chunks.store(encoded, "record of " + signer.name);
      encoded = new NameValue.InChunk(chunk, value.time(), value.expires()).encode();
    }
    return putSigned(signer, encoded, renew, timeout);
  }

  private NameCommands.PublishedName putSigned(
      Signer signer, byte[] value, boolean renew, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    network.require();
    byte[] key = signer.key.publicKey();
    Optional<NameStore.Own> before = files.own(key, signer.name);
    if (before.isEmpty() && files.allOwn().size() >= NameStore.MAX_OWN) {
      throw new UserFaultException(
          "%d names are published here already: withdraw some".formatted(NameStore.MAX_OWN));
    }
    SignedRecordClient.Answer answer = network.resolve(key, signer.name, timeout);
    long highest = answer.newest().map(SignedRecord::sequence).orElse(-1L);
    highest = Math.max(highest, before.map(own -> own.record().sequence()).orElse(-1L));
    highest =
        Math.max(highest, files.seen(key, signer.name).map(SignedRecord::sequence).orElse(-1L));
    SignedRecord record =
        network.seal().sign(signer.key, signer.name, sequenceAbove(highest), value);
    NameStore.Own own = new NameStore.Own(record, renew, signer.about);
    // On the disk before others have it: a sequence number is never used twice.
    files.putOwn(own);
    if (!signer.about) {
      files.remember(record);
    }
    if (before.isPresent()) {
      dropChunk(before.get().record());
    }
    OptionalLong replaces =
        answer.newest().map(r -> OptionalLong.of(r.sequence())).orElse(OptionalLong.empty());
    offer(own, replaces, timeout);
    return report(own);
  }

  /// Grows with every change. It starts at the present time, so that it usually grows also where
  /// the user's key came to another machine, which does not know the numbers that were used.
  private long sequenceAbove(long highest) throws UserFaultException {
    if (highest == Long.MAX_VALUE) {
      throw new UserFaultException(
          "others hold a record with the highest sequence number there is: publish under another"
              + " name");
    }
    return Math.max(highest + 1, now());
  }

  private void dropChunk(SignedRecord before) throws IOException {
    if (!(decoded(before) instanceof NameValue.InChunk old)) {
      return;
    }
    for (NameStore.Own own : files.allOwn()) {
      // A name that moved to another key still has its chunk there.
      if (readable(own.record().value()).orElse(null) instanceof NameValue.InChunk used
          && used.chunk().equals(old.chunk())) {
        return;
      }
    }
    chunks.drop(old.chunk());
  }

  /// Gives a record to others. If that cannot be done now it is no failure: it is tried again.
  void offer(NameStore.Own own, OptionalLong replaces, Duration timeout)
      throws ShoalException, InterruptedException {
    try {
      int took = network.publish(own.record(), replaces, timeout);
      states.offered(own, took, took == 0 ? "no peer took it yet" : "", took == 0);
    } catch (RetryableException e) {
      states.offered(own, 0, "waits: " + e.getMessage(), true);
    } catch (UserFaultException e) {
      states.offered(own, 0, "refused: " + e.getMessage(), false);
      throw e;
    }
  }

  /// Signs a record anew if it is to be renewed and half of its time is over.
  ///
  /// @return the record to offer; empty if it expired
  Optional<NameStore.Own> fresh(NameStore.Own own)
      throws ShoalException, IOException, InterruptedException {
    NameValue value = decoded(own.record());
    if (value instanceof NameValue.Withdrawn && value.expired(now())) {
      files.removeOwn(own.record());
    }
    long lifetime = value.expires() - value.time();
    if (!own.renew() || now() < value.time() + lifetime / 2) {
      return value.expired(now()) ? Optional.empty() : Optional.of(own);
    }
    Optional<HostKey> key = signer(own, value);
    if (key.isEmpty()) {
      return value.expired(now()) ? Optional.empty() : Optional.of(own);
    }
    NameValue later =
        switch (value) {
          case NameValue.Target t ->
              new NameValue.Target(
                  t.root(),
                  t.fileName(),
                  t.sizeBytes(),
                  t.kind(),
                  t.note(),
                  now(),
                  now() + lifetime);
          case NameValue.InChunk inChunk -> renewed(inChunk, lifetime);
          case NameValue.Successor s -> s;
          case NameValue.Withdrawn w -> w;
        };
    return changing(
        () -> {
          Signer signer = new Signer(key.get(), own.record().name(), own.about());
          put(signer, later, true, NameRenewal.PATIENCE);
          return files.own(own.record().publicKey(), own.record().name());
        });
  }

  private NameValue renewed(NameValue.InChunk inChunk, long lifetime)
      throws ShoalException, IOException, InterruptedException {
    try {
      NameValue.Target t =
          NameValue.decodeChunk(chunks.load(inChunk.chunk(), NameRenewal.PATIENCE), inChunk);
      return new NameValue.Target(
          t.root(), t.fileName(), t.sizeBytes(), t.kind(), t.note(), now(), now() + lifetime);
    } catch (MalformedDataException e) {
      throw new IOException("chunk " + inChunk.chunk() + " is not what was stored", e);
    }
  }

  private Optional<HostKey> signer(NameStore.Own own, NameValue value)
      throws ShoalException, IOException {
    return own.about() && value instanceof NameValue.Target target
        ? Optional.of(network.seal().aboutKey(target.root()))
        : keys.of(own.key());
  }

  private static Optional<NameValue> readable(byte[] value) {
    try {
      return Optional.of(NameValue.decode(value));
    } catch (MalformedDataException e) {
      return Optional.empty();
    }
  }

  private static NameValue decoded(SignedRecord own) throws IOException {
    return readable(own.value())
        .orElseThrow(
            () ->
                new IOException(
                    "the record of '%s' was written by another version: publish it again"
                        .formatted(own.name())));
  }

  public List<NameCommands.PublishedName> published() throws IOException, RetryableException {
    List<NameCommands.PublishedName> reports = new ArrayList<>();
    for (NameStore.Own own : files.allOwn()) {
      reports.add(report(own));
    }
    return reports;
  }

  private NameCommands.PublishedName report(NameStore.Own own)
      throws IOException, RetryableException {
    NameValue value = decoded(own.record());
    Optional<NameValue.Target> target = target(value);
    Optional<String> root = target.map(t -> t.root().toString());
    String reference =
        own.about()
            ? root.orElse("")
            : NameResolver.text(PeerId.ofEd25519(own.record().publicKey()), own.record().name());
    return new NameCommands.PublishedName(
        reference,
        root,
        target.flatMap(NameValue.Target::fileName),
        target.map(NameValue.Target::sizeBytes).orElse(-1L),
        own.record().sequence(),
        NameResolver.iso(value.time()),
        NameResolver.iso(value.expires()),
        own.renew(),
        states.holders(own),
        state(own, value));
  }

  private Optional<NameValue.Target> target(NameValue value)
      throws IOException, RetryableException {
    return switch (value) {
      case NameValue.Target target -> Optional.of(target);
      case NameValue.InChunk inChunk -> chunks.here(inChunk);
      case NameValue.Successor _ -> Optional.empty();
      case NameValue.Withdrawn _ -> Optional.empty();
    };
  }

  private String state(NameStore.Own own, NameValue value) {
    if (value.expired(now())) {
      return "expired";
    }
    String problem = states.problem(own);
    String suffix = problem.isEmpty() ? "" : ", " + problem;
    return switch (value) {
      case NameValue.Target _, NameValue.InChunk _ -> problem.isEmpty() ? "published" : problem;
      case NameValue.Successor s ->
          "moved to " + NameResolver.text(s.key(), own.record().name()) + suffix;
      case NameValue.Withdrawn _ -> "withdrawn" + suffix;
    };
  }

  private interface Change<T> {
    T make() throws ShoalException, IOException, InterruptedException;
  }

  private <T> T changing(Change<T> change)
      throws ShoalException, IOException, InterruptedException {
    changing.lockInterruptibly();
    try {
      return change.make();
    } finally {
      changing.unlock();
    }
  }
}
