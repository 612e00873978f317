package io.shoal.distribution.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PluginNamesTest {

  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> lines =
      new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent line) {
          // As it is now: it is looked up when it is asked for.
          line.prepareForDeferredProcessing();
          super.append(line);
        }
      };

  @AfterEach
  void stop() {
    context.stop();
  }

  private static final class OfAPlugin {
    static void log(LoggerContext context) {
      context.getLogger("anything").info("from the plugin");
    }
  }

  @Test
  void aLineHasTheIdOfThePluginThatLogsIt() {
    context.setMDCAdapter(new LogbackMDCAdapter());
    var names =
        new PluginNames(
            type ->
                Optional.of(type == OfAPlugin.class ? "plugin store-x" : "a loader of the node"));
    names.setContext(context);
    names.start();
    context.addTurboFilter(names);
    lines.setContext(context);
    lines.start();
    context.getLogger("ROOT").addAppender(lines);

    context.getLogger("anything").info("from the node");
    OfAPlugin.log(context);
    context.getLogger("anything").info("from the node again");

    assertEquals(
        List.of("", "store-x", ""),
        lines.list.stream().map(line -> line.getMDCPropertyMap().get(PluginNames.KEY)).toList());
  }
}
