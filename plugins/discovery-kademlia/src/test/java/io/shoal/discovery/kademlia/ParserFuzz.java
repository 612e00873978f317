package io.shoal.discovery.kademlia;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// The [ParserTarget]s for Jazzer, which looks for inputs that take new ways through the code and
/// starts from the vectors. Not part of the ordinary tests, since it fuzzes one target a process:
///
/// `JAZZER_FUZZ=1 mvn -pl plugins/discovery-kademlia -am test -Dtest=ParserFuzz#packet
/// -Dsurefire.failIfNoSpecifiedTests=false`
class ParserFuzz {
  private static final long INPUTS = 200_000;

  /// For targets that take long for one.
  private static final long FEW_INPUTS = 10_000;

  @MethodSource("bencodeCorpus")
  @FuzzTest(maxExecutions = INPUTS)
  void bencode(byte[] in) {
    ParserTarget.BENCODE.read(in);
  }

  static Stream<byte[]> bencodeCorpus() {
    return ParserTarget.BENCODE.corpus().stream();
  }

  @MethodSource("packetCorpus")
  @FuzzTest(maxExecutions = INPUTS)
  void packet(byte[] in) {
    ParserTarget.PACKET.read(in);
  }

  static Stream<byte[]> packetCorpus() {
    return ParserTarget.PACKET.corpus().stream();
  }

  @MethodSource("compactCorpus")
  @FuzzTest(maxExecutions = INPUTS)
  void compact(byte[] in) {
    ParserTarget.COMPACT.read(in);
  }

  static Stream<byte[]> compactCorpus() {
    return ParserTarget.COMPACT.corpus().stream();
  }

  @MethodSource("itemCorpus")
  @FuzzTest(maxExecutions = INPUTS)
  void item(byte[] in) {
    ParserTarget.ITEM.read(in);
  }

  static Stream<byte[]> itemCorpus() {
    return ParserTarget.ITEM.corpus().stream();
  }

  @MethodSource("signatureCorpus")
  @FuzzTest(maxExecutions = FEW_INPUTS)
  void signature(byte[] in) {
    ParserTarget.SIGNATURE.read(in);
  }

  static Stream<byte[]> signatureCorpus() {
    return ParserTarget.SIGNATURE.corpus().stream();
  }

  @MethodSource("filterCorpus")
  @FuzzTest(maxExecutions = INPUTS)
  void filter(byte[] in) {
    ParserTarget.FILTER.read(in);
  }

  static Stream<byte[]> filterCorpus() {
    return ParserTarget.FILTER.corpus().stream();
  }

  @MethodSource("tableCorpus")
  @FuzzTest(maxExecutions = INPUTS)
  void table(byte[] in) {
    ParserTarget.TABLE.read(in);
  }

  static Stream<byte[]> tableCorpus() {
    return ParserTarget.TABLE.corpus().stream();
  }

  @MethodSource("addressCorpus")
  @FuzzTest(maxExecutions = INPUTS)
  void address(byte[] in) {
    ParserTarget.ADDRESS.read(in);
  }

  static Stream<byte[]> addressCorpus() {
    return ParserTarget.ADDRESS.corpus().stream();
  }

  @MethodSource("endpointCorpus")
  @FuzzTest(maxExecutions = INPUTS)
  void endpoint(byte[] in) {
    ParserTarget.ENDPOINT.read(in);
  }

  static Stream<byte[]> endpointCorpus() {
    return ParserTarget.ENDPOINT.corpus().stream();
  }

  @MethodSource("configurationCorpus")
  @FuzzTest(maxExecutions = FEW_INPUTS)
  void configuration(byte[] in) {
    ParserTarget.CONFIGURATION.read(in);
  }

  static Stream<byte[]> configurationCorpus() {
    return ParserTarget.CONFIGURATION.corpus().stream();
  }
}
