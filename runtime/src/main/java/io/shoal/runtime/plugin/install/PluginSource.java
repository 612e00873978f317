package io.shoal.runtime.plugin.install;

import io.shoal.api.InvalidInputException;
import io.shoal.runtime.plugin.inspection.PluginIds;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Where a plugin is to come from.
public sealed interface PluginSource {

  /// It came with the package, in the folder `extras`.
  ///
  /// @param id the plugin's
  record Extra(String id) implements PluginSource {}

  /// A jar, a zip or a folder.
  ///
  /// @param path absolute
  record LocalFile(Path path) implements PluginSource {}

  /// A jar or a zip elsewhere.
  record Remote(URI address) implements PluginSource {}

  /// Reads what a user names: the id of a plugin in `extras`, an address, or a path.
  ///
  /// @param folder the user's current one
  static PluginSource of(String text, Path folder) throws InvalidInputException {
    // An id has no dot and no slash: a folder of that name is reached as ./NAME.
    if (PluginIds.isValid(text)) {
      return new Extra(text);
    }
    try {
      return text.matches("[A-Za-z][A-Za-z0-9+.-]+://.*")
          ? new Remote(new URI(text))
          : new LocalFile(folder.resolve(text));
    } catch (URISyntaxException | InvalidPathException e) {
      throw new InvalidInputException(
          "'" + text + "' is neither a path, an address nor the id of a plugin in extras/", e);
    }
  }
}
