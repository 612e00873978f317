package io.shoal.runtime.plugin.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a plugin hears whose module requires a part of the JDK that is granted and is not there.
class GrantedModulesTest {

  private static final ModuleDescriptor PLUGIN =
      ModuleDescriptor.newModule("org.example.plugin").requires("java.sql").build();

  private static UnusablePluginException refused(ModuleFinder java) {
    GrantedModules granted = GrantedModules.of(ModuleLayer.empty(), java);
    return assertThrows(
        UnusablePluginException.class,
        () -> granted.check(PLUGIN, Set.of("java.base", "org.example.plugin")));
  }

  @Test
  void aModuleThatTheImageLacksIsSaidToBeLackingThere() {
    UnusablePluginException refusal = refused(ModuleFinder.of());

    assertEquals(PluginProblem.Reason.ABSENT_MODULE, refusal.problem().reason());
    assertTrue(refusal.problem().message().contains("java.sql"), refusal.problem()::message);
    assertTrue(refusal.problem().message().contains("lacks"), refusal.problem()::message);
  }

  @Test
  void aModuleThatIsThereAndWasNotStartedIsSaidToNeedAnOption() {
    UnusablePluginException refusal = refused(ModuleFinder.ofSystem());

    assertEquals(PluginProblem.Reason.ABSENT_MODULE, refusal.problem().reason());
    assertTrue(
        refusal.problem().message().contains("start Java with --add-modules java.sql"),
        refusal.problem()::message);
  }
}
