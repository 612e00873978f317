package io.shoal.runtime.plugin.border;

import static io.shoal.runtime.plugin.border.OneLine.assertNames;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Inspection;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PermanentException;
import io.shoal.api.Provider;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the node sees of a discovery that breaks its contract.
@Timeout(60)
class GuardedDiscoveryTest {
  private static final Cid CID = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
  private static final PeerAddress PEER = PeerAddress.of("tcps://192.0.2.1:4600");

  private final AtomicLong nowNanos = new AtomicLong();
  private final CallDeadlines deadlines = new CallDeadlines(nowNanos::get);

  /// Fails in every call, as its one method does.
  private static class Faulty implements Discovery, SignedRecords, Inspection {
    int calls;

    void fail() throws ShoalException, InterruptedException {
      throw new NoSuchMethodError("gone()");
    }

    private void call() {
      calls++;
      try {
        fail();
      } catch (ShoalException | InterruptedException e) {
        throw new AssertionError("only searches throw these", e);
      }
    }

    @Override
    public void reachableAt(List<PeerAddress> endpoints) {
      call();
    }

    @Override
    public void announce(Cid cid) {
      call();
    }

    @Override
    public void withdraw(Cid cid) {
      call();
    }

    @Override
    public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
        throws ShoalException, InterruptedException {
      calls++;
      assertTrue(sink.found(Provider.at(PEER)));
      fail();
    }

    @Override
    public DiscoveryStatus status() {
      call();
      return DiscoveryStatus.builder().build();
    }

    @Override
    public Optional<SignedRecords> signedRecords() {
      return Optional.of(this);
    }

    @Override
    public Optional<Inspection> inspection() {
      return Optional.of(this);
    }

    @Override
    public int publish(SignedRecord record) throws ShoalException, InterruptedException {
      fail();
      return 0;
    }

    @Override
    public int publish(SignedRecord record, long replaces)
        throws ShoalException, InterruptedException {
      return publish(record);
    }

    @Override
    public Resolution resolve(byte[] publicKey, String name)
        throws ShoalException, InterruptedException {
      fail();
      return new Resolution(Optional.empty(), 0, 0);
    }

    @Override
    public List<Question> questions() {
      call();
      return List.of();
    }

    @Override
    public void ask(String question, List<String> arguments, AnswerSink sink)
        throws ShoalException, InterruptedException {
      fail();
    }
  }

  private Discovery guarded(Discovery discovery) {
    return (Discovery) new PluginBorder(deadlines).around("discovery-test", discovery);
  }

  @Test
  void aSearchThatBreaksTheContractNamesPluginAndMethodAndKeepsWhatWasFound() {
    Discovery discovery = guarded(new Faulty());
    List<Provider> found = new ArrayList<>();
    PermanentException fault =
        assertThrows(
            PermanentException.class,
            () -> discovery.findProviders(CID, Set.of("tcps"), found::add));
    assertNames(fault, "discovery-test", "findProviders", "NoSuchMethodError: gone()");
    assertEquals(List.of(PEER), found.stream().map(Provider::address).toList());
  }

  @Test
  void whatHasNoResultToFailWithIsLoggedAndTheNodeGoesOn() throws Exception {
    Faulty faulty = new Faulty();
    Discovery discovery = guarded(faulty);
    discovery.reachableAt(List.of(PEER));
    discovery.announce(CID);
    discovery.withdraw(CID);
    assertEquals(3, faulty.calls);
  }

  @Test
  void aStatusThatFailsIsItsOwnAdvice() {
    Discovery discovery = guarded(new Faulty());
    assertNames(discovery.status().advice().getFirst(), "discovery-test", "status");
    assertNames(discovery.advice().getFirst(), "discovery-test", "gone()");
  }

  @Test
  void recordsAndQuestionsCrossTheBorderToo() {
    Discovery discovery = guarded(new Faulty());
    SignedRecords records = discovery.signedRecords().orElseThrow();
    assertNames(
        assertThrows(PermanentException.class, () -> records.resolve(new byte[32], "a")),
        "discovery-test",
        "SignedRecords.resolve");
    Inspection inspection = discovery.inspection().orElseThrow();
    assertEquals(List.of(), inspection.questions());
    assertNames(
        assertThrows(
            PermanentException.class, () -> inspection.ask("table", List.of(), new NoAnswer())),
        "discovery-test",
        "Inspection.ask");
  }

  private static final class NoAnswer implements Inspection.AnswerSink {
    @Override
    public void columns(List<String> names) {}

    @Override
    public void row(List<String> cells) {}
  }

  @Test
  void whatTheContractAllowsPassesAsItIs() {
    UserFaultException refused = new UserFaultException("401: set plugins.discovery-test.key");
    Discovery discovery =
        guarded(
            new Faulty() {
              @Override
              void fail() throws ShoalException {
                throw refused;
              }
            });
    assertEquals(
        refused,
        assertThrows(
            UserFaultException.class,
            () -> discovery.findProviders(CID, Set.of("tcps"), provider -> true)));
  }

  @Test
  void aSearchThatDoesNotEndIsInterruptedAndSaysSo() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    Discovery discovery =
        guarded(
            new Faulty() {
              @Override
              void fail() throws InterruptedException {
                inside.countDown();
                new CountDownLatch(1).await();
              }
            });
    List<Exception> ends = new ArrayList<>();
    Thread searching =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    discovery.findProviders(CID, Set.of("tcps"), provider -> true);
                  } catch (ShoalException | InterruptedException e) {
                    ends.add(e);
                  }
                });
    inside.await();
    nowNanos.set(Duration.ofMinutes(2).toNanos());
    deadlines.look();
    assertTrue(searching.isAlive(), "two minutes are its right");
    nowNanos.set(Duration.ofMinutes(3).toNanos());
    deadlines.look();
    searching.join();
    assertEquals(RetryableException.class, ends.getFirst().getClass());
    assertNames(ends.getFirst(), "discovery-test", "findProviders", "150 s");
  }

  @Test
  void nothingIsCalledAfterTheEnd() {
    Faulty faulty = new Faulty();
    Discovery discovery = guarded(faulty);
    discovery.close();
    discovery.withdraw(CID);
    assertThrows(
        PermanentException.class,
        () -> discovery.findProviders(CID, Set.of("tcps"), provider -> true));
    assertEquals(0, faulty.calls);
  }
}
