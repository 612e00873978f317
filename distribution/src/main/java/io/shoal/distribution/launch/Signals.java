package io.shoal.distribution.launch;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/// Handles the signals that ask the process to end. The JDK's only way to know which one came is
/// `sun.misc.Signal` in `jdk.unsupported`, of which compilers warn: it is used by reflection, and
/// where it is missing the signals do what they always do.
public final class Signals {

  private Signals() {}

  /// Calls `handler` with `INT` or `TERM` from then on, instead of ending the process.
  public static void handle(Consumer<String> handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      for (String name : new String[] {"INT", "TERM"}) {
        Object proxy =
            Proxy.newProxyInstance(
                handlerType.getClassLoader(),
                new Class<?>[] {handlerType},
                (self, method, arguments) ->
                    switch (method.getName()) {
                      case "handle" -> {
                        handler.accept(name);
                        yield null;
                      }
                      case "equals" ->
                          arguments[0] != null
                              && System.identityHashCode(self)
                                  == System.identityHashCode(arguments[0]);
                      case "hashCode" -> System.identityHashCode(self);
                      default -> name;
                    });
        signal
            .getMethod("handle", signal, handlerType)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      }
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      // SIGTERM then ends the process with 143, and the node is as after a crash, which it
      // survives.
      LoggerFactory.getLogger(Signals.class).debug("no signals", e);
    }
  }
}
