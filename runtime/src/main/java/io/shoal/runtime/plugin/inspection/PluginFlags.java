package io.shoal.runtime.plugin.inspection;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/// What a plugin asks for beyond the usual, in its manifest or its properties.
///
/// @param nativeAccess it calls native code, as with `System.load`: its modules get that right
/// @param experimental it uses parts of the API that are [io.shoal.api.Experimental]
public record PluginFlags(boolean nativeAccess, boolean experimental) {

  /// The manifest key of `experimental`.
  static final String EXPERIMENTAL = "Plugin-Experimental";

  /// @throws UnusablePluginException an answer is neither yes nor no, so that its author meant
  ///   something else than the node would do
  static PluginFlags of(PluginArtifact artifact) throws IOException, UnusablePluginException {
    return new PluginFlags(
        is(artifact.root(), "Plugin-Native-Access", "plugin.nativeAccess"),
        is(artifact.root(), EXPERIMENTAL, "plugin.experimental"));
  }

  private static boolean is(Path root, String attribute, String property)
      throws IOException, UnusablePluginException {
    String value = value(root, attribute, property).map(String::strip).orElse("false");
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new UnusablePluginException(
              PluginProblem.Reason.UNREADABLE,
              "its "
                  + attribute
                  + " '"
                  + value
                  + "' is neither true nor false: report it to its author");
    };
  }

  private static Optional<String> value(Path root, String attribute, String property)
      throws IOException {
    if (Files.isDirectory(root)) {
      Properties properties = new Properties();
      try (Reader in = Files.newBufferedReader(root.resolve(PluginArtifact.PROPERTIES))) {
        properties.load(in);
      }
      return Optional.ofNullable(properties.getProperty(property));
    }
    try (JarFile jar = new JarFile(root.toFile())) {
      return Optional.ofNullable(jar.getManifest())
          .map(Manifest::getMainAttributes)
          .map(attributes -> attributes.getValue(attribute));
    }
  }
}
