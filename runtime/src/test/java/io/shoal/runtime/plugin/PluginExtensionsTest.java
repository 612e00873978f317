package io.shoal.runtime.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.testing.PluginJarBuilder;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A plugin with two extensions: what they share, and whose the configuration is.
class PluginExtensionsTest {

  private static final String DESCRIPTOR =
      """
      module pair {
        requires io.shoal.api;
        provides io.shoal.api.Verifier with pair.V;
        provides io.shoal.api.Discovery with pair.D;
      }
      """;

  private static final String VERIFIER =
      """
      package pair;

      public final class V implements io.shoal.api.Verifier {
        private Box box;
        public V() {}
        @Override public void start(io.shoal.api.PluginContext context) {
          box = context.shared(Box.class, Box::new);
          box.users++;
        }
        @Override public long multihashCode() { return 0x300777; }
        @Override public String name() { return "pair"; }
        @Override public int digestSizeBytes() { return 32; }
        @Override public Digest begin() { throw new UnsupportedOperationException(); }
        @Override public String toString() {
          return box.users + " users, " + (box.closed ? "closed" : "open");
        }
      }
      """;

  private static final String BOX =
      """
      package pair;

      final class Box implements AutoCloseable {
        int users;
        boolean closed;
        @Override public void close() { closed = true; }
      }
      """;

  private static final String DISCOVERY =
      """
      package pair;

      import io.shoal.api.*;
      import java.util.List;
      import java.util.Set;

      public final class D implements Discovery {
        public D() {}
        @Override public List<ConfigKey> configuration() {
          return List.of(
              ConfigKey.of("routers", ConfigKey.Kind.LIST).required().describe("which routers to ask"),
              ConfigKey.text("unread"));
        }
        @Override public void start(PluginContext context) throws ShoalException {
          context.config().texts("routers", List.of());
          context.shared(Box.class, Box::new).users++;
        }
        @Override public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink) {}
        @Override public DiscoveryStatus status() { return DiscoveryStatus.builder().build(); }
      }
      """;

  @TempDir Path temporary;
  private PluginFolder folder;

  @BeforeEach
  void build() throws Exception {
    folder = PluginFolder.in(temporary);
    folder.add("store-memory", "verification-sha256");
    new PluginJarBuilder("pair")
        .source("module-info.java", DESCRIPTOR)
        .source("pair/V.java", VERIFIER)
        .source("pair/Box.java", BOX)
        .source("pair/D.java", DISCOVERY)
        .buildJar(folder.plugins());
    folder = folder.with("active.verification", "pair");
  }

  @Test
  void theKeysOfAnExtensionThatIsNotUsedNeedNoEditing() throws Exception {
    PluginFolder half = folder.with("active.discovery", "[]").with("plugins.pair.routers", "[one]");
    try (PluginHost host = half.open()) {
      ActivePlugins active = host.start(half.services());
      assertEquals("1 users, open", active.verifier().extension().toString());
    }
  }

  @Test
  void extensionsOfOnePluginShareAnObjectThatIsClosedAfterThem() throws Exception {
    PluginFolder whole =
        folder
            .with("active.discovery", "[pair]")
            .with("plugins.pair.routers", "[one]")
            .with("plugins.pair.unread", "is known all the same");
    Object verifier;
    try (PluginHost host = whole.open()) {
      verifier = host.start(whole.services()).verifier().extension();
      assertEquals("2 users, open", verifier.toString());
    }
    assertEquals("2 users, closed", verifier.toString());
  }

  @Test
  void aKeyThatIsRequiredOrUnknownIsNamed() throws Exception {
    PluginFolder whole = folder.with("active.discovery", "[pair]");
    InvalidConfigException missing = assertThrows(InvalidConfigException.class, whole::start);
    assertTrue(
        missing.getMessage().contains("plugins.pair.routers is not set (which routers to ask)"),
        missing.getMessage());
    InvalidConfigException unknown =
        assertThrows(
            InvalidConfigException.class,
            () ->
                whole
                    .with("plugins.pair.routers", "[one]")
                    .with("plugins.pair.ruoters", "[one]")
                    .start());
    assertTrue(
        unknown.getMessage().contains("did you mean plugins.pair.routers"), unknown.getMessage());
  }
}
