package io.shoal.api;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.TypeVariable;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Prints what a plugin can see of the API: its module, and all public types with what they extend
/// and permit, their constants with values, record components, constructors and methods with what
/// they throw and whether a plugin has to write them, and the annotations of all of these.
final class ApiSurface {
  private final StringBuilder text = new StringBuilder();

  private ApiSurface() {}

  /// The whole API, a line for each part of it.
  static String print() throws IOException {
    ModuleDescriptor module = Extension.class.getModule().getDescriptor();
    StringBuilder all = new StringBuilder(print(module));
    for (ModuleDescriptor.Exports exports : module.exports().stream().sorted().toList()) {
      List<Class<?>> types = topTypes(exports.source());
      all.append('\n');
      all.append(annotations(types.getFirst().getPackage()));
      all.append("package ").append(exports.source()).append('\n');
      types.forEach(type -> all.append(print(type)));
    }
    return all.toString();
  }

  /// What a module shows to others.
  static String print(ModuleDescriptor module) {
    ApiSurface surface = new ApiSurface();
    surface.module(module);
    return surface.text.toString();
  }

  /// A type with the types in it.
  static String print(Class<?> type) {
    ApiSurface surface = new ApiSurface();
    surface.type(type, "");
    return surface.text.toString();
  }

  private static List<Class<?>> topTypes(String exported) throws IOException {
    Path folder;
    try {
      folder = Path.of(Extension.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError("the place of a class is a file", e);
    }
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve(exported.replace('.', '/')))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.contains("$") && !name.startsWith("package-info")) {
          Class<?> type = forName(exported + "." + name.replace(".class", ""));
          if (Modifier.isPublic(type.getModifiers())) {
            types.add(type);
          }
        }
      }
    }
    return types;
  }

  private static Class<?> forName(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(name + " was just listed", e);
    }
  }

  private void line(String indent, String words) {
    text.append(indent).append(words.strip()).append('\n');
  }

  private void lines(String indent, Stream<String> lines) {
    lines.sorted().forEach(words -> line(indent, words));
  }

  private void module(ModuleDescriptor module) {
    line("", (module.isOpen() ? "open " : "") + "module " + module.name());
    lines(
        "  ",
        module.requires().stream()
            // The compiler adds it, with a modifier of its own.
            .filter(requires -> !requires.name().equals("java.base"))
            .map(requires -> "requires " + words(requires.modifiers()) + requires.name()));
    lines(
        "  ",
        module.exports().stream()
            .map(exports -> "exports " + exports.source() + to(exports.targets())));
    lines(
        "  ",
        module.opens().stream().map(opens -> "opens " + opens.source() + to(opens.targets())));
    lines("  ", module.uses().stream().map(service -> "uses " + service));
    lines(
        "  ",
        module.provides().stream()
            .map(provides -> "provides " + provides.service() + " with " + provides.providers()));
  }

  private static String to(Collection<String> targets) {
    return targets.isEmpty()
        ? ""
        : targets.stream().sorted().collect(Collectors.joining(", ", " to ", ""));
  }

  private static String words(Collection<?> modifiers) {
    return modifiers.stream()
        .map(modifier -> modifier.toString().toLowerCase(Locale.ROOT) + " ")
        .sorted() // sets of the JDK have another order in each process
        .collect(Collectors.joining());
  }

  private void type(Class<?> type, String indent) {
    text.append('\n');
    line(
        indent,
        annotations(type)
            + modifiers(type)
            + kind(type)
            + name(type.getCanonicalName())
            + variables(type.getTypeParameters()));
    String in = indent + "  ";
    Class<?> above = type.getSuperclass();
    if (above != null && above != Object.class && !type.isEnum() && !type.isRecord()) {
      requireVisible(type, above);
      line(in, "extends " + name(type.getAnnotatedSuperclass()));
    }
    Stream.of(type.getInterfaces()).forEach(implemented -> requireVisible(type, implemented));
    names(type.getAnnotatedInterfaces()).forEach(name -> line(in, "implements " + name));
    if (type.isSealed()) {
      lines(
          in,
          Arrays.stream(type.getPermittedSubclasses())
              .map(permitted -> "permits " + name(permitted.getName())));
    }
    if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        String words = name(component.getAnnotatedType()) + " " + component.getName();
        line(in, annotations(component) + "component " + words); // in their order
      }
    }
    fields(type, in);
    lines(
        in,
        Stream.of(type.getDeclaredConstructors())
            .filter(constructor -> isVisible(constructor) && !constructor.isSynthetic())
            .map(ApiSurface::constructor));
    lines(
        in,
        Stream.of(type.getDeclaredMethods())
            .filter(method -> isVisible(method) && !method.isSynthetic())
            .map(ApiSurface::method));
    Stream.of(type.getDeclaredClasses())
        .filter(nested -> isVisible(nested.getModifiers()))
        .sorted(Comparator.comparing(Class::getName))
        .forEach(nested -> type(nested, in));
  }

  /// Plugins see the methods of a type above, and a hidden one is not printed.
  private static void requireVisible(Class<?> type, Class<?> above) {
    if (!isVisible(above.getModifiers())) {
      throw new AssertionError(type + " has methods of " + above + ", which is not public");
    }
  }

  private static boolean isVisible(Executable executable) {
    return isVisible(executable.getModifiers());
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String hidden(int modifiers) {
    return Modifier.isProtected(modifiers) ? "protected " : "";
  }

  private static String annotations(AnnotatedElement element) {
    return Stream.of(element.getAnnotations())
        .map(Annotation::toString)
        .map(annotation -> name(annotation).replace("()", "") + " ")
        .sorted()
        .collect(Collectors.joining());
  }

  private static String modifiers(Class<?> type) {
    String words = hidden(type.getModifiers());
    if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
      words += "inner ";
    }
    if (type.isSealed()) {
      words += "sealed ";
    }
    if (!type.isInterface() && Modifier.isAbstract(type.getModifiers())) {
      words += "abstract ";
    } else if (Modifier.isFinal(type.getModifiers()) && !type.isRecord() && !type.isEnum()) {
      words += "final ";
    }
    return words;
  }

  private static String kind(Class<?> type) {
    if (type.isAnnotation()) {
      return "annotation ";
    }
    return type.isInterface()
        ? "interface "
        : type.isRecord() ? "record " : type.isEnum() ? "enum " : "class ";
  }

  private void fields(Class<?> type, String indent) {
    List<String> lines = new ArrayList<>();
    for (Field field : type.getDeclaredFields()) {
      if (!isVisible(field.getModifiers())) {
        continue;
      }
      if (field.isEnumConstant()) {
        line(indent, annotations(field) + "constant " + field.getName()); // in their order
      } else {
        lines.add(
            annotations(field)
                + hidden(field.getModifiers())
                + (Modifier.isStatic(field.getModifiers()) ? "static " : "")
                + (Modifier.isFinal(field.getModifiers()) ? "final " : "")
                + "field "
                + name(field.getAnnotatedType())
                + " "
                + field.getName()
                + value(field));
      }
    }
    lines(indent, lines.stream());
  }

  /// The compiler copies the values of these into plugins.
  private static String value(Field field) {
    Class<?> type = field.getType();
    if (!Modifier.isStatic(field.getModifiers()) || !(type.isPrimitive() || type == String.class)) {
      return "";
    }
    try {
      return " = " + field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(field + " is public", e);
    }
  }

  private static String constructor(Constructor<?> constructor) {
    return annotations(constructor)
        + hidden(constructor.getModifiers())
        + "constructor"
        + rest(constructor);
  }

  private static String method(Method method) {
    int modifiers = method.getModifiers();
    String kind = "method ";
    if (Modifier.isStatic(modifiers)) {
      kind = "static ";
    } else if (Modifier.isAbstract(modifiers)) {
      kind = "abstract ";
    } else if (method.isDefault()) {
      kind = "default ";
    } else if (Modifier.isFinal(modifiers)
        && !Modifier.isFinal(method.getDeclaringClass().getModifiers())) {
      kind = "final ";
    }
    Object value = method.getDefaultValue();
    return annotations(method)
        + hidden(modifiers)
        + kind
        + variables(method.getTypeParameters())
        + name(method.getAnnotatedReturnType())
        + " "
        + method.getName()
        + rest(method)
        + (value == null ? "" : " default " + value);
  }

  private static String rest(Executable executable) {
    String parameters =
        names(executable.getAnnotatedParameterTypes()).collect(Collectors.joining(", ", "(", ")"));
    if (executable.isVarArgs()) {
      parameters = parameters.replaceFirst("\\[]\\)$", "...)");
    }
    List<String> thrown = names(executable.getAnnotatedExceptionTypes()).sorted().toList();
    return parameters + (thrown.isEmpty() ? "" : " throws " + String.join(", ", thrown));
  }

  private static Stream<String> names(AnnotatedType[] types) {
    return Stream.of(types).map(ApiSurface::name);
  }

  private static String name(AnnotatedType type) {
    return name(type.toString());
  }

  private static String name(String words) {
    return words.replace("io.shoal.api.", "").replace("java.lang.", "");
  }

  private static String variables(TypeVariable<?>[] variables) {
    if (variables.length == 0) {
      return "";
    }
    return Stream.of(variables)
        .map(
            variable ->
                variable.getName()
                    + names(variable.getAnnotatedBounds())
                        .filter(bound -> !bound.equals("Object"))
                        .collect(Collectors.joining(" & ", " extends ", ""))
                        .replaceFirst(" extends $", ""))
        .collect(Collectors.joining(", ", "<", "> "));
  }
}
