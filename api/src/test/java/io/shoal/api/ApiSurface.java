package io.shoal.api;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Prints what a plugin can see of the API: all public types with what they extend and permit,
/// their constants with values, record components, constructors and methods with what they throw
/// and whether a plugin has to write them.
final class ApiSurface {
  private final StringBuilder text = new StringBuilder();

  private ApiSurface() {}

  static String print() throws IOException {
    ApiSurface surface = new ApiSurface();
    surface.module(Extension.class.getModule().getDescriptor());
    for (Class<?> type : topTypes()) {
      surface.type(type, "");
    }
    return surface.text.toString();
  }

  private static List<Class<?>> topTypes() throws IOException {
    Path folder;
    try {
      folder = Path.of(Extension.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError("the place of a class is a file", e);
    }
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve("io/shoal/api"))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.contains("$") && !name.startsWith("package-info")) {
          Class<?> type = forName("io.shoal.api." + name.replace(".class", ""));
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

  private void module(ModuleDescriptor module) {
    line("", "module " + module.name());
    module.requires().stream()
        .filter(requires -> !requires.name().equals("java.base"))
        .map(requires -> "requires " + words(requires.modifiers()) + requires.name())
        .sorted()
        .forEach(requires -> line("  ", requires));
    module.exports().stream()
        .map(exports -> "exports " + exports.source())
        .sorted()
        .forEach(exports -> line("  ", exports));
  }

  private static String words(Set<?> modifiers) {
    return modifiers.stream()
        .map(modifier -> modifier.toString().toLowerCase(Locale.ROOT) + " ")
        .sorted() // sets of the JDK have another order in each process
        .collect(Collectors.joining());
  }

  private void type(Class<?> type, String indent) {
    text.append('\n');
    line(
        indent,
        modifiers(type)
            + kind(type)
            + type.getCanonicalName().substring("io.shoal.api.".length())
            + variables(type.getTypeParameters()));
    String in = indent + "  ";
    Type above = type.getGenericSuperclass();
    if (above != null && above != Object.class && !type.isEnum() && !type.isRecord()) {
      line(in, "extends " + name(above));
    }
    names(type.getGenericInterfaces()).forEach(name -> line(in, "implements " + name));
    if (type.isSealed()) {
      Arrays.stream(type.getPermittedSubclasses())
          .map(permitted -> "permits " + permitted.getName().substring("io.shoal.api.".length()))
          .sorted()
          .forEach(permitted -> line(in, permitted));
    }
    if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        line(in, "component " + name(component.getGenericType()) + " " + component.getName());
      }
    }
    fields(type, in);
    Stream.of(type.getDeclaredConstructors())
        .filter(ApiSurface::isVisible)
        .map(this::constructor)
        .sorted()
        .forEach(constructor -> line(in, constructor));
    Stream.of(type.getDeclaredMethods())
        .filter(method -> isVisible(method) && !method.isSynthetic())
        .map(this::method)
        .sorted()
        .forEach(method -> line(in, method));
    Stream.of(type.getDeclaredClasses())
        .filter(nested -> isVisible(nested.getModifiers()))
        .sorted(Comparator.comparing(Class::getName))
        .forEach(nested -> type(nested, in));
  }

  private static boolean isVisible(Executable executable) {
    return isVisible(executable.getModifiers());
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String modifiers(Class<?> type) {
    StringBuilder words = new StringBuilder();
    for (var annotation : type.getAnnotations()) {
      words.append('@').append(annotation.annotationType().getSimpleName()).append(' ');
    }
    if (type.isSealed()) {
      words.append("sealed ");
    } else if (!type.isInterface() && Modifier.isAbstract(type.getModifiers())) {
      words.append("abstract ");
    } else if (Modifier.isFinal(type.getModifiers()) && !type.isRecord() && !type.isEnum()) {
      words.append("final ");
    }
    return words.toString();
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
        line(indent, "constant " + field.getName()); // in their order
      } else {
        lines.add("field " + name(field.getGenericType()) + " " + field.getName() + value(field));
      }
    }
    lines.stream().sorted().forEach(field -> line(indent, field));
  }

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

  private String constructor(Constructor<?> constructor) {
    return "constructor" + rest(constructor);
  }

  private String method(Method method) {
    String kind = "method ";
    if (Modifier.isStatic(method.getModifiers())) {
      kind = "static ";
    } else if (Modifier.isAbstract(method.getModifiers())) {
      kind = "abstract ";
    } else if (method.isDefault()) {
      kind = "default ";
    }
    return kind
        + variables(method.getTypeParameters())
        + name(method.getGenericReturnType())
        + " "
        + method.getName()
        + rest(method);
  }

  private static String rest(Executable executable) {
    String parameters =
        Stream.of(executable.getParameters())
            .map(Parameter::getParameterizedType)
            .map(ApiSurface::name)
            .collect(Collectors.joining(", ", "(", ")"));
    List<String> thrown = names(executable.getGenericExceptionTypes()).sorted().toList();
    return parameters + (thrown.isEmpty() ? "" : " throws " + String.join(", ", thrown));
  }

  private static Stream<String> names(Type[] types) {
    return Stream.of(types).map(ApiSurface::name);
  }

  private static String name(Type type) {
    return type.getTypeName().replace("io.shoal.api.", "").replace("java.lang.", "");
  }

  private static String variables(TypeVariable<?>[] variables) {
    if (variables.length == 0) {
      return "";
    }
    return Stream.of(variables)
        .map(
            variable ->
                variable.getName()
                    + names(variable.getBounds())
                        .filter(bound -> !bound.equals("Object"))
                        .map(bound -> " extends " + bound)
                        .collect(Collectors.joining()))
        .collect(Collectors.joining(", ", "<", "> "));
  }
}
