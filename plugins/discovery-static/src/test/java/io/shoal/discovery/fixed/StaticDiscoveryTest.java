package io.shoal.discovery.fixed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.Provider;
import io.shoal.testkit.Await;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticDiscoveryTest {
  private static final Cid CID = TestData.cid(TestData.bytes(1, 100));

  private final StaticDiscovery discovery = new StaticDiscovery();
  private final List<TestContext> contexts = new ArrayList<>();

  @AfterEach
  void end() {
    discovery.close();
    contexts.forEach(TestContext::close);
  }

  private void start(TestContext context) throws InvalidConfigException {
    contexts.add(context);
    discovery.start(context);
  }

  private List<Provider> found(String... schemes) throws InterruptedException {
    List<Provider> found = new ArrayList<>();
    discovery.findProviders(CID, Set.of(schemes), found::add);
    return found;
  }

  @Test
  void aChangeOfTheFileIsSeenWhileItRuns(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("peers");
    Files.writeString(file, "tcps://192.0.2.1:4600\n");
    start(
        TestContext.in(folder.resolve("data"))
            .with("file", file.toString())
            .with("checkEvery", "10ms"));
    assertEquals("tcps://192.0.2.1:4600", found("tcps").getFirst().address().uri());
    Files.writeString(file, "tcps://192.0.2.1:4600\nno address\ntcps://192.0.2.22:443\n");
    Await.until("the second peer is found", () -> found("tcps").size() == 2);
    assertTrue(discovery.advice().getFirst().startsWith("line 2 of "), discovery::toString);
    Files.writeString(file, "tcps://192.0.2.22:443\n");
    Await.until("one is gone", () -> found("tcps").size() == 1 && discovery.advice().isEmpty());
  }

  @Test
  void aFileThatComesLaterIsRead(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("peers");
    start(
        TestContext.in(folder.resolve("data"))
            .with("file", file.toString())
            .with("peers", "tcps://192.0.2.7:4600")
            .with("checkEvery", "10ms"));
    assertEquals(1, found("tcps").size());
    assertTrue(discovery.advice().getFirst().contains("is not there"));
    Files.writeString(file, "tcps://192.0.2.1:4600\n");
    Await.until("it is read", () -> found("tcps").size() == 2);
  }

  @Test
  void aPeerInBothPlacesIsReportedOnceAsTheOperators(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("peers");
    Files.writeString(file, "tcps://192.0.2.7:4600\nhttp://192.0.2.7:80\n");
    start(
        TestContext.in(folder.resolve("data"))
            .with("file", file.toString())
            .with("peers", "tcps://192.0.2.7:4600"));
    List<Provider> found = found("tcps", "http");
    assertEquals(2, found.size());
    for (Provider provider : found) {
      assertEquals(Provider.Source.OPERATOR, provider.source());
      assertTrue(!provider.isAnnounced());
    }
  }

  @Test
  void aMissingSettingIsNamed(@TempDir Path folder) throws Exception {
    start(TestContext.in(folder));
    assertTrue(discovery.advice().getFirst().contains(".peers"), discovery.advice()::toString);
  }

  @Test
  void aBadPeerOfTheConfigurationIsRefused(@TempDir Path folder) {
    InvalidConfigException refused =
        assertThrows(
            InvalidConfigException.class,
            () -> start(TestContext.in(folder).with("peers", "tcps://192.0.2.7:4600, peer")));
    assertTrue(String.valueOf(refused.getMessage()).contains("peers: 'peer' is no peer address"));
  }
}
