package io.shoal.testkit;

import io.shoal.api.Verifier;
import io.shoal.testkit.OddVerifier.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The contract finds what is wrong with a verifier, and nothing where nothing is; and so does that
/// of inspections.
class VerifierContractTest {

  /// The contract of a verifier with the fault of the test that runs.
  static class Contract extends VerifierContract {
    private static final ScopedValue<Fault> FAULT = ScopedValue.newInstance();

    private final Fault fault = FAULT.get();

    @Override
    protected Verifier newVerifier() {
      return new OddVerifier(fault);
    }

    @Override
    protected Map<String, String> knownDigests() {
      return Map.of(
          "",
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "616263",
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Override
    Duration patience() {
      return fault == Fault.NONE ? Await.DEADLINE : Duration.ofMillis(500);
    }
  }

  /// Counts its calls for all nodes of the process.
  static final class CountingForAll implements Verifier {
    private static int calls;

    private final Verifier right = new OddVerifier(Fault.NONE);

    @Override
    public long multihashCode() {
      return right.multihashCode();
    }

    @Override
    public String name() {
      return right.name();
    }

    @Override
    public int digestSizeBytes() {
      return right.digestSizeBytes();
    }

    @Override
    public List<String> advice() {
      return List.of("it was called " + calls + " times");
    }

    @Override
    public Digest begin() {
      calls++;
      return right.begin();
    }
  }

  /// The contract of that one.
  static final class CountingContract extends Contract {
    @Override
    protected Verifier newVerifier() {
      return new CountingForAll();
    }
  }

  private static ContractRun run(
      Class<? extends ExtensionContract> contract, Fault fault, String... tests) {
    return ScopedValue.where(Contract.FAULT, fault).call(() -> ContractRun.of(contract, tests));
  }

  @Test
  void aRightVerifierPasses() {
    run(Contract.class, Fault.NONE).assertPassed();
  }

  @Test
  void aStaticFieldThatChangesIsNamed() {
    run(CountingContract.class, Fault.NONE, "noStaticFieldCanChange")
        .assertFailed("noStaticFieldCanChange", "CountingForAll.calls");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "CHANGES_ITS_CODE | codeNameAndLengthAreAlwaysTheSame | the multihash code changes",
        "CHANGES_ITS_NAME | codeNameAndLengthAreAlwaysTheSame | the name changes",
        "WAITS_IN_BEGIN | beginningADigestNeverBlocks | begin waits",
        "LOCKS_WHILE_IT_DIGESTS | beginningADigestNeverBlocks | begin waits",
        "CUTS_OFF_AFTER_A_MEBIBYTE | everyByteCountsUpToTheLargestChunk | does not count",
        "SHARES_ITS_ARRAY | everyDigestIsAnArrayOfItsOwn | the array of a digest",
        "HAS_ONE_DIGEST_A_THREAD | openDigestsOfOneThreadDoNotMeet | two open digests meet",
        "ANSWERS_EVERY_QUESTION | aQuestionThatDoesNotExistIsRefused | does not exist is answered",
        "ANSWERS_ANY_ARGUMENTS | argumentsThatAQuestionDoesNotHaveAreRefused | takes 20 arguments",
        "HAS_TOO_FEW_CELLS | everyAnswerIsATable | of columns",
        "GIVES_TOO_MANY_ROWS | everyAnswerIsATable | more rows than MAX_ROWS",
        "CHANGES_ITS_QUESTIONS | theQuestionsAreAlwaysTheSame | after the start",
        "FORGETS_ITS_QUESTIONS | theQuestionsAreAlwaysTheSame | after the close",
        "HAS_NO_QUESTION | theQuestionsAreAlwaysTheSame | without a question",
        "ANSWERS_NOTHING | everyAnswerIsATable | calls has no columns",
        "ADVISES_IN_TWO_LINES | adviceIsGivenAtAnyTime | not one line",
      })
  void aWrongOneFailsTheTestOfWhatIsWrong(Fault fault, String test, String words) {
    run(Contract.class, fault, test).assertFailed(test, words);
  }
}
