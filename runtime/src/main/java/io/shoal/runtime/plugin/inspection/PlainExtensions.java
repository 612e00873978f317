package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/// Finds out what plain jars provide, from their `META-INF/extensions.idx` and their class files,
/// without loading a class.
final class PlainExtensions {

  private static final String INDEX = "META-INF/extensions.idx";

  /// A class file has at most a few hundred kilobytes; more is not code that a person wrote.
  private static final int MAX_ENTRY_SIZE_BYTES = 1 << 20;

  /// Steps from a class to the type that it extends; ends the walk through classes that name each
  /// other as parents, which the JVM refuses only later.
  private static final int MAX_INHERITANCE = 16;

  private final List<Path> jars;

  PlainExtensions(List<Path> jars) {
    this.jars = jars;
  }

  /// The listed classes that are extensions, by kind.
  Map<ExtensionKind, List<String>> find() throws IOException, UnusablePluginException {
    Map<ExtensionKind, List<String>> found = new EnumMap<>(ExtensionKind.class);
    for (String className : listed()) {
      if (classFile(className).isEmpty()) {
        throw new UnusablePluginException(
            Reason.LINKAGE,
            "its "
                + INDEX
                + " names the class "
                + className
                + ", which is missing: get it again; if that does not help, report it to its author");
      }
      for (ExtensionKind kind : ExtensionKind.values()) {
        if (extendsType(className, kind.type().getName(), MAX_INHERITANCE)) {
          found.computeIfAbsent(kind, k -> new ArrayList<>()).add(className);
        }
      }
    }
    return found;
  }

  private List<String> listed() throws IOException {
    List<String> names = new ArrayList<>();
    for (Path jar : jars) {
      read(jar, INDEX)
          .ifPresent(
              bytes ->
                  new String(bytes, StandardCharsets.UTF_8)
                      .lines()
                      .map(line -> line.replaceFirst("#.*", "").strip())
                      .filter(line -> !line.isEmpty())
                      .forEach(names::add));
    }
    return names;
  }

  /// Whether a class of these jars is a subtype of `type`, as far as the jars themselves show.
  private boolean extendsType(String className, String type, int mostSteps)
      throws IOException, UnusablePluginException {
    if (className.equals(type)) {
      return true;
    }
    Optional<byte[]> bytes = mostSteps == 0 ? Optional.empty() : classFile(className);
    if (bytes.isEmpty()) {
      return false;
    }
    for (String above : supertypes(className, bytes.get())) {
      if (extendsType(above, type, mostSteps - 1)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> supertypes(String className, byte[] bytes)
      throws UnusablePluginException {
    try {
      ClassModel model = ClassFile.of().parse(bytes);
      List<String> above = new ArrayList<>();
      model.superclass().ifPresent(entry -> above.add(entry.asInternalName().replace('/', '.')));
      model.interfaces().forEach(entry -> above.add(entry.asInternalName().replace('/', '.')));
      return above;
    } catch (IllegalArgumentException e) {
      throw new UnusablePluginException(
          Reason.UNREADABLE, "its class " + className + " is damaged: get the plugin again", e);
    }
  }

  private Optional<byte[]> classFile(String className) throws IOException {
    for (Path jar : jars) {
      Optional<byte[]> bytes = read(jar, className.replace('.', '/') + ".class");
      if (bytes.isPresent()) {
        return bytes;
      }
    }
    return Optional.empty();
  }

  private static Optional<byte[]> read(Path jar, String name) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      ZipEntry entry = file.getEntry(name);
      if (entry == null) {
        return Optional.empty();
      }
      try (InputStream in = file.getInputStream(entry)) {
        return Optional.of(in.readNBytes(MAX_ENTRY_SIZE_BYTES));
      }
    }
  }
}
