package io.shoal.testkit;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.platform.commons.support.ReflectionSupport;

/// The static fields of a plugin, which all nodes of a process share.
final class StaticFields {
  /// What can change of the platform, but for what is a constant as a rule: units, updaters of
  /// fields, arrays and views of arrays.
  private static final Pattern CHANGING =
      Pattern.compile(
          "java\\.lang\\.(Inheritable)?ThreadLocal.*"
              + "|java\\.util\\.concurrent\\.(?!TimeUnit|atomic\\.Atomic\\w+FieldUpdater).*"
              + "|java\\.util\\.\\w*(ArrayDeque|ArrayList|EnumMap|EnumSet|HashMap|HashSet|Hashtable"
              + "|LinkedList|PriorityQueue|Properties|Stack|TreeMap|TreeSet|Vector)"
              + "|java\\.util\\.Collections\\$(Checked|SetFromMap|Synchronized).*");

  private StaticFields() {}

  /// Those of a class and of all classes within it that can be assigned or hold what can change.
  ///
  /// @return their names, each after that of its class
  static Set<String> thatCanChange(Class<?> plugin) {
    Set<String> changing = new TreeSet<>();
    for (Field field : plugin.getDeclaredFields()) {
      boolean isStatic = Modifier.isStatic(field.getModifiers()) && !field.isSynthetic();
      if (isStatic && (!Modifier.isFinal(field.getModifiers()) || holdsWhatCanChange(field))) {
        changing.add(plugin.getSimpleName() + "." + field.getName());
      }
    }
    for (Class<?> within : plugin.getDeclaredClasses()) {
      changing.addAll(thatCanChange(within));
    }
    return changing;
  }

  private static boolean holdsWhatCanChange(Field field) {
    Class<?> type = field.getType();
    boolean depends = Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    return canChange(type) || depends && valueCanChange(field);
  }

  /// A class of the plugin counts as the one of the platform that it extends.
  private static boolean canChange(Class<?> type) {
    Class<?> one = type;
    while (!one.getName().startsWith("java.") && one.getSuperclass() != null) {
      one = one.getSuperclass();
    }
    return CHANGING.matcher(one.getName()).matches();
  }

  /// A value that cannot be read passes: its package is not open to JUnit, or its class fails.
  private static boolean valueCanChange(Field field) {
    try {
      return ReflectionSupport.tryToReadFieldValue(field, null)
          .toOptional()
          .filter(value -> value != null && canChange(value.getClass()))
          .isPresent();
    } catch (LinkageError e) {
      return false;
    }
  }
}
