package io.shoal.distribution.plugins;

import io.shoal.api.InvalidInputException;
import io.shoal.api.Scheme;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;

/// A plugin's project that is to be written from templates. In their names and in their text
/// `__id__` and the like stand for what is special about it.
final class PluginProject {

  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)*");

  /// So much of an id the node takes.
  private static final int MAX_ID_LENGTH = 64;

  private static final String TEMPLATES = "sdk/templates";

  /// The files that projects of every kind have.
  private static final String COMMON = "common";

  private final PluginKind kind;
  private final String id;
  private final String packageName;

  private PluginProject(PluginKind kind, String id, String packageName) {
    this.kind = kind;
    this.id = id;
    this.packageName = packageName;
  }

  /// A project.
  ///
  /// @throws InvalidInputException an id or a package cannot be called so
  static PluginProject of(PluginKind kind, String id, Optional<String> packageName)
      throws InvalidInputException {
    if (!ID.matcher(id).matches() || id.length() > MAX_ID_LENGTH) {
      throw new InvalidInputException(
          "'%s' is no id of a plugin: use up to %d of a-z, 0-9 and single -, such as %s-vault"
              .formatted(id, MAX_ID_LENGTH, kind.word()));
    }
    String java = packageName.orElse("org.example." + shortName(kind, id).replace("-", ""));
    if (!SourceVersion.isName(java) || !java.contains(".")) {
      throw new InvalidInputException(
          "'%s' is no package of Java: give one as --package org.example.vault".formatted(java));
    }
    return new PluginProject(kind, id, java);
  }

  /// The id without the kind, where it begins with it: classes are named by that.
  private static String shortName(PluginKind kind, String id) {
    String prefix = kind.word() + "-";
    return id.startsWith(prefix) ? id.substring(prefix.length()) : id;
  }

  String packageName() {
    return packageName;
  }

  /// Writes the project.
  ///
  /// @param packageFolder the program's own, with the templates and all that is built against
  /// @param folder is made
  /// @throws UserFaultException the folder is there already, or the package has no templates
  void write(Path packageFolder, Path folder) throws UserFaultException, IOException {
    Map<Path, String> files = new LinkedHashMap<>();
    Path templates = packageFolder.resolve(TEMPLATES);
    read(templates.resolve(COMMON), files);
    read(templates.resolve(kind.word()), files);
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      throw new UserFaultException(
          folder + " is there already: choose another name, or remove it", e);
    }
    Map<String, String> values = values(packageFolder);
    for (Map.Entry<Path, String> file : files.entrySet()) {
      Path target = folder.resolve(filled(file.getKey().toString(), values));
      Path parent = target.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.writeString(target, filled(file.getValue(), values));
    }
  }

  /// A file that a kind has itself comes in the place of the common one.
  private static void read(Path templates, Map<Path, String> files)
      throws UserFaultException, IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(templates)) {
      all.filter(Files::isRegularFile).sorted().forEach(found::add);
    } catch (NoSuchFileException e) {
      throw new UserFaultException(
          templates + " is not there: unpack the whole archive of Shoal again", e);
    }
    for (Path file : found) {
      files.put(templates.relativize(file), Files.readString(file));
    }
  }

  private Map<String, String> values(Path packageFolder) {
    String name = shortName(kind, id);
    StringBuilder className = new StringBuilder();
    for (String word : name.split("-", -1)) {
      className.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    Map<String, String> values = new LinkedHashMap<>();
    values.put("__id__", id);
    values.put("__package__/", packageName.replace('.', '/') + "/");
    values.put("__package__", packageName);
    // An id may begin with a digit after its kind, a class may not.
    values.put(
        "__Name__",
        Character.isDigit(className.charAt(0)) ? "The" + className : className.toString());
    // Nor may a scheme.
    String scheme = Character.isDigit(name.charAt(0)) ? "x" + name : name;
    values.put(
        "__scheme__", scheme.substring(0, Math.min(scheme.length(), Scheme.MAX_NAME_LENGTH)));
    values.put("__shoal__", packageFolder.toString().replace("&", "&amp;").replace("<", "&lt;"));
    return values;
  }

  private static String filled(String template, Map<String, String> values) {
    String text = template;
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace(value.getKey(), value.getValue());
    }
    return text;
  }
}
