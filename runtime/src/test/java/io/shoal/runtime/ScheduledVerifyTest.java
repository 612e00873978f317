package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.StatusCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.content.ChangedFiles;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.limit.TokenBucket;
import io.shoal.runtime.maintenance.ScheduledVerify;
import io.shoal.runtime.maintenance.StoreVerify;
import io.shoal.runtime.maintenance.VerifyRecord;
import io.shoal.runtime.maintenance.VerifySettings;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.testing.PlainStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduledVerifyTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final long FAST = TokenBucket.UNLIMITED;

  @TempDir Path folder;
  private TestSwarm swarm;
  private TestNode node;
  private PlainStore store;
  private long nowMillis = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(folder);
    node = swarm.node("node", "verify.interval", "off");
    store = (PlainStore) node.store;
    node.add(swarm.file("in", LEAF * 20, 1));
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private VerifyRecord record() {
    return new VerifyRecord(folder, () -> Instant.ofEpochMilli(nowMillis));
  }

  private ScheduledVerify verify(VerifyRecord record, long bytesPerSecond) {
    LocalStore local = node.local();
    return new ScheduledVerify(
        local,
        new StoreVerify(
            local, node.index(), record, new ChangedFiles(local, node.index()), System::nanoTime),
        record,
        new VerifySettings(Optional.of(Duration.ofDays(30)), bytesPerSecond),
        () -> Instant.ofEpochMilli(nowMillis),
        System::nanoTime);
  }

  private List<Cid> stored() {
    List<Cid> all = new ArrayList<>();
    store.chunks(chunk -> all.add(chunk.cid()));
    return all;
  }

  @Test
  void aCheckIsDueAnIntervalAfterTheFirstStartAndAfterEachCheck() throws Exception {
    VerifyRecord record = record();
    ScheduledVerify verify = verify(record, FAST);
    assertFalse(verify.round());
    nowMillis += Duration.ofDays(30).toMillis();
    assertTrue(verify.round());
    assertEquals(stored().size(), record.last().chunks());
    assertEquals(nowMillis, record.last().endedMillis());
    assertFalse(verify.round());
    nowMillis += Duration.ofDays(29).toMillis();
    assertFalse(verify(record(), FAST).round(), "a restart does not bring it forward");
    nowMillis += Duration.ofDays(1).toMillis();
    assertTrue(verify(record(), FAST).round());
  }

  @Test
  void corruptionIsFoundQuarantinedAndReportedInTheStatus() throws Exception {
    Cid victim = stored().get(3);
    store.chunks.put(victim.multihash(), new byte[5]);
    VerifyRecord record = node.verifyRecord();
    nowMillis = System.currentTimeMillis() + Duration.ofDays(31).toMillis();

    assertTrue(verify(record, FAST).round());

    assertTrue(store.find(victim).isEmpty());
    assertEquals(1, record.last().corrupt());
    assertEquals(1, record.last().missing());
    StatusCommands.NodeStatus status = node.status();
    assertEquals(1, status.check().corrupt());
    assertEquals(1, status.check().missing());
    assertTrue(status.advice().toString().contains("verify --repair"), status.advice().toString());
  }

  @Test
  void aRestartGoesOnWhereTheCheckWas() throws Exception {
    List<String> order =
        stored().stream()
            .map(cid -> HexFormat.of().formatHex(cid.multihash().digest()))
            .sorted()
            .toList();
    VerifyRecord before = record();
    before.reached(new VerifyRecord.Running(order.get(11), 12, 1200, 1));

    VerifyRecord after = record();
    assertTrue(after.runs());
    assertTrue(verify(after, FAST).round(), "it continues at once");

    assertEquals(order.size(), after.last().chunks());
    assertEquals(1, after.last().corrupt());
    long rest = (order.size() - 12L) * LEAF;
    assertTrue(after.last().bytes() <= 1200 + rest, "read again: " + after.last());
  }

  @Test
  void closingItKeepsHowFarItCame() throws Exception {
    VerifyRecord record = record();
    nowMillis += Duration.ofDays(30).toMillis();
    ScheduledVerify slow = verify(record, 1);
    slow.close();
    assertFalse(slow.round());
    assertTrue(record().runs());
    assertEquals(1, record().running().chunks());
  }

  @Test
  void aChunkThatCannotBeReadIsNamedAndStays() throws Exception {
    Cid victim = stored().get(1);
    store.unreadable.add(victim.multihash());
    StoreCommands.Verified verified = node.verify();
    assertEquals(List.of(victim.toString()), verified.corrupt());
    store.unreadable.clear();
    assertTrue(store.find(victim).isPresent());
  }

  @Test
  void progressHasTotalAndRate() throws Exception {
    var nanos = new AtomicLong();
    var verify =
        new StoreVerify(
            node.local(),
            node.index(),
            record(),
            new ChangedFiles(node.local(), node.index()),
            () -> nanos.addAndGet(1_000_000_000));
    List<ContentCommands.Progress> told = new ArrayList<>();

    verify.run(Optional.empty(), FAST, told::add);

    ContentCommands.Progress last = told.getLast();
    assertEquals("checking", last.phase());
    assertEquals(last.totalBytes(), last.doneBytes());
    assertTrue(last.bytesPerSecond() > LEAF / 2, last.toString());
  }
}
