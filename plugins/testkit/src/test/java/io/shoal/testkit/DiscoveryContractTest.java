package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.testkit.SharedMap.Fault;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The contract finds what is wrong with a discovery, and nothing where nothing is.
class DiscoveryContractTest {
  @TempDir private Path folder;

  private static final class Contract extends DiscoveryContract {
    private final Fault fault;
    private final Map<SharedMap, Set<Cid>> network = SharedMap.network();
    private final Map<String, Set<Cid>> kept = new ConcurrentHashMap<>();

    Contract(Fault fault) {
      this.fault = fault;
    }

    @Override
    protected Set<Trait> traits() {
      return fault == Fault.HOLDS_NO_RECORD
          ? EnumSet.allOf(Trait.class)
          : EnumSet.of(Trait.ANNOUNCES, Trait.FINDS_BY_CONTENT);
    }

    @Override
    Duration patience() {
      return Duration.ofMillis(300);
    }

    @Override
    protected Discovery newDiscovery() {
      return new SharedMap(fault, network, kept);
    }

    @Override
    protected TestContext configure(TestContext plain, List<DiscoveryStatus> before) {
      return plain;
    }
  }

  /// The tests that fail, each in a network of its own.
  private Set<String> failed(Fault fault) throws Exception {
    Set<String> failed = new TreeSet<>();
    for (Method test : DiscoveryContract.class.getDeclaredMethods()) {
      if (test.isAnnotationPresent(Test.class)) {
        DiscoveryContract contract = new Contract(fault);
        try {
          contract.startNodes(folder.resolve(test.getName()));
          test.invoke(contract);
        } catch (InvocationTargetException e) {
          failed.add(test.getName());
        } finally {
          contract.endNodes();
        }
      }
    }
    return failed;
  }

  @Test
  void aRightDiscoveryPasses() throws Exception {
    assertEquals(Set.of(), failed(Fault.NONE));
  }

  @ParameterizedTest
  @CsvSource({
    "KEEPS_OLD_ENDPOINTS, newEndpointsReplaceTheOld",
    "FORGETS_WHAT_CAME_BEFORE_THE_ENDPOINTS, whatIsAnnouncedWithoutEndpointsFollowsOnceThereAreSome",
    "REPORTS_OTHER_SCHEMES, otherSchemesAreNotReported",
    "REPORTS_TWICE, severalProvidersAreFoundEachOnce",
    "IGNORES_THE_SINK, aSinkThatHasEnoughEndsTheSearch",
    "REPORTS_WHERE_NOBODY_IS, anUnspecifiedAddressIsNeverReported",
    "REPORTS_EVERY_CONTENT, onlyWhatWasAnnouncedIsReportedAsAnnounced",
    "LOSES_INTERRUPTIONS, aSearchThatIsInterruptedMidwayEnds",
    "NEVER_WITHDRAWS, withdrawingStopsTheRenewal",
    "SURVIVES_A_RESTART, nothingSurvivesARestart",
    "REPORTS_FROM_ANOTHER_THREAD, theSinkIsCalledOnTheSearchersThread",
    "STATUS_FAILS_BEFORE_THE_START, theStatusAnswersBeforeTheStartDuringASearchAndAfterTheEnd",
    "HOLDS_NO_RECORD, recordsAreHeldAsTheirContractSays",
    "CONCEALS_WHAT_IT_CANNOT_EXPRESS, anEndpointThatCannotBeExpressedIsCounted",
  })
  void aWrongOneFailsTheTestOfWhatIsWrong(Fault fault, String test) throws Exception {
    Set<String> failed = failed(fault);
    assertTrue(failed.contains(test), failed::toString);
  }
}
