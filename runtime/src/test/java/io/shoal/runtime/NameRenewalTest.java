package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.SignedRecord;
import io.shoal.runtime.command.NameCommands.PublishRequest;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.naming.NameChunks;
import io.shoal.runtime.naming.NamePublisher;
import io.shoal.runtime.naming.NameRenewal;
import io.shoal.runtime.naming.NameStore;
import io.shoal.runtime.naming.NameValue;
import io.shoal.runtime.naming.PublicationStates;
import io.shoal.runtime.naming.PublishingKeys;
import io.shoal.runtime.naming.RecordSeal;
import io.shoal.runtime.naming.RecordSignature;
import io.shoal.runtime.naming.SignedRecordClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How names are kept alive as hours and weeks pass, by a clock of the test's own.
@Timeout(60)
class NameRenewalTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration HOUR = NameRenewal.EVERY;

  @TempDir Path folder;
  private Instant now = Instant.parse("2030-01-01T00:00:00Z");
  private long nanos;
  private TestSwarm swarm;
  private Cid root;
  private NameStore files;
  private NameChunks chunks;
  private PublishingKeys keys;
  private NamePublisher publisher;
  private NameRenewal renewal;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(folder);
    TestNode node = swarm.node("publisher");
    root = node.add(swarm.file("first.txt", 1000, 1));
    InstantSource clock = () -> now;
    SignedRecordClient network =
        new SignedRecordClient(Map.of("board", swarm.discovery()), new RecordSeal.None());
    files = new NameStore(folder.resolve("names"), new RecordSeal.None(), clock);
    chunks = node.nameChunks();
    keys = new PublishingKeys(Files.createDirectory(folder.resolve("keys")), new SecureRandom());
    PublicationStates states = new PublicationStates(() -> nanos);
    publisher = new NamePublisher(network, files, chunks, keys, states, clock);
    renewal = new NameRenewal(network, files, publisher, states, clock, () -> nanos);
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private void publish(String name, Optional<Duration> lifetime, Optional<String> note)
      throws Exception {
    publisher.publish(
        new PublishRequest(
            Optional.of(name),
            new Reference.Content(root, Optional.empty()),
            lifetime,
            note,
            PATIENCE),
        new NamePublisher.Facts(root, Optional.of("first.txt"), 1000, Optional.of("file")));
  }

  private void publish(String name) throws Exception {
    publish(name, Optional.empty(), Optional.empty());
  }

  private void pass(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  private Optional<SignedRecord> held(String name) throws Exception {
    return swarm.records.held(keys.current().publicKey(), name);
  }

  private NameValue value(String name) throws Exception {
    return NameValue.decode(held(name).orElseThrow().value());
  }

  @Test
  void ownNamesAreGivenToOthersEveryHour() throws Exception {
    publish("news");
    SignedRecord before = held("news").orElseThrow();
    for (int hour = 0; hour < 3; hour++) {
      swarm.records.forget();
      pass(HOUR.minusSeconds(1));
      renewal.round();
      assertEquals(Optional.empty(), held("news"), "hourly is enough");
      pass(Duration.ofSeconds(1));
      renewal.round();
      assertTrue(RecordSignature.same(before, held("news").orElseThrow()));
    }
  }

  @Test
  void namesOfOthersAreGivenOnEveryHourToo() throws Exception {
    HostKey stranger = HostKey.ofSeed(new byte[32]);
    NameValue value = new NameValue.Withdrawn(now.getEpochSecond(), now.getEpochSecond() + 5_400);
    SignedRecord seen = RecordSignature.sign(stranger, "theirs", 1, value.encode());
    files.remember(seen);
    pass(HOUR.minusSeconds(1));
    renewal.round();
    assertEquals(0, renewal.entry().kept());
    pass(Duration.ofSeconds(1));
    renewal.round();
    assertEquals(1, renewal.entry().kept());
    assertTrue(swarm.records.held(stranger.publicKey(), "theirs").isPresent());
    // An hour later it has expired, and is kept alive no more.
    swarm.records.forget();
    pass(HOUR);
    renewal.round();
    assertEquals(0, renewal.entry().kept());
    assertEquals(Optional.empty(), swarm.records.held(stranger.publicKey(), "theirs"));
  }

  @Test
  void onceHalfOfItsTimeIsOverARecordIsSignedAnew() throws Exception {
    publish("news");
    SignedRecord before = held("news").orElseThrow();
    pass(NamePublisher.LIFETIME.dividedBy(2).minusSeconds(1));
    renewal.round();
    assertEquals(before.sequence(), held("news").orElseThrow().sequence());

    pass(HOUR);
    renewal.round();
    SignedRecord later = held("news").orElseThrow();
    assertTrue(later.sequence() > before.sequence());
    NameValue.Target target = assertInstanceOf(NameValue.Target.class, value("news"));
    assertEquals(now.getEpochSecond(), target.time());
    assertEquals(now.plus(NamePublisher.LIFETIME).getEpochSecond(), target.expires());
    assertEquals(root, target.root());
    assertEquals(Optional.of("first.txt"), target.fileName());
    assertEquals(1000, target.sizeBytes());
    assertTrue(
        RecordSignature.same(later, files.own(later.publicKey(), "news").orElseThrow().record()));
    assertEquals(later.sequence(), files.seen(later.publicKey(), "news").orElseThrow().sequence());
  }

  @Test
  void aRecordInAChunkIsSignedAnewWithAllThatTheChunkSays() throws Exception {
    String note = "n".repeat(2_000);
    publish("news", Optional.empty(), Optional.of(note));
    NameValue.InChunk before = assertInstanceOf(NameValue.InChunk.class, value("news"));
    pass(NamePublisher.LIFETIME.dividedBy(2));
    renewal.round();
    NameValue.InChunk later = assertInstanceOf(NameValue.InChunk.class, value("news"));
    assertNotEquals(before.chunk(), later.chunk());
    NameValue.Target target = chunks.here(later).orElseThrow();
    assertEquals(Optional.of(note), target.note());
    assertEquals(now.plus(NamePublisher.LIFETIME).getEpochSecond(), target.expires());
  }

  @Test
  void aNameWithATimeOfItsOwnEndsWithIt() throws Exception {
    publish("news", Optional.of(Duration.ofHours(5)), Optional.empty());
    long sequence = held("news").orElseThrow().sequence();
    pass(Duration.ofHours(4));
    swarm.records.forget();
    renewal.round();
    assertEquals(sequence, held("news").orElseThrow().sequence());
    swarm.records.forget();
    pass(HOUR.plusSeconds(1));
    renewal.round();
    assertEquals(Optional.empty(), held("news"));
    assertEquals("expired", publisher.published().getFirst().state());
  }

  @Test
  void aWithdrawnNameIsToldAsLongAsItsRecordsMayBeAboutAndThenForgotten() throws Exception {
    publish("news");
    publisher.withdraw("news", PATIENCE);
    swarm.records.forget();
    pass(NamePublisher.LIFETIME.minusSeconds(1));
    renewal.round();
    assertInstanceOf(NameValue.Withdrawn.class, value("news"));
    swarm.records.forget();
    pass(HOUR);
    renewal.round();
    assertEquals(Optional.empty(), held("news"));
    assertEquals(0, publisher.published().size());
  }

  @Test
  void aRecordWhoseKeyIsElsewhereIsKeptAsItIs() throws Exception {
    publish("news");
    SignedRecord before = held("news").orElseThrow();
    Files.delete(folder.resolve("keys/publish.key"));
    pass(NamePublisher.LIFETIME.dividedBy(2));
    swarm.records.forget();
    renewal.round();
    assertTrue(
        RecordSignature.same(before, swarm.records.held(before.publicKey(), "news").orElseThrow()));
  }
}
