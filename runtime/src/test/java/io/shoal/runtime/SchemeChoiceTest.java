package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.Verifier;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.access.SharedSecret;
import io.shoal.runtime.file.DataFolder;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.testing.FixedListener;
import io.shoal.runtime.testing.JdkSha256;
import io.shoal.runtime.testing.PlainStore;
import io.shoal.runtime.testing.TestSchemes;
import io.shoal.runtime.transport.TransportChoice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which schemes a node listens for and dials: never one that protects less than was asked for.
class SchemeChoiceTest {
  private static final PeerId SELF = PeerId.ofEd25519(new byte[32]);
  private static final Scheme ENCRYPTED = TestSchemes.TCPS;
  private static final Scheme PLAIN = TestSchemes.TCP;
  private static final Scheme LOCAL = TestSchemes.UNIX;

  @TempDir Path folder;

  /// Speaks the given schemes, and records those that were used.
  private static final class Speaker implements Transport {
    private final Set<Scheme> schemes;
    private final Set<String> listened = new HashSet<>();
    private final Set<String> dialled = ConcurrentHashMap.newKeySet();

    Speaker(Scheme... schemes) {
      this.schemes = Arrays.stream(schemes).collect(Collectors.toSet());
    }

    @Override
    public void start(PluginContext context) {}

    @Override
    public Set<Scheme> schemes() {
      return schemes;
    }

    @Override
    public Listener listen(
        Set<String> wanted, ChunkServer server, Consumer<List<Endpoint>> changed) {
      listened.addAll(wanted);
      return FixedListener.at();
    }

    @Override
    public PeerConnection connect(PeerAddress address, ChunkServer server)
        throws PeerUnreachableException {
      dialled.add(address.scheme());
      throw new PeerUnreachableException("nobody is there");
    }

    @Override
    public void close() {}
  }

  private NodeCore node(Speaker speaker, String... settings) throws Exception {
    Configuration configuration = Configuration.defaults();
    for (int i = 0; i < settings.length; i += 2) {
      configuration = configuration.with(settings[i], settings[i + 1]);
    }
    JdkSha256 sha256 = new JdkSha256();
    ActivePlugins.Active<Verifier> verifier = new ActivePlugins.Active<>("verification", sha256);
    ActivePlugins plugins =
        new ActivePlugins(
            new ActivePlugins.Active<>("storage", new PlainStore()),
            verifier,
            Map.of(sha256.multihashCode(), verifier),
            List.of(),
            List.of(new ActivePlugins.Active<>("transport", speaker)),
            List.of());
    NodeSettings node = configuration.settings();
    return new NodeCore(
        SELF,
        plugins,
        node,
        node.access().resolve(node.tlsRequired()),
        DataFolder.of(folder),
        Node.Mode.SERVE,
        SystemSources.ofMachine());
  }

  /// What it listens for is what it dials.
  private Set<String> used(Speaker speaker, String... settings) throws Exception {
    try (NodeCore core = node(speaker, settings)) {
      core.start();
      for (String scheme : List.of("tcps", "tcp", "unix")) {
        PeerAddress address = PeerAddress.of(scheme + "://127.0.0.1:4600");
        assertEquals(
            speaker.listened.contains(scheme),
            core.network().dialler().worthDialling(address, true));
        assertThrows(
            ShoalException.class,
            () -> core.network().dialler().connect(address, ChunkServer.NOTHING));
      }
    }
    assertEquals(speaker.listened, speaker.dialled);
    return speaker.listened;
  }

  @Test
  void aNodeThatRequiresTlsNeverUsesAPlainScheme() throws Exception {
    assertEquals(Set.of("tcps", "unix"), used(new Speaker(ENCRYPTED, PLAIN, LOCAL)));
    assertEquals(Set.of(), used(new Speaker(PLAIN)));
  }

  @Test
  void aNodeWithoutTlsUsesTheEncryptedSchemeNeither() throws Exception {
    assertEquals(Set.of("tcp", "unix"), used(new Speaker(ENCRYPTED, PLAIN, LOCAL), "tls", "off"));
  }

