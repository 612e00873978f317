package io.shoal.testkit;

import io.shoal.api.Transport;
import io.shoal.testkit.MemoryTransport.Fault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The contract finds what is wrong with a transport, and nothing where nothing is.
class MemoryTransportContractTest {
  private static final Duration IN_VAIN = Duration.ofMillis(300);

  /// The contract of a transport with the fault of the test that runs.
  static final class InMemory extends TransportContract {
    private static final ScopedValue<Fault> FAULT = ScopedValue.newInstance();

    private final Fault fault = FAULT.get();
    private final MemoryTransport.Network network = new MemoryTransport.Network();

    @Override
    Duration patience() {
      return fault == Fault.NONE ? Await.DEADLINE : IN_VAIN;
    }

    @Override
    protected Transport newTransport() {
      return new MemoryTransport(fault, network);
    }

    @Override
    protected String scheme() {
      return "mem";
    }

    @Override
    protected TestContext configure(TestContext plain) {
      return plain;
    }

    @Override
    protected Map<String, String> wrongSettings() {
      return Map.of("place", "nowhere");
    }
  }

  /// A request has a socket of its own, as with HTTP/1.0.
  static final class OneSocketARequest extends TransportContract {
    @Override
    protected Transport newTransport() {
      return new PlainTransport();
    }

    @Override
    protected String scheme() {
      return "plain";
    }

    @Override
    protected TestContext configure(TestContext plain) {
      return plain.with("port", "0");
    }

    @Override
    protected Optional<TestContext> configureAt(TestContext plain, int port) {
      return Optional.of(plain.with("port", Integer.toString(port)));
    }
  }

  private static ContractRun run(Fault fault, String... tests) {
    return ScopedValue.where(InMemory.FAULT, fault)
        .call(() -> ContractRun.of(InMemory.class, tests));
  }

  @Test
  void aRightTransportPasses() {
    run(Fault.NONE).assertPassed();
  }

  @Test
  void oneWithoutConnectionsAvailabilityAndMessagesPasses() {
    ContractRun.of(OneSocketARequest.class).assertPassed();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NEVER_ASKS_PERMIT | noByteIsSentThatWasNotPermitted | that permit granted",
        "ASKS_PERMIT_ONCE | noByteIsSentThatWasNotPermitted | that permit granted",
        "NEVER_ASKS_PERMIT | aChunkInAFileArrivesByteForByteAndPermitted | that permit granted",
        "SENDS_THE_BEGIN_OF_THE_FILE | aChunkInAFileArrivesByteForByteAndPermitted | other bytes came",
        "MOVES_THE_CHANNEL | aChunkInAFileArrivesByteForByteAndPermitted | moves the position",
        "CLOSES_THE_CHANNEL | aChunkInAFileArrivesByteForByteAndPermitted | was closed, which is its reader's",
        "KEEPS_SOURCES | chunksOfEverySizeArriveByteForByte | all sources are given back",
        "MARKS_A_CHANGED_CHUNK_AS_WHOLE | aChunkThatChangedWhileItWasSentIsCorrupt | was not refused",
        "WRAPS_CONNECTIONS | bothSidesKnowEachOther | connect returned another object",
        "REPORTS_ANOTHER_OBJECT_AT_THE_END | closingTheConnectionEndsWhatWaits | the very object that connected got",
        "REPORTS_NO_END | aClosedBodyIsGone | is reported as closed, once",
        "NEVER_INTERRUPTS | closingABodyTakesTheRequestBack | it was interrupted",
        "TAKES_ANY_NUMBER_OF_REQUESTS | requestsBeyondTheLimitAreRefusedAsBusy | was not refused as busy",
        "TAKES_ANY_NUMBER_OF_WATCHES | watchesBeyondTheLimitAreRefused | more than MAX_WATCHES",
        "JOINS_NO_NEWS | aSlowListenerHearsEverythingInTheEnd | are not joined",
        "LOSES_NEWS | aSlowListenerHearsEverythingInTheEnd | all gains",
        "KEEPS_WATCHES | watchesEndWithTheConnection | the other side ends its watch",
        "REFERS_TO_A_SENDERS_BUFFER | messagesArriveInOrder | the bytes of when it was sent",
        "TAKES_MESSAGES_OF_ANY_TYPE | messagesOutOfBoundsAreRefused | type -1",
        "HANDS_OVER_MESSAGES_AT_ONCE | messagesArriveInOrder | message",
        "CALLS_FROM_PLATFORM_THREADS | chunksOfEverySizeArriveByteForByte | request was called from a platform thread",
        "HAS_ONE_BINDING_FOR_ALL | theEndsOfAConnectionShareAChannelBindingThatNoOtherConnectionHas | two connections have one binding",
        "LISTENS_AFTER_THE_END | aClosedListenerAcceptsNoMore | PeerUnreachableException",
        "DIALS_ONLY_WHILE_IT_LISTENS | aClosedListenerAcceptsNoMore | does not dial",
        "REPORTS_AFTER_ITS_LISTENERS_END | aClosedListenerAcceptsNoMore | after the listener's end",
        "CUTS_LONG_MESSAGES | messagesArriveInOrder | the longest message",
        "CONNECTS_AFTER_THE_END | callsAfterTheEndFail | a closed transport dials",
        "LEAKS_A_THREAD | aClosedBodyIsGone | leaked-by-memory",
        "TAKES_ANY_PLACE | aWrongSettingIsRefusedByItsName | place",
        "REPORTS_THE_END_TOO_EARLY | closingTheConnectionEndsWhatWaits | while another call of its connection ran",
      })
  void aWrongOneFailsTheTestOfWhatIsWrong(Fault fault, String test, String words) {
    run(fault, test).assertFailed(test, words);
  }
}
