package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerId;
import io.shoal.api.RetryableException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NameCommands.PublishRequest;
import io.shoal.runtime.command.NameCommands.PublishedName;
import io.shoal.runtime.command.NameCommands.ResolvedName;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.naming.NameResolver;
import io.shoal.runtime.naming.NameValue;
import io.shoal.runtime.naming.PublishingKeys;
import io.shoal.runtime.naming.RecordSignature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NamesTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path folder;
  private TestSwarm swarm;
  private TestNode publisher;
  private TestNode reader;
  private Cid first;
  private Cid second;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(folder);
    publisher = swarm.node("publisher");
    reader = swarm.node("reader");
    first = publisher.add(swarm.file("first.txt", 1000, 1));
    second = publisher.add(swarm.file("second.txt", 2000, 2));
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private PublishedName publish(String name, Cid root) throws Exception {
    return publish(name, root, Optional.empty(), Optional.empty());
  }

  private PublishedName publish(
      String name, Cid root, Optional<Duration> lifetime, Optional<String> note) throws Exception {
    return publisher.publish(
        new PublishRequest(
            Optional.of(name),
            new Reference.Content(root, Optional.empty()),
            lifetime,
            note,
            LONG));
  }

  private static Reference.SignedName name(PublishedName published) throws Exception {
    return (Reference.SignedName) Reference.parse(published.reference());
  }

  private ResolvedName resolve(TestNode node, PublishedName published) throws Exception {
    return node.resolve(name(published), LONG);
  }

  private HostKey key() throws Exception {
    return publisher.publishingKeys().current();
  }

  private SignedRecord held(String name) throws Exception {
    return swarm.records.held(key().publicKey(), name).orElseThrow();
  }

  @Test
  void aNameStandsForWhatWasPublishedLast() throws Exception {
    PublishedName published = publish("né ws", first);
    assertEquals(8, published.holders());
    assertEquals("published", published.state());
    ResolvedName found = resolve(reader, published);
    assertEquals(first.toString(), found.root());
    assertEquals(Optional.of("first.txt"), found.fileName());
    assertEquals(1000, found.sizeBytes());
    assertEquals(Optional.of("file"), found.kind());
    assertEquals(8, found.answered());
    assertTrue(found.firstContact());
    assertTrue(found.notes().getFirst().contains("rollback"), found::toString);

    PublishedName later = publish("né ws", second);
    assertEquals(published.reference(), later.reference());
    assertTrue(later.sequence() > published.sequence());
    ResolvedName again = resolve(reader, later);
    assertEquals(second.toString(), again.root());
    assertFalse(again.firstContact());
    assertEquals(List.of(), again.notes());
  }

  @Test
  void aFileIsFetchedByItsNameAlone() throws Exception {
    PublishedName published = publish("news", first);
    Files.createDirectory(folder.resolve("out"));
    reader.get(name(published), "out", LONG, false);
    assertEquals(-1, Files.mismatch(folder.resolve("first.txt"), folder.resolve("out/first.txt")));
  }

  @Test
  void anOlderRecordIsRefusedOnceANewerOneWasSeen() throws Exception {
    PublishedName published = publish("news", first);
    SignedRecord old = held("news");
    publish("news", second);
    resolve(reader, published);
    swarm.records.force(old);
    ResolvedName found = resolve(reader, published);
    assertEquals(second.toString(), found.root());
    assertTrue(found.notes().getFirst().contains("older record"), found::toString);
    swarm.close();

    // What was seen is on the disk.
    swarm = new TestSwarm(folder);
    reader = swarm.node("reader");
    swarm.records.force(old);
    assertEquals(second.toString(), resolve(reader, published).root());
    swarm.records.forget();
    assertEquals(second.toString(), resolve(reader, published).root());
  }

  @Test
  void ofTwoRecordsWithOneNumberTheFirstThatWasSeenCounts() throws Exception {
    PublishedName published = publish("news", first);
    resolve(reader, published);
    SignedRecord one = held("news");
    NameValue other =
        new NameValue.Target(
            second, Optional.empty(), -1, Optional.empty(), Optional.empty(), 1, 30_000_000L);
    swarm.records.force(RecordSignature.sign(key(), "news", one.sequence(), other.encode()));
    ResolvedName found = resolve(reader, published);
    assertEquals(first.toString(), found.root());
    assertTrue(found.notes().getFirst().contains("two records"), found::toString);
  }

  @Test
  void forgedRecordsAreRefused() throws Exception {
    PublishedName published = publish("news", first);
    SignedRecord right = held("news");
    byte[] broken = right.signature().clone();
    broken[3]++;
    HostKey thief = HostKey.ofSeed(new byte[32]);
    for (SignedRecord forged :
        List.of(
            new SignedRecord(
                right.publicKey(), right.name(), right.sequence() + 1, right.value(), broken),
            new SignedRecord(
                right.publicKey(),
                right.name(),
                right.sequence() + 1,
                right.value(),
                right.signature()),
            RecordSignature.sign(thief, "news", right.sequence() + 1, right.value()),
            RecordSignature.sign(key(), "other", right.sequence() + 1, right.value()))) {
      swarm.records.force(right.publicKey(), "news", forged);
      assertThrows(VerificationFailedException.class, () -> resolve(reader, published));
    }
  }

  @Test
  void whatItsOwnerSignedAndNobodyCanReadIsRefused() throws Exception {
    PublishedName published = publish("news", first);
    swarm.records.force(RecordSignature.sign(key(), "news", Long.MAX_VALUE, new byte[] {'d', 'e'}));
    assertThrows(VerificationFailedException.class, () -> resolve(reader, published));
  }

  @Test
  void expiredAndWithdrawnAndUnknownNamesAreNotFound() throws Exception {
    PublishedName published = publish("news", first);
    NameValue.Target over =
        new NameValue.Target(first, Optional.empty(), -1, Optional.empty(), Optional.empty(), 1, 2);
    swarm.records.force(RecordSignature.sign(key(), "old", 1, over.encode()));
    Reference.SignedName old = new Reference.SignedName(name(published).key(), "old");
    NotFoundException expired =
        assertThrows(NotFoundException.class, () -> reader.resolve(old, LONG));
    assertTrue(expired.getMessage().contains("expired at 1970-01-01T00:00:02Z"), expired::toString);

    PublishedName withdrawn = publisher.publisher().withdraw("news", LONG);
    assertEquals("withdrawn", withdrawn.state());
    NotFoundException gone =
        assertThrows(NotFoundException.class, () -> resolve(reader, published));
    assertTrue(gone.getMessage().contains("withdrawn by its owner"), gone::toString);
    assertThrows(NotFoundException.class, () -> publisher.publisher().withdraw("other", LONG));

    swarm.records.forget();
    Reference.SignedName never = new Reference.SignedName(name(published).key(), "never");
    NotFoundException nobody =
        assertThrows(NotFoundException.class, () -> reader.resolve(never, LONG));
    assertTrue(nobody.getMessage().contains("none of the 8 that answered"), nobody::toString);
    swarm.records.answering = 0;
    assertThrows(RetryableException.class, () -> reader.resolve(never, LONG));
  }

  @Test
  void aValueTooLargeForARecordComesInAChunk() throws Exception {
    String note = "n".repeat(NameValue.MAX_NOTE_BYTES);
    PublishedName published = publish("news", first, Optional.empty(), Optional.of(note));
    assertTrue(held("news").value().length < 200);
    ResolvedName found = resolve(reader, published);
    assertEquals(Optional.of(note), found.note());
    assertEquals(first.toString(), found.root());
    NameValue.InChunk inChunk = (NameValue.InChunk) NameValue.decode(held("news").value());
    assertTrue(publisher.kept(inChunk.chunk()).orElseThrow().pinned());

    publish("news", second);
    assertTrue(publisher.kept(inChunk.chunk()).isEmpty(), "the chunk may go");
    assertThrows(
        InvalidInputException.class,
        () -> publish("news", first, Optional.empty(), Optional.of(note + "n")));
  }

  @Test
  void ofAThousandBytesTheRecordItselfSaysAllOfOneMoreAChunkDoes() throws Exception {
    // What cannot be read first has the length of a probe, since the time is in it.
    publish("probe", first, Optional.empty(), Optional.of("x".repeat(600)));
    int rest = held("probe").value().length - 600;
    String longest = "x".repeat(SignedRecords.MAX_VALUE_SIZE_BYTES - rest);
    for (String note : List.of(longest, longest + "x")) {
      PublishedName published = publish("news", first, Optional.empty(), Optional.of(note));
      NameValue value = NameValue.decode(held("news").value());
      assertEquals(note.equals(longest), value instanceof NameValue.Target);
      assertEquals(Optional.of(note), resolve(reader, published).note());
    }
  }

  @Test
  void resolvingEndsWhenItsTimeIsUp() throws Exception {
    PublishedName published = publish("news", first);
    swarm.records.hold = new CountDownLatch(1);
    DeadlineException late =
        assertThrows(
            DeadlineException.class, () -> reader.resolve(name(published), Duration.ofMillis(20)));
    assertTrue(late.getMessage().contains("--timeout"), late::toString);
  }

  @Test
  void aNewKeyTakesTheNamesAlongAndTheOldOnesLeadThere() throws Exception {
    String note = "n".repeat(2000);
    PublishedName published = publish("news", first, Optional.empty(), Optional.of(note));
    PeerId old = key().peerId();
    NameCommands.PublishingKey rotated = publisher.publisher().rotate(LONG);
    assertEquals(List.of(published.reference()), rotated.moved());
    assertEquals(rotated.key(), key().peerId().toCid().toString());

    ResolvedName found = resolve(reader, published);
    assertEquals(first.toString(), found.root());
    assertEquals(Optional.of(note), found.note());
    assertEquals("shoal:k/" + rotated.key() + "/news", found.reference());
    assertTrue(
        found.notes().stream().anyMatch(n -> n.contains("use " + found.reference())),
        found::toString);
    assertTrue(publisher.publishingKeys().of(old).isPresent(), "no key is lost");

    publisher.publisher().rotate(LONG);
    publish("news", second);
    assertEquals(second.toString(), resolve(reader, published).root());
    List<String> states =
        publisher.publisher().published().stream().map(PublishedName::state).toList();
    assertEquals(3, states.size());
    assertEquals(2, states.stream().filter(s -> s.startsWith("moved to shoal:k/")).count());
  }

  @Test
  void keysThatLeadInACircleOrTooFarAreRefused() throws Exception {
    List<HostKey> keys = new ArrayList<>();
    for (byte i = 0; i < NameResolver.MAX_KEYS + 2; i++) {
      byte[] seed = new byte[32];
      seed[0] = i;
      keys.add(HostKey.ofSeed(seed));
    }
    for (int i = 0; i + 1 < keys.size(); i++) {
      lead(keys.get(i), keys.get(i + 1));
    }
    Reference.SignedName far = new Reference.SignedName(keys.getFirst().peerId().toCid(), "n");
    assertThrows(VerificationFailedException.class, () -> reader.resolve(far, LONG));
    HostKey one =
        HostKey.ofSeed("one lead to one lead to one lead".getBytes(StandardCharsets.US_ASCII));
    lead(one, one);
    Reference.SignedName circle = new Reference.SignedName(one.peerId().toCid(), "n");
    assertThrows(VerificationFailedException.class, () -> reader.resolve(circle, LONG));
  }

  private void lead(HostKey from, HostKey to) {
    long now = System.currentTimeMillis() / 1000;
    NameValue value = new NameValue.Successor(to.peerId(), now, now + 1_000);
    swarm.records.force(RecordSignature.sign(from, "n", 1, value.encode()));
  }

  @Test
  void aPublicationThatNobodyTakesWaitsAndIsTriedAgain() throws Exception {
    swarm.records.answering = 0;
    PublishedName published = publish("news", first);
    assertTrue(published.state().startsWith("waits: board: nobody answers"), published::toString);
    assertEquals(new NameCommands.NamesEntry(1, 1, 0), publisher.renewal().entry());
    assertEquals(first.toString(), resolve(publisher, published).root());
    swarm.records.answering = 2;
    publisher.renewal().round();
    assertEquals(new NameCommands.NamesEntry(1, 0, 0), publisher.renewal().entry());
    assertEquals(first.toString(), resolve(reader, published).root());
    int taken = swarm.records.taken.get();
    publisher.renewal().round();
    assertEquals(taken, swarm.records.taken.get(), "hourly is enough");
  }

  @Test
  void whoResolvedANameKeepsItAlive() throws Exception {
    PublishedName published = publish("news", first);
    resolve(reader, published);
    swarm.records.forget();
    reader.renewal().keepOthers();
    assertEquals(1, reader.renewal().entry().kept());
    TestNode third = swarm.node("third");
    assertEquals(first.toString(), resolve(third, published).root());
    // One that is newer is learnt on the way.
    publish("news", second);
    reader.renewal().keepOthers();
    swarm.records.forget();
    assertEquals(second.toString(), resolve(reader, published).root());
  }

  @Test
  void twoMachinesWithOneKeyNeverGoBack() throws Exception {
    publish("news", first);
    Path file = folder.resolve("key.pem");
    publisher.publishingKeys().export(file);
    TestNode other = swarm.node("other");
    HostKey before = other.publishingKeys().current();
    assertEquals(key().peerId(), other.publishingKeys().importFrom(file).peerId());
    assertTrue(other.publishingKeys().of(before.peerId()).isPresent(), "no key is lost");
    Cid third = other.add(swarm.file("third.txt", 10, 3));
    PublishedName published =
        other.publish(
            new PublishRequest(
                Optional.of("news"),
                new Reference.Content(third, Optional.empty()),
                Optional.empty(),
                Optional.empty(),
                LONG));
    assertEquals(third.toString(), resolve(reader, published).root());
    assertTrue(publish("news", second).sequence() > published.sequence());
    assertEquals(second.toString(), resolve(reader, published).root());
  }

  @Test
  void keyFilesAreForTheirOwnerAloneAndNeverOverwritten() throws Exception {
    Path file = folder.resolve("key.pem");
    publisher.publishingKeys().export(file);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(folder.resolve("data-publisher/publish.key"))));
    assertThrows(UserFaultException.class, () -> publisher.publishingKeys().export(file));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThrows(UserFaultException.class, () -> publisher.publishingKeys().importFrom(file));
  }

  @Test
  void namesHaveAKeyOfTheirOwnAndNeverThatOfTheNode() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    PublishingKeys keys = new PublishingKeys(data, new SecureRandom());
    HostKey own = keys.current();
    HostKey node = HostKey.loadOrCreate(HostKey.file(data), new SecureRandom());
    assertNotEquals(node.peerId(), own.peerId());
    UserFaultException refused =
        assertThrows(UserFaultException.class, () -> keys.importFrom(HostKey.file(data)));
    assertTrue(refused.getMessage().contains("is the key of this node"), refused::toString);
    assertEquals(own.peerId(), keys.current().peerId());
  }

  @Test
  void namesThatCannotBeAreRefusedWithTheCause() {
    for (String wrong :
        List.of("", "a/b", "..", "n".repeat(65), "ü".repeat(33), "e\u0301", "NUL")) {
      InvalidInputException refused =
          assertThrows(InvalidInputException.class, () -> publish(wrong, first));
      assertTrue(refused.getMessage().contains("cannot be published"), refused::toString);
    }
    assertThrows(
        InvalidInputException.class,
        () -> publish("n", first, Optional.of(Duration.ofDays(4000)), Optional.empty()));
  }

  @Test
  void theLongestNameIsPublished() throws Exception {
    PublishedName published = publish("ü".repeat(32), first);
    assertEquals(first.toString(), resolve(reader, published).root());
  }

  @Test
  void whatOthersSayOfARootIsShownAsHearsay() throws Exception {
    assertThrows(NotFoundException.class, () -> reader.statOrHearsay(first));
    publisher.publish(
        new PublishRequest(
            Optional.empty(),
            new Reference.Content(first, Optional.empty()),
            Optional.empty(),
            Optional.empty(),
            LONG));
    StoreCommands.ContentStat said = reader.statOrHearsay(first);
    assertTrue(said.hearsay());
    assertEquals(Optional.of("first.txt"), said.name());
    assertEquals(1000, said.sizeBytes());
    assertEquals("file", said.kind());
    assertFalse(publisher.statOrHearsay(first).hearsay());
    assertThrows(NotFoundException.class, () -> reader.statOrHearsay(second));
  }

  @Test
  void aDamagedMemoryOfANameIsNamedAndNotForgotten() throws Exception {
    PublishedName published = publish("news", first);
    resolve(reader, published);
    Path seen = folder.resolve("data-reader/runtime/names/seen");
    try (var files = Files.list(seen)) {
      Path file = files.findFirst().orElseThrow();
      Files.write(file, new byte[] {'d', 'e'});
      IOException failure = assertThrows(IOException.class, () -> resolve(reader, published));
      assertTrue(failure.getMessage().contains(file + ": the record in it is damaged"));
    }
  }
}