  @Test
  void whereNotEverybodyMayTakePartOnlySchemesThatProveSomethingAreUsed() throws Exception {
    String[][] modes = {
      {"access", "allow-list", "accessList", SELF.toString()},
      {"access", "shared-secret", "accessSecret", "correct horse battery"},
    };
    for (String[] mode : modes) {
      assertEquals(Set.of("tcps"), used(new Speaker(ENCRYPTED, PLAIN, LOCAL), mode));
      InvalidConfigException fault =
          assertThrows(InvalidConfigException.class, () -> node(new Speaker(PLAIN, LOCAL), mode));
      assertTrue(
          Optional.ofNullable(fault.getMessage())
              .orElse("")
              .contains("no active transport encrypts"),
          fault::getMessage);
    }
  }

  private TransportChoice choice(boolean tlsRequired, Set<String> plain, Scheme... schemes)
      throws InvalidConfigException {
    return new TransportChoice(
        List.of(new ActivePlugins.Active<>("transport", new Speaker(schemes))),
        tlsRequired,
        plain,
        new Access.Open());
  }

  private static List<String> unused(TransportChoice choice) {
    return choice.unused().stream().map(Object::toString).toList();
  }

  @Test
  void aPlainSchemeThatTheUserNamesIsUsedBesideTheOthers() throws Exception {
    TransportChoice choice = choice(true, Set.of("http"), ENCRYPTED, TestSchemes.HTTP, PLAIN);

    assertEquals(Set.of("tcps", "http"), choice.dialable().keySet());
    assertEquals(
        List.of(
            "scheme tcp of plugin transport is not used: it does not encrypt, and tls is required:"
                + " to use it all the same, add tcp to transport.plain"),
        unused(choice));
  }

  @Test
  void theKeyReachesTheChoice() throws Exception {
    Speaker speaker = new Speaker(ENCRYPTED, PLAIN);

    assertEquals(Set.of("tcps", "tcp"), used(speaker, "transport.plain", "[tcp]"));
  }

  @Test
  void aNameThatIsNoSchemeIsRefused() {
    InvalidConfigException fault =
        assertThrows(
            InvalidConfigException.class,
            () -> Configuration.defaults().with("transport.plain", "['http://']").settings());
    assertTrue(String.valueOf(fault.getMessage()).contains("transport.plain"), fault::getMessage);
  }

  /// Each with the plugin, the scheme, the reason and the key to change.
  @Test
  void everySchemeThatIsNotUsedIsReportedOnce() throws Exception {
    TransportChoice required = choice(true, Set.of(), TestSchemes.HTTP, LOCAL, PLAIN);
    assertEquals(2, required.unused().size());
    for (TransportChoice.Unused scheme : required.unused()) {
      assertEquals("transport", scheme.pluginId());
      assertTrue(scheme.why().contains("add " + scheme.scheme() + " to transport.plain"));
    }

    TransportChoice off = choice(false, Set.of(), ENCRYPTED, PLAIN, LOCAL);
    assertEquals(
        List.of(
            "scheme tcps of plugin transport is not used: tls is off, and tcp takes its place: set"
                + " tls: required to use it"),
        unused(off));
  }

  /// Without a plain twin an encrypted scheme does what it is asked to do.
  @Test
  void tlsOffTakesNoSchemeFromATransportThatHasNoOther() throws Exception {
    Scheme https = Scheme.of("https", Scheme.Trait.CONFIDENTIAL, Scheme.Trait.PROVES_NAME);
    TransportChoice choice = choice(false, Set.of(), https);

    assertEquals(Set.of("https"), choice.dialable().keySet());
    assertEquals(List.of(), choice.unused());
  }

  @Test
  void whereAccessIsRestrictedTheKeyIsNamedToo() throws Exception {
    Access list = new Access.AllowList(Set.of(SELF));
    Access secret =
        new Access.Secret(
            SharedSecret.of("correct horse battery".getBytes(StandardCharsets.US_ASCII)));
    Scheme proves = Scheme.of("quic", Scheme.Trait.CONFIDENTIAL, Scheme.Trait.PROVES_BOTH);
    for (Access access : List.of(list, secret)) {
      TransportChoice choice =
          new TransportChoice(
              List.of(
                  new ActivePlugins.Active<>("transport", new Speaker(ENCRYPTED, proves, LOCAL))),
              true,
              Set.of("unix"),
              access);
      assertEquals(
          access.equals(list) ? Set.of("tcps", "quic") : Set.of("tcps"),
          choice.dialable().keySet());
      for (TransportChoice.Unused scheme : choice.unused()) {
        assertTrue(scheme.why().contains("access: open"), scheme::why);
      }
      assertEquals(access.equals(list) ? 1 : 2, choice.unused().size());
    }
  }
}
