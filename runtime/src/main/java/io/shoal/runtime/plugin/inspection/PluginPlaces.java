package io.shoal.runtime.plugin.inspection;

import java.nio.file.Path;
import java.util.List;

/// Where plugins are looked for.
///
/// @param folders those with plugins; those that do not exist hold none
/// @param mistaken folders in which users put plugins that are not looked for there: each is named
public record PluginPlaces(List<Path> folders, List<Path> mistaken) {
  public PluginPlaces {
    folders = List.copyOf(folders);
    mistaken = List.copyOf(mistaken);
  }
}
