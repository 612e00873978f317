package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.config.ConfigSection;
import io.shoal.runtime.config.Suggestion;
import io.shoal.runtime.discovery.AnnounceScope;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {

  @TempDir Path folder;

  private Configuration load(String text) throws IOException, InvalidConfigException {
    return Configuration.load(Files.writeString(folder.resolve("shoal.yaml"), text));
  }

  private String faultOf(String text) {
    InvalidConfigException fault = assertThrows(InvalidConfigException.class, () -> load(text));
    assertEquals(1, fault.getMessage().lines().count(), fault.getMessage());
    return fault.getMessage().replace(folder + "/", "");
  }

  @Test
  void withoutAnythingSetEveryKeyHasItsDefault() {
    NodeSettings settings = Configuration.defaults().settings();

    assertEquals(NodeSettings.Tls.REQUIRED, settings.tls());
    assertEquals(AnnounceScope.ROOTS, settings.announce());
    assertEquals(Long.MAX_VALUE, settings.limits().uploadBytesPerSecond());
    assertEquals(128L << 20, settings.limits().memoryBytes());
    assertEquals(Optional.empty(), settings.active().storage());
    assertEquals(Optional.empty(), settings.active().transport());
    assertEquals(Duration.ofSeconds(30), settings.plugins().startTimeout());
    assertEquals(0, settings.control().port());
    assertEquals("info", settings.logLevel());
  }

  @Test
  void aFileIsReadWithItsUnits() throws Exception {
    Configuration configuration =
        load(
            """
            # comment
            active:
              storage: storage-memory
              discovery: []
              transport: [transport-unix, transport-tcp]
            limits:
              upload: 25MB
              download: 1.5MiB/s
            limits.connections: 7
            tls: off
            plugins:
              stopTimeout: 250ms
              storage-memory:
                quota: 10 GiB
                deep: {er: yes}
            """);
    NodeSettings settings = configuration.settings();

    assertEquals(25_000_000, settings.limits().uploadBytesPerSecond());
    assertEquals(1_572_864, settings.limits().downloadBytesPerSecond());
    assertEquals(7, settings.limits().connections());
    assertEquals(NodeSettings.Tls.OFF, settings.tls());
    assertEquals(Optional.of("storage-memory"), settings.active().storage());
    assertEquals(Optional.of(List.of()), settings.active().discovery());
    assertEquals(
        Optional.of(List.of("transport-unix", "transport-tcp")), settings.active().transport());
    assertEquals(Duration.ofMillis(250), settings.plugins().stopTimeout());
    ConfigSection plugin = configuration.plugin("storage-memory");
    assertEquals(10L << 30, plugin.sizeBytes("quota", 0, Long.MAX_VALUE, 1));
    assertEquals("yes", plugin.text("deep.er", ""));
    plugin.refuseUnknown();
  }

  @Test
  void pluginsAreRestrictedByAListOrAPublisher() throws Exception {
    assertFalse(Configuration.defaults().restrictsPlugins());
    for (String key : List.of("allow: [%s]".formatted("ab".repeat(32)), "publishers: [a-key]")) {
      assertTrue(load("plugins:\n  " + key + "\n").restrictsPlugins(), key);
    }
  }

  @Test
  void aFileOfCommentsSetsNothing() throws Exception {
    assertEquals(
        Configuration.defaults().settings(), load("# Shoal configuration\n#tls: off\n").settings());
    assertEquals(Configuration.defaults().settings(), load("").settings());
    assertEquals(Configuration.defaults().settings(), load("limits:\ntls:\n").settings());
  }

  @Test
  void anUnknownKeyIsRefusedWithTheNearestKnownOne() {
    assertEquals(
        "shoal.yaml:2: unknown key limits.uplaod: did you mean limits.upload?",
        faultOf("limits:\n  uplaod: 25MB\n"));
    assertEquals("shoal.yaml:1: unknown key tsl: did you mean tls?", faultOf("tsl: off"));
    assertEquals(
        "shoal.yaml:2: unknown key plugins.startTimeot: did you mean plugins.startTimeout?",
        faultOf("plugins:\n  startTimeot: 3s\n"));
    assertTrue(
        faultOf("colour: blue").startsWith("shoal.yaml:1: unknown key colour: known here: "));
  }

  @Test
  void aWrongValueIsRefusedWithWhatIsAllowed() {
    assertEquals("shoal.yaml:1: tls is 'maybe': write one of off, required", faultOf("tls: maybe"));
    assertEquals(
        "shoal.yaml:2: limits.connections is 0: write a whole number from 1 to 100000",
        faultOf("limits:\n  connections: 0\n"));
    assertEquals(
        "shoal.yaml:1: limits.upload is 'fast': write bytes a second, at least 16KiB, such as 25MB"
            + " or unlimited",
        faultOf("limits: {upload: fast}"));
    assertEquals(
        "shoal.yaml:1: plugins.startTimeout is '30': write a time from 10ms to 1h, such as 250ms,"
            + " 30s or 2h",
        faultOf("plugins: {startTimeout: 30}"));
    assertEquals(
        "shoal.yaml:1: limits is '5': write a section with keys of its own", faultOf("limits: 5"));
    assertEquals(
        "shoal.yaml:1: active.storage is a list: write a single value",
        faultOf("active: {storage: [a, b]}"));
    assertTrue(faultOf("control: {listen: '0.0.0.0:80'}").contains("a loopback address"));
    assertTrue(faultOf("active: {transport: [a, a]}").contains("every plugin once"));
    assertTrue(faultOf("plugins: {allow: [beef]}").contains("64 hex digits"));
    assertTrue(faultOf("plugins: {Bad_Id: {a: b}}").contains("plugin id"));
  }

  @Test
  void aBrokenFileIsToldWithItsLine() {
    assertTrue(faultOf("a: b\n  c: d\n").startsWith("shoal.yaml:2: not valid YAML: "));
    assertTrue(faultOf("tls: off\ntls: off\n").startsWith("shoal.yaml:2: "));
    assertTrue(faultOf("- a\n- b\n").startsWith("shoal.yaml:1: expected lines"));
    assertTrue(faultOf("tls: &x off\nannounce: *x\n").startsWith("shoal.yaml:2: aliases"));
    assertTrue(faultOf("tls: off\n---\ntls: off\n").contains("a second document"));
    assertTrue(faultOf("a: ".repeat(1) + "{a: ".repeat(40) + "b" + "}".repeat(40)).contains("16"));
    InvalidConfigException missing =
        assertThrows(
            InvalidConfigException.class, () -> Configuration.load(folder.resolve("no.yaml")));
    assertTrue(missing.getMessage().contains("no such file"), missing.getMessage());
  }

  @Test
  void aFileThatIsTooLargeIsNotRead() throws Exception {
    assertTrue(faultOf("#".repeat((1 << 20) + 1)).contains("larger than 1MiB"));
  }

  @Test
  void aSingleKeyIsSetOverTheFile() throws Exception {
    Configuration file = load("limits: {upload: 25MB, connections: 3}\n");
    Configuration changed =
        file.with("limits.upload", "unlimited")
            .with("active.transport", "[transport-unix, transport-b]")
            .with("plugins.transport-unix.path", "/tmp/x");

    assertEquals(Long.MAX_VALUE, changed.settings().limits().uploadBytesPerSecond());
    assertEquals(3, changed.settings().limits().connections());
    assertEquals(
        Optional.of(List.of("transport-unix", "transport-b")),
        changed.settings().active().transport());
    assertEquals("/tmp/x", changed.plugin("transport-unix").text("path", ""));
    assertEquals(Set.of("transport-unix"), changed.settings().plugins().configured());
    assertEquals(25_000_000, file.settings().limits().uploadBytesPerSecond());
  }

  @Test
  void aSingleKeyThatIsWrongIsRefusedWithoutNamingALine() {
    Configuration defaults = Configuration.defaults();
    assertEquals(
        "unknown key limits.uplod: did you mean limits.upload?",
        assertThrows(InvalidConfigException.class, () -> defaults.with("limits.uplod", "1MB"))
            .getMessage());
    assertThrows(InvalidConfigException.class, () -> defaults.with("", "x"));
    assertThrows(InvalidConfigException.class, () -> defaults.with("limits..upload", "1MB"));
  }

  @Test
  void keysThatAPluginDidNotAskForAreRefused() throws Exception {
    Configuration configuration = Configuration.defaults().with("plugins.storage-x.qota", "1GB");
    ConfigSection section = configuration.plugin("storage-x");
    assertEquals(7, section.sizeBytes("quota", 1, 100, 7));
    assertEquals(
        "unknown key plugins.storage-x.qota: did you mean plugins.storage-x.quota?",
        assertThrows(InvalidConfigException.class, section::refuseUnknown).getMessage());
    assertEquals(
        "unknown key plugins.storage-x.qota: nothing can be set here: remove it",
        assertThrows(InvalidConfigException.class, configuration.plugin("storage-x")::refuseUnknown)
            .getMessage());
  }

  @Test
  void aPluginReadsItsKeysByType() throws Exception {
    ConfigSection section =
        Configuration.defaults()
            .with("plugins.p.listen", "0.0.0.0:4600")
            .with("plugins.p.bootstrap", "a:1")
            .with("plugins.p.fast", "TRUE")
            .with("plugins.p.mode", "Lan")
            .with("plugins.p.size", "2TB")
            .with("plugins.p.time", "1.5h")
            .with("plugins.p.count", "12")
            .plugin("p");

    assertEquals(Optional.of("0.0.0.0:4600"), section.text("listen"));
    assertEquals(List.of("a:1"), section.texts("bootstrap", List.of()));
    assertEquals(List.of("z"), section.texts("other", List.of("z")));
    assertTrue(section.flag("fast", false));
    assertFalse(section.flag("slow", false));
    assertEquals("lan", section.oneOf("mode", Set.of("lan", "wan"), "wan"));
    assertEquals(2_000_000_000_000L, section.sizeBytes("size", 0, Long.MAX_VALUE, 0));
    assertEquals(
        Duration.ofMinutes(90),
        section.duration("time", Duration.ZERO, Duration.ofDays(1), Duration.ZERO));
    assertEquals(12, section.number("count", 0, 100, 1));
    assertThrows(InvalidConfigException.class, () -> section.number("mode", 0, 1, 0));
    assertThrows(InvalidConfigException.class, () -> section.sizeBytes("size", 0, 10, 0));
    section.refuseUnknown();
  }

  @Test
  void unitsSurviveBeingWrittenAndRead() {
    for (long bytes :
        new long[] {1, 999, 1000, 1024, 4096, 25_000_000, 128L << 20, Long.MAX_VALUE}) {
      assertEquals(Optional.of(bytes), Units.sizeBytes(Units.exactSize(bytes)));
    }
    for (Duration time :
        List.of(Duration.ofMillis(5), Duration.ofSeconds(90), Duration.ofDays(3))) {
      assertEquals(Optional.of(time), Units.duration(Units.exactTime(time)));
    }
    for (String text : List.of("", "KB", "-1", "1 000", "1QB", "99999999999TB", "1e3", "0x10")) {
      assertEquals(Optional.empty(), Units.sizeBytes(text), text);
    }
  }

  @Test
  void theNearestWordIsFoundOnlyWhenItIsNear() {
    assertEquals(Optional.of("quota"), Suggestion.of("qouta", List.of("path", "quota")));
    assertEquals(Optional.empty(), Suggestion.of("colour", List.of("path", "quota")));
    assertEquals(Optional.empty(), Suggestion.of("ab", List.of("xyz")));
  }

  @Test
  void aSecretIsReadFromWhereItIsKeptAndNeverShown() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "s3cret\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    ConfigSection plugin =
        load("""
                plugins:
                  cloud:
                    direct: s3cret
                    kept: file:%s
                    unset: env:SHOAL_TEST_THAT_NOBODY_SETS
                    list: [s3cret]
                """
                .formatted(file))
            .plugin("cloud");
    assertEquals(Optional.of("s3cret"), plugin.secret("direct"));
    assertEquals(Optional.of("s3cret"), plugin.secret("kept"));
    assertEquals(Optional.empty(), plugin.secret("absent"));
    InvalidConfigException unset =
        assertThrows(InvalidConfigException.class, () -> plugin.secret("unset"));
    assertTrue(
        unset.getMessage().contains("plugins.cloud.unset names the variable SHOAL_TEST"),
        unset.getMessage());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    InvalidConfigException open =
        assertThrows(InvalidConfigException.class, () -> plugin.secret("kept"));
    assertTrue(open.getMessage().contains("chmod 600"), open.getMessage());
    InvalidConfigException wrong =
        assertThrows(InvalidConfigException.class, () -> plugin.secret("list"));
    for (InvalidConfigException each : List.of(unset, open, wrong)) {
      assertFalse(each.getMessage().contains("s3cret"), each.getMessage());
    }
  }

  @Test
  void pathsAndSectionsWithNamesOfTheirOwnAreRead() throws Exception {
    ConfigSection plugin =
        load("""
                plugins:
                  cloud:
                    folder: /srv/../srv/chunks
                    here: chunks
                    buckets:
                      one: {size: 1MB}
                      two: {size: 2MB}
                """)
            .plugin("cloud");
    assertEquals(Path.of("/srv/chunks"), plugin.path("folder", Path.of("/")));
    assertEquals(Path.of("/"), plugin.path("absent", Path.of("/")));
    InvalidConfigException relative =
        assertThrows(InvalidConfigException.class, () -> plugin.path("here", Path.of("/")));
    assertTrue(relative.getMessage().contains("a whole path"), relative.getMessage());
    assertEquals(List.of("one", "two"), List.copyOf(plugin.keys("buckets")));
    assertEquals(2_000_000, plugin.sizeBytes("buckets.two.size", 0, Long.MAX_VALUE, 0));
    plugin.refuseUnknown();
  }
}
