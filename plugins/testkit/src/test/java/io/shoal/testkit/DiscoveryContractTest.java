package io.shoal.testkit;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.testkit.SharedMap.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The contract finds what is wrong with a discovery, and nothing where nothing is.
class DiscoveryContractTest {
  /// The contract of a discovery with the fault of the test that runs.
  static final class Contract extends DiscoveryContract {
    private static final ScopedValue<Fault> FAULT = ScopedValue.newInstance();

    private final Fault fault = FAULT.get();
    private final Map<SharedMap, Set<Cid>> network = SharedMap.network();
    private final Map<String, Set<Cid>> kept = new ConcurrentHashMap<>();

    @Override
    protected Set<Trait> traits() {
      return fault == Fault.HOLDS_NO_RECORD
          ? EnumSet.allOf(Trait.class)
          : EnumSet.of(Trait.ANNOUNCES, Trait.FINDS_BY_CONTENT, Trait.MEETS_BY_CONFIGURATION);
    }

    @Override
    Duration patience() {
      return fault == Fault.NONE ? Await.DEADLINE : Duration.ofMillis(300);
    }

    @Override
    protected Discovery newDiscovery() {
      return new SharedMap(fault, network, kept);
    }

    @Override
    protected TestContext configure(TestContext plain, List<DiscoveryStatus> before) {
      Path folder = plain.dataFolder().getFileName();
      return plain.with("network", folder.toString().startsWith("node") ? "one" : "another");
    }
  }

  private static ContractRun run(Fault fault, String... tests) {
    return ScopedValue.where(Contract.FAULT, fault)
        .call(() -> ContractRun.of(Contract.class, tests));
  }

  @Test
  void aRightDiscoveryPasses() {
    run(Fault.NONE).assertPassed();
  }

  @ParameterizedTest
  @CsvSource({
    "KEEPS_OLD_ENDPOINTS, whatIsAnnouncedIsFoundAtNewEndpoints",
    "FORGETS_WHAT_CAME_BEFORE_THE_ENDPOINTS, whatIsAnnouncedWithoutEndpointsFollowsOnceThereAreSome",
    "REPORTS_OTHER_SCHEMES, otherSchemesAreNotReported",
    "REPORTS_TWICE, severalProvidersAreFoundEachOnce",
    "IGNORES_THE_SINK, aSinkThatHasEnoughEndsTheSearch",
    "REPORTS_WHERE_NOBODY_IS, anUnspecifiedAddressIsNeverReported",
    "REPORTS_EVERY_CONTENT, onlyWhatWasAnnouncedIsReportedAsAnnounced",
    "LOSES_INTERRUPTIONS, aSearchThatIsInterruptedMidwayEnds",
    "NEVER_WITHDRAWS, whatIsWithdrawnIsKeptAnnouncedNoLonger",
    "SURVIVES_A_RESTART, nothingSurvivesARestart",
    "REPORTS_FROM_ANOTHER_THREAD, theSinkIsCalledOnTheSearchersThread",
    "REPORTS_LATER_ONES_FROM_ANOTHER_THREAD, theSinkIsCalledOnTheSearchersThread",
    "STATUS_FAILS_BEFORE_THE_START, theStatusAnswersBeforeTheStartDuringASearchAndAfterTheEnd",
    "HOLDS_NO_RECORD, theNewestRecordIsResolvedElsewhere",
    "HOLDS_NO_RECORD, invalidRecordsAreRefused",
    "HOLDS_NO_RECORD, aLatePublicationIsAConflict",
    "HOLDS_NO_RECORD, recordsOfAClosedDiscoveryFail",
    "CONCEALS_WHAT_IT_CANNOT_EXPRESS, anEndpointThatCannotBeExpressedIsCounted",
    "IS_ONE_MAP_FOR_THE_PROCESS, anInstanceElsewhereSharesNothing",
    "ANSWERS_AFTER_THE_END, callsAfterTheEndFailOrDoNothing",
  })
  void aWrongOneFailsTheTestOfWhatIsWrong(Fault fault, String test) {
    run(fault, test).assertFailed(test);
  }
}
