package io.shoal.runtime.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The components of a record type in order, and its constructor.
record RecordShape(List<Component> components, Constructor<?> constructor) {

  /// @param type with its type arguments
  record Component(String name, Type type, Method accessor) {

    Object valueIn(Object record) {
      try {
        return accessor.invoke(record);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + accessor, e);
      }
    }
  }

  /// @throws IllegalArgumentException it is not a record
  static RecordShape of(Class<?> type) {
    RecordComponent[] declared = type.getRecordComponents();
    if (declared == null) {
      throw new IllegalArgumentException("neither a record nor given a text: " + type);
    }
    Class<?>[] types = new Class<?>[declared.length];
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < declared.length; i++) {
      types[i] = declared[i].getType();
      Method accessor = declared[i].getAccessor();
      accessor.setAccessible(true);
      components.add(new Component(declared[i].getName(), declared[i].getGenericType(), accessor));
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return new RecordShape(List.copyOf(components), constructor);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a record has a constructor of its components", e);
    }
  }

  /// @param values of the components, in order
  /// @throws JsonException the record refuses them
  Object newRecord(@Nullable Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      throw new JsonException(
          cause instanceof IllegalArgumentException
              ? String.valueOf(cause.getMessage())
              : String.valueOf(cause),
          e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot call " + constructor, e);
    }
  }
}
