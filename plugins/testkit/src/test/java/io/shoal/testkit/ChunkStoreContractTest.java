package io.shoal.testkit;

import io.shoal.api.ChunkStore;
import io.shoal.api.Multihash;
import io.shoal.testkit.HeapStore.Fault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The contract finds what is wrong with a store, and nothing where nothing is.
class ChunkStoreContractTest {

  /// The contract of a store with the fault of the test that runs.
  static final class Contract extends ChunkStoreContract {
    private static final ScopedValue<Fault> FAULT = ScopedValue.newInstance();

    private final Fault fault = FAULT.get();
    private final Map<Multihash, Object> others = new ConcurrentHashMap<>();

    @Override
    protected ChunkStore newStore() {
      return new HeapStore(fault, others);
    }

    @Override
    protected Optional<TestContext> withQuota(TestContext plain, long quotaBytes) {
      return Optional.of(plain.with("quota", quotaBytes + "B"));
    }

    @Override
    protected boolean breakMedium(ChunkStore running) {
      ((HeapStore) running).breakMedium();
      return true;
    }

    @Override
    Duration patience() {
      return fault == Fault.NONE ? Await.DEADLINE : Duration.ofMillis(300);
    }
  }

  private static ContractRun run(Fault fault, String... tests) {
    return ScopedValue.where(Contract.FAULT, fault)
        .call(() -> ContractRun.of(Contract.class, tests));
  }

  @Test
  void aRightStorePasses() {
    run(Fault.NONE).assertPassed();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "WRITES_NOTHING_BEFORE_CLOSE | whatWasSyncedSurvivesACrash | not written before close",
        "LEAKS_A_THREAD | whatIsNotThereIsAbsent | left behind: thread 'left-behind'",
        "LEAKS_A_VIRTUAL_THREAD | adviceIsGivenAtAnyTime | left behind: virtual thread 'left-behind'",
        "LEAKS_A_FILE | whatIsNotThereIsAbsent | left behind: open file",
        "LEAKS_AFTER_A_FAILED_START | aWrongSettingIsRefusedByItsName | left behind: open file",
        "STARTS_IN_ITS_CONSTRUCTOR | theConstructorDoesNothing | the constructor left behind",
        "FAILS_AT_THE_SECOND_CLOSE | closingWithoutAStartOrTwiceIsHarmless | closed already",
        "TAKES_WRONG_SETTINGS | aWrongSettingIsRefusedByItsName | quota: the value",
        "CONCEALS_THE_WRONG_SETTING | aWrongSettingIsRefusedByItsName | does not name the key quota",
        "READS_WHAT_IT_DOES_NOT_NAME | everySettingThatIsReadIsNamed | configuration() does not name",
        "COUNTS_UNDER_A_WRONG_NAME | whatIsNotThereIsAbsent | 'Sent-Bytes' is not a name of a metric",
        "HANGS_IN_SYNC | aReaderIsALease | a call of the plugin hangs",
        "HOLDS_A_LOCK_WHILE_IT_REPORTS | theStoreIsUsableWhileItReportsChunks | holds a lock",
        "TAKES_IDENTITY_CIDS | anIdentityCidIsRefused | lies in its own id",
        "STORES_TWICE | writersOfOneChunkMayRaceAndOneStoresIt | more than once that it stored it",
        "SHOWS_HALF_A_CHUNK | aChunkIsThereWhollyOrNotAtAll | a part of a chunk is seen",
        "READS_AFTER_THE_END | aClosedReaderReadsNothing | a closed reader reads on",
        "ANSWERS_AFTER_THE_END | callsAfterTheEndThrow | a call after close is answered",
        "TAKES_A_FULL_BUFFER_FOR_THE_END | readersFillBuffersOfEveryKindToTheirLimit | no room",
        "DEMANDS_HEAP_BUFFERS | buffersOfEveryKindAreTakenWhole | UnsupportedOperation",
        "LOSES_INTERRUPTIONS | interruptedCallsEndAndHarmNoOther | the interruption is lost",
        "DISCARDS_WHAT_CAME_LATER | aCopyThatCameInItsPlaceIsNotDiscarded | was gone already",
        "DISCARDS_TWICE | ofSeveralThatDiscardACopyOneDoes | discarded more than once",
        "SHARES_ITS_CHUNKS | instancesShareNothing | another node's chunk",
        "CHANGES_ITS_TRAITS | theTraitsAreAlwaysTheSame | the traits change",
        "REPORTS_TWICE | chunksThatComeAndGoMeanwhileAreReportedOnceAtMost | is reported twice",
        "STOPS_REPORTING_AT_A_CHANGE | chunksThatComeAndGoMeanwhileAreReportedOnceAtMost | there all the time",
        "OPENS_AS_ANOTHERS | whatIsFoundIsWhatIsOpened | different owners",
        "SERVES_FILES_ONCE_STARTED | theAbilityToServeFilesIsAlwaysTheSame | changes with the start",
        "SERVES_FILES_TO_ITS_END | theAbilityToServeFilesIsAlwaysTheSame | changes with the end",
        "MISCOUNTS | theSameChunkIsStoredOnce | chunks in usage()",
        "CLAIMS_WHAT_THE_MEDIUM_LOST | aMediumThatFailsIsReportedAndNothingIsClaimed | not noticed",
        "SURVIVES_A_RESTART | whatIsVolatileIsGoneAfterARestart | not empty after its start",
      })
  void aWrongOneFailsTheTestOfWhatIsWrong(Fault fault, String test, String words) {
    run(fault, test).assertFailed(test, words);
  }
}
