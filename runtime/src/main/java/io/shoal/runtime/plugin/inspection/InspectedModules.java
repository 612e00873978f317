package io.shoal.runtime.plugin.inspection;

import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds exactly the modules that were inspected.
///
/// @param modules by name
public record InspectedModules(Map<String, ModuleReference> modules) implements ModuleFinder {

  @Override
  public Optional<ModuleReference> find(String name) {
    return Optional.ofNullable(modules.get(name));
  }

  @Override
  public Set<ModuleReference> findAll() {
    return Set.copyOf(modules.values());
  }
}
