package io.shoal.runtime.plugin.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The refusal of a plugin whose module requires modules that it cannot have.
class GrantedModulesTest {

  private static final ModuleDescriptor PLUGIN =
      ModuleDescriptor.newModule("org.example.plugin").requires("java.sql").build();

  private static UnusablePluginException refused(ModuleFinder java) {
    return refused(java, PLUGIN);
  }

  private static UnusablePluginException refused(ModuleFinder java, ModuleDescriptor plugin) {
    GrantedModules granted = GrantedModules.of(ModuleLayer.empty(), java, Set.of());
    return assertThrows(
        UnusablePluginException.class,
        () -> granted.check(plugin, Set.of("java.base", "org.example.plugin")));
  }

  @Test
  void allAbsentModulesAreNamedAtOnce() {
    ModuleDescriptor plugin =
        ModuleDescriptor.newModule("org.example.plugin")
            .requires("java.sql")
            .requires("java.net.http")
            .build();

    String message = refused(ModuleFinder.ofSystem(), plugin).problem().message();

    assertTrue(message.contains("requires java.net.http and java.sql"), message);
    assertTrue(message.contains("--add-modules java.net.http,java.sql"), message);
  }

  @Test
  void aLibraryThatIsMissingIsToBePacked() {
    ModuleDescriptor plugin =
        ModuleDescriptor.newModule("org.example.plugin").requires("com.example.library").build();

    String message = refused(ModuleFinder.ofSystem(), plugin).problem().message();

    assertTrue(message.contains("com.example.library, which is missing: pack it"), message);
  }

  /// Java starts what the program's modules require, and those services that it likes: only what is
  /// required is there for plugins in every program.
  @Test
  void theNodeRequiresEveryModuleOfTheJdkThatPluginsMayUse() {
    Set<String> required = new TreeSet<>();
    collectRequired(PluginCatalog.class.getModule().getDescriptor(), required);

    assertEquals(
        Set.of(),
        GrantedModules.JDK.stream()
            .filter(module -> !required.contains(module))
            .collect(Collectors.toSet()));
  }

  private static void collectRequired(ModuleDescriptor module, Set<String> found) {
    for (ModuleDescriptor.Requires requires : module.requires()) {
      if (found.add(requires.name())) {
        ModuleFinder.ofSystem()
            .find(requires.name())
            .ifPresent(reference -> collectRequired(reference.descriptor(), found));
      }
    }
  }

  @Test
  void aModuleThatTheJavaLacksIsNamed() {
    UnusablePluginException refusal = refused(ModuleFinder.of());

    assertEquals(PluginProblem.Reason.ABSENT_MODULE, refusal.problem().reason());
    assertTrue(refusal.problem().message().contains("java.sql"), refusal.problem()::message);
    assertTrue(refusal.problem().message().contains("lacks"), refusal.problem()::message);
  }

  @Test
  void aModuleThatWasNotStartedNeedsAnOption() {
    UnusablePluginException refusal = refused(ModuleFinder.ofSystem());

    assertEquals(PluginProblem.Reason.ABSENT_MODULE, refusal.problem().reason());
    assertTrue(
        refusal.problem().message().contains("start Java with --add-modules java.sql"),
        refusal.problem()::message);
  }
}
