package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.testing.Mutation;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Gives each [ParserTarget] its corpus and then very many damaged copies of it, the same in each
/// run. `ParserFuzz` does it with a fuzzer that looks for new ways through the code.
class ParserTest {
  private static final long SEED = 7;
  private static final int INPUTS = Boolean.getBoolean("shoal.full") ? 10_000_000 : 100_000;

  @TestFactory
  Stream<DynamicTest> noInputBreaksAParser() {
    return Arrays.stream(ParserTarget.values())
        .map(target -> dynamicTest(target.name(), () -> fuzz(target)));
  }

  private static void fuzz(ParserTarget target) {
    RandomGenerator random = new SplittableRandom(SEED);
    List<byte[]> corpus = target.corpus();
    corpus.forEach(target::read);
    for (int i = 0; i < INPUTS / target.costs(); i++) {
      byte[] input = Mutation.of(corpus.get(random.nextInt(corpus.size())), random);
      try {
        target.read(input);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "%s, input %d of seed %d: %s"
                .formatted(target, i, SEED, HexFormat.of().formatHex(input)),
            e);
      }
    }
  }
}
