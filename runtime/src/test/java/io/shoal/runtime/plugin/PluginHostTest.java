package io.shoal.runtime.plugin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.Verifier;
import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.plugin.inspection.PluginReport;
import io.shoal.runtime.plugin.inspection.PluginReport.State;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginHostTest {

  @TempDir Path root;
  private PluginFolder folder;

  @BeforeEach
  void makeFolder() {
    folder = PluginFolder.in(root);
  }

  @AfterEach
  void endServices() {
    folder.close();
  }

  @Test
  void whatLeavesNoChoiceIsUsedWithoutConfiguration() throws Exception {
    folder.add("store-memory", "verification-sha256", "discovery-static");
    try (PluginHost host = folder.open()) {
      ActivePlugins active = host.start(folder.services());

      assertEquals("store-memory", active.store().pluginId());
      assertEquals("sha2-256", active.verifier().extension().name());
      assertEquals(Set.of(0x12L), active.verifiers().keySet());
      assertEquals("discovery-static", active.discoveries().getFirst().pluginId());
      assertEquals(List.of(), active.transports());
      assertEquals(
          List.of(State.STARTED, State.STARTED, State.STARTED),
          host.reports().stream().map(PluginReport::state).toList());
    }
  }

  @Test
  void extensionsDoTheirJobThroughTheApiAlone() throws Exception {
    folder.add("store-memory", "verification-sha256");
    try (PluginHost host = folder.open()) {
      ActivePlugins active = host.start(folder.services());
      byte[] bytes = "a chunk".getBytes(java.nio.charset.StandardCharsets.UTF_8);
      var digest = active.verifier().extension().begin();
      digest.update(ByteBuffer.wrap(bytes));
      byte[] hash = digest.finish();
      assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(bytes), hash);
      Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, hash));

      var store = active.store().extension();
      assertTrue(store.put(cid, ByteBuffer.wrap(bytes)));
      ByteBuffer back = ByteBuffer.allocate(bytes.length);
      try (var reader = store.open(cid).orElseThrow()) {
        assertEquals(bytes.length, reader.read(back, 0));
      }
      assertArrayEquals(bytes, back.array());
    }
  }

  @Test
  void aFileThatIsReplacedMeanwhileBreaksNothingAndIsNamed() throws Exception {
    folder.add("store-memory", "verification-sha256");
    Path jar = folder.plugins().resolve("verification-sha256.jar");
    try (PluginHost host = folder.openCopied()) {
      assertEquals(List.of(), host.news());

      Files.writeString(jar, "no jar at all");
      Verifier verifier = host.start(folder.services()).verifier().extension();
      assertEquals("sha2-256", verifier.name());
      assertEquals(32, verifier.begin().finish().length);
      Files.move(folder.plugins().resolve("store-memory.jar"), root.resolve("elsewhere"));
      folder.add("verification-sha512");

      List<PluginReport> news = host.news();
      assertEquals(
          List.of("verification-sha256.jar", "verification-sha512.jar", "store-memory.jar"),
          news.stream().map(PluginReport::id).toList());
      assertEquals(
          List.of("changed", "came", "removed"),
          news.stream()
              .map(report -> report.problem().orElseThrow().message())
              .map(why -> why.replaceFirst("it (was )?(\\w+) after.*restart.*", "$2"))
              .toList());
    }
  }
}
