package io.shoal.testkit;

import io.shoal.api.Transport;
import io.shoal.testkit.Mirror.Fault;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The contract finds what is wrong with a transport, and nothing where nothing is: also where its
/// scheme has no trait at all.
class TransportContractTest {

  /// The contract of a transport with the fault of the test that runs.
  static final class Contract extends TransportContract {
    private static final ScopedValue<Fault> FAULT = ScopedValue.newInstance();

    private final Fault fault = FAULT.get();

    @Override
    protected Transport newTransport() {
      return new Mirror(fault);
    }

    @Override
    protected String scheme() {
      return "mirror";
    }

    @Override
    protected TestContext configure(TestContext plain) {
      return plain;
    }

    @Override
    protected Optional<TestContext> configureAt(TestContext plain, int port) {
      return Optional.of(plain.with("port", Integer.toString(port)));
    }

    @Override
    Duration patience() {
      return fault == Fault.NONE ? Await.DEADLINE : Duration.ofMillis(500);
    }
  }

  private static ContractRun run(Fault fault, String... tests) {
    return ScopedValue.where(Contract.FAULT, fault)
        .call(() -> ContractRun.of(Contract.class, tests));
  }

  @Test
  void aRightTransportPasses() {
    run(Fault.NONE).assertPassed();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "ASKS_FOR_NO_PERMIT | noByteIsSentThatWasNotPermitted | that permit granted",
        "SENDS_WHAT_LIES_BEFORE_THE_REGION | aChunkInAFileArrivesByteForByteAndPermitted | other bytes",
        "MOVES_THE_CHANNEL | aChunkInAFileArrivesByteForByteAndPermitted | moves the position",
        "WRAPS_ITS_CONNECTIONS | bothSidesKnowEachOther | connect returned another object",
        "HAS_NO_LIMIT_OF_REQUESTS | requestsBeyondTheLimitAreRefusedAsBusy | was not refused",
        "FORGETS_THE_REQUESTS_OF_THE_GONE | closingABodyTakesTheRequestBack | it was interrupted",
        "NEVER_REVALIDATES | aChunkThatChangedWhileItWasSentIsCorrupt | was not refused",
        "LISTENS_ON_WHAT_IS_TAKEN | aTakenPortIsTheUsersFault | a port that is taken is no fault",
        "CONCEALS_THE_TAKEN_PORT | aTakenPortIsTheUsersFault | does not name the port",
        "LISTENS_AFTER_ITS_CLOSE | aClosedListenerAcceptsNoMore | Gone",
        "LEAKS_A_SOCKET | everyRefusalComesThrough | left behind",
        "CLAIMS_TO_BIND | theEndsOfAConnectionShareAChannelBindingThatNoOtherConnectionHas | expected",
        "CALLS_CONNECTED_TWICE | everyRefusalComesThrough | connected was called twice",
      })
  void aWrongOneFailsTheTestOfWhatIsWrong(Fault fault, String test, String words) {
    run(fault, test).assertFailed(test, words);
  }
}
