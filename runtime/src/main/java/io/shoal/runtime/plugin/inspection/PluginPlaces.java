package io.shoal.runtime.plugin.inspection;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where plugins are looked for.
///
/// @param folders those with plugins; those that do not exist hold none
/// @param mistaken folders in which users put plugins that are not looked for there: each is named
/// @param lock the file that records what was installed, if there is one; see [PluginLock]
public record PluginPlaces(List<Path> folders, List<Path> mistaken, Optional<Path> lock) {
  public PluginPlaces {
    folders = List.copyOf(folders);
    mistaken = List.copyOf(mistaken);
  }

  /// Those without a record of what was installed.
  public PluginPlaces(List<Path> folders, List<Path> mistaken) {
    this(folders, mistaken, Optional.empty());
  }
}
