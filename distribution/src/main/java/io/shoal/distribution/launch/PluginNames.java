package io.shoal.distribution.launch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.lang.StackWalker.Option;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/// Notes for each line which plugin logs it: a plugin's loggers are called as its author likes. The
/// class loader that its classes are from has its id.
final class PluginNames extends TurboFilter {

  /// Where a pattern finds it.
  static final String KEY = "plugin";

  /// How the runtime calls the class loaders of plugins, before the id.
  private static final String LOADER = "plugin ";

  private final StackWalker walker = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE);
  private final Function<Class<?>, Optional<String>> loaderOf;

  PluginNames() {
    this(
        type ->
            Optional.ofNullable(type.getClassLoader())
                .flatMap(loader -> Optional.ofNullable(loader.getName())));
  }

  /// @param loaderOf the name of a class's loader, if it has one
  PluginNames(Function<Class<?>, Optional<String>> loaderOf) {
    this.loaderOf = loaderOf;
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] parameters,
      @Nullable Throwable failure) {
    // Only for lines that are written, since it takes longer than all else for one that is not.
    if (level.isGreaterOrEqual(logger.getEffectiveLevel())
        && getContext() instanceof LoggerContext context) {
      String plugin =
          walker.walk(
              frames ->
                  frames
                      .map(StackWalker.StackFrame::getDeclaringClass)
                      .dropWhile(PluginNames::isOfLogging)
                      .findFirst()
                      .flatMap(loaderOf)
                      .filter(name -> name.startsWith(LOADER))
                      .map(name -> name.substring(LOADER.length()))
                      .orElse(""));
      context.getMDCAdapter().put(KEY, plugin);
    }
    return FilterReply.NEUTRAL;
  }

  private static boolean isOfLogging(Class<?> type) {
    String name = type.getName();
    return type == PluginNames.class
        || name.startsWith("ch.qos.logback.")
        || name.startsWith("org.slf4j.")
        || type.getClassLoader() == null;
  }
}
