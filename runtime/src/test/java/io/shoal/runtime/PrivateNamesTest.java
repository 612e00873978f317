package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.runtime.access.SharedSecret;
import io.shoal.runtime.command.NameCommands.PublishRequest;
import io.shoal.runtime.command.NameCommands.PublishedName;
import io.shoal.runtime.command.NameCommands.ResolvedName;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.naming.NameValue;
import io.shoal.runtime.naming.RecordSeal;
import io.shoal.runtime.naming.RecordSignature;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Signed names in a swarm with a shared secret, on a board that outsiders read too.
@Timeout(60)
class PrivateNamesTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String[] MEMBER = {
    "access", "shared-secret", "accessSecret", "correct horse battery staple"
  };
  private static final String[] STRANGER = {
    "access", "shared-secret", "accessSecret", "another swarm's own secret"
  };

  @TempDir Path folder;
  private TestSwarm swarm;
  private TestNode publisher;
  private Cid root;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(folder);
    publisher = swarm.node("publisher", MEMBER);
    root = publisher.add(swarm.file("plans.txt", 1000, 1));
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private PublishedName publish(Optional<String> name, Optional<String> note) throws Exception {
    return publisher.publish(
        new PublishRequest(
            name, new Reference.Content(root, Optional.empty()), Optional.empty(), note, LONG));
  }

  private PublishedName publish(String name) throws Exception {
    return publish(Optional.of(name), Optional.empty());
  }

  private static ResolvedName resolve(TestNode node, PublishedName published) throws Exception {
    return node.resolve((Reference.SignedName) Reference.parse(published.reference()), LONG);
  }

  @Test
  void membersResolveANameAndOutsidersDoNotFindIt() throws Exception {
    PublishedName published = publish("né ws");
    ResolvedName found = resolve(swarm.node("member", MEMBER), published);
    assertEquals(root.toString(), found.root());
    assertEquals(Optional.of("plans.txt"), found.fileName());
    for (TestNode outsider : List.of(swarm.node("open"), swarm.node("stranger", STRANGER))) {
      assertThrows(NotFoundException.class, () -> resolve(outsider, published));
      assertEquals(Optional.empty(), outsider.hearsay(root, LONG));
    }
  }

  @Test
  void whoHoldsTheRecordLearnsNeitherNameNorValue() throws Exception {
    publish("né ws");
    publish(Optional.empty(), Optional.of("what the plans are for"));
    assertEquals(2, swarm.records.all().size());
    for (SignedRecord held : swarm.records.all()) {
      String seen = held.name() + new String(held.value(), StandardCharsets.UTF_8);
      for (String secret : List.of("né ws", "plans", "version", "root")) {
        assertFalse(seen.contains(secret), secret);
      }
      byte[] publicAbout = new RecordSeal.None().aboutKey(root).publicKey();
      assertFalse(Arrays.equals(publicAbout, held.publicKey()));
    }
  }

  @Test
  void membersTellEachOtherOfARoot() throws Exception {
    publish(Optional.empty(), Optional.of("what the plans are for"));
    TestNode member = swarm.node("member", MEMBER);
    NameValue.Target said = member.hearsay(root, LONG).orElseThrow();
    assertEquals(Optional.of("what the plans are for"), said.note());
  }

  @Test
  void aValueThatFitsOnlyWithoutItsSealGoesIntoAChunk() throws Exception {
    TestNode member = swarm.node("member", MEMBER);
    publish(Optional.of("probe"), Optional.of("x".repeat(600)));
    HostKey key = publisher.publishingKeys().current();
    RecordSeal seal =
        RecordSeal.of(Optional.of(SharedSecret.of(MEMBER[3].getBytes(StandardCharsets.UTF_8))));
    int rest =
        swarm.records.all().getFirst().value().length
            - 600
            - (SignedRecords.MAX_VALUE_SIZE_BYTES - seal.maxValueBytes());
    String longest = "x".repeat(seal.maxValueBytes() - rest);
    for (String note : List.of(longest, longest + "x")) {
      PublishedName published = publish(Optional.of("news"), Optional.of(note));
      SignedRecord held =
          swarm.records.held(key.publicKey(), seal.salt(key.publicKey(), "news")).orElseThrow();
      assertEquals(note.equals(longest), held.value().length == SignedRecords.MAX_VALUE_SIZE_BYTES);
      assertEquals(Optional.of(note), resolve(member, published).note());
    }
  }

  @Test
  void anOlderRecordIsRefusedAsInTheOpen() throws Exception {
    PublishedName published = publish("news");
    SignedRecord old = swarm.records.all().getFirst();
    Cid newer = publisher.add(swarm.file("newer.txt", 2000, 2));
    root = newer;
    publish("news");
    TestNode member = swarm.node("member", MEMBER);
    resolve(member, published);
    swarm.records.force(old);
    ResolvedName found = resolve(member, published);
    assertEquals(newer.toString(), found.root());
    assertTrue(found.notes().getFirst().contains("older record"), found::toString);
    member.close();
    TestNode again = swarm.node("member", MEMBER);
    assertEquals(newer.toString(), resolve(again, published).root());
  }

  @Test
  void aRecordThatTheOwnerSignedButDidNotSealIsNotBelieved() throws Exception {
    PublishedName published = publish("news");
    SignedRecord held = swarm.records.all().getFirst();
    HostKey key = publisher.publishingKeys().current();
    byte[] open = new NameValue.Withdrawn(1, Long.MAX_VALUE / 2).encode();
    swarm.records.force(RecordSignature.sign(key, held.name(), held.sequence() + 1, open));
    TestNode member = swarm.node("member", MEMBER);
    assertThrows(VerificationFailedException.class, () -> resolve(member, published));
  }

  @Test
  void aMemberKeepsTheNamesOfOthersAliveWithoutTheirKeys() throws Exception {
    PublishedName published = publish("news");
    SignedRecord before = swarm.records.all().getFirst();
    TestNode member = swarm.node("member", MEMBER);
    resolve(member, published);
    swarm.records.forget();
    member.renewal().keepOthers();
    SignedRecord after = swarm.records.all().getFirst();
    assertTrue(RecordSignature.same(before, after));
    assertArrayEquals(before.signature(), after.signature());
  }

  @Test
  void aNodeThatLeavesTheSwarmTellsNobodyOfItsNamesAndFindsThemWhenItComesBack() throws Exception {
    PublishedName published = publish("news");
    publisher.close();
    swarm.records.forget();
    TestNode outside = swarm.node("publisher", Node.Mode.SERVE, publisher.store);
    outside.renewal().round();
    assertEquals(List.of(), outside.publisher().published());
    assertEquals(List.of(), swarm.records.all());
    outside.close();
    TestNode back = swarm.node("publisher", Node.Mode.SERVE, publisher.store, MEMBER);
    back.renewal().round();
    assertEquals(published.reference(), back.publisher().published().getFirst().reference());
    assertEquals(root.toString(), resolve(swarm.node("member", MEMBER), published).root());
  }
}
