package io.shoal.runtime.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.PluginFolder;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.inspection.InspectedPlugin;
import io.shoal.runtime.plugin.inspection.PluginApproval;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginLock;
import io.shoal.runtime.plugin.inspection.PluginPlaces;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.testing.PluginJarBuilder;
import io.shoal.runtime.testing.VerifierSource;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Experimental types are for plugins that say that they use them. Here types that no longer are
/// experimental stand for those that will be.
@Timeout(60)
class ExperimentalUseTest {

  private static final String ID = "probe";
  private static final String KEY = "Plugin-Experimental";
  private static final String KIND = "io.shoal.api.Verifier";
  private static final String TYPE = "io.shoal.api.Quoted";

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

  /// A plugin that uses the type when its text form is asked for.
  private static VerifierSource probe() {
    return VerifierSource.of(ID)
        .members("@Override public String toString() { return io.shoal.api.Quoted.of(\"used\"); }");
  }

  private static GrantedModules experimental(String... types) {
    return GrantedModules.of(ModuleLayer.boot(), ModuleFinder.ofSystem(), Set.of(types));
  }

  private FoundPlugin inspected(GrantedModules granted) throws Exception {
    PluginCatalog catalog =
        new PluginCatalog(
            new PluginPlaces(List.of(folder.plugins()), List.of()),
            root.resolve("unpacked"),
            false,
            PluginApproval.of(folder.settings(), PluginLock.EMPTY),
            granted,
            PluginHost.apiVersion());
    catalog.scan();
    return catalog.find(ID).orElseThrow();
  }

  /// Loads the plugin and lets it use the type.
  private String used() throws Exception {
    GrantedModules granted = experimental(TYPE);
    InspectedPlugin plugin = inspected(granted).usable().orElseThrow();
    ModularPlugins plugins =
        new ModularPlugins(
            granted,
            folder.plugins(),
            new PluginClasses(Duration.ofSeconds(5), Duration.ofSeconds(5)));
    plugins.load(plugin);
    try {
      return plugins.newExtensions(plugin, ExtensionKind.VERIFICATION).getFirst().toString();
    } finally {
      plugins.unload(plugin);
    }
  }

  @Test
  void aKindIsRefusedOnInspectionUnlessThePluginSaysSo() throws Exception {
    probe().buildJar(folder.plugins());

    PluginProblem problem = inspected(experimental(KIND)).problem().orElseThrow();

    assertEquals(Reason.WRONG_API, problem.reason());
    assertEquals(
        "it uses io.shoal.api.Verifier, which is experimental: its author has to say so with"
            + " Plugin-Experimental: true, and to require one minor version of the API, as"
            + " ~1.2.0 does",
        problem.message());
  }

  @Test
  void aKindIsForAPluginThatSaysSo() throws Exception {
    says(probe().modular()).buildJar(folder.plugins());

    assertTrue(inspected(experimental(KIND)).usable().isPresent());
  }

  @Test
  void aKindInAPlainJarIsRefusedToo() throws Exception {
    probe().plain().buildJar(folder.plugins());

    assertEquals(Reason.WRONG_API, inspected(experimental(KIND)).problem().orElseThrow().reason());
  }

  private static PluginJarBuilder says(PluginJarBuilder plugin) {
    return plugin.attribute(KEY, "true").attribute("Plugin-Requires", "~0.9.0");
  }

  @Test
  void aTypeCannotBeLoadedUnlessThePluginSaysSo() throws Exception {
    probe().buildJar(folder.plugins());

    Error refusal = assertThrows(NoClassDefFoundError.class, this::used);

    assertTrue(refusal.getMessage().startsWith("it uses " + TYPE), refusal.getMessage());
  }

  @Test
  void aTypeIsForAJarThatSaysSo() throws Exception {
    says(probe().modular()).buildJar(folder.plugins());

    assertEquals("used", used());
  }

  @Test
  void aTypeIsForAFolderThatSaysSo() throws Exception {
    says(probe().modular()).buildFolder(folder.plugins());

    assertEquals("used", used());
  }

  @Test
  void anAnswerOtherThanYesOrNoIsAProblem() throws Exception {
    probe().modular().attribute(KEY, "yes").buildJar(folder.plugins());

    PluginProblem problem = inspected(experimental()).problem().orElseThrow();

    assertTrue(
        problem.message().startsWith("its Plugin-Experimental 'yes' is neither true nor false"),
        problem.message());
  }
}
