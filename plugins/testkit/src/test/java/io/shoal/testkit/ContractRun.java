package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// What became of a contract that was run on a plugin, as a build of its author runs it.
///
/// @param ran how many tests ran
/// @param failures the messages of those that failed, by test
record ContractRun(int ran, Map<String, String> failures) {

  /// Runs a contract in this thread.
  ///
  /// @param contract with the plugin to test
  /// @param tests the names of its tests to run; none for all
  static ContractRun of(Class<? extends ExtensionContract> contract, String... tests) {
    List<DiscoverySelector> selectors =
        tests.length == 0
            ? List.of(selectClass(contract))
            : Arrays.stream(tests)
                .map(test -> (DiscoverySelector) selectMethod(contract, method(contract, test)))
                .toList();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
    Listener listener = new Listener();
    LauncherFactory.create().execute(request, listener);
    return new ContractRun(listener.ran, listener.failures);
  }

  private static Method method(Class<?> contract, String test) {
    return Arrays.stream(contract.getMethods())
        .filter(method -> method.getName().equals(test) && method.isAnnotationPresent(Test.class))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the contract has no test " + test));
  }

  void assertPassed() {
    assertTrue(ran > 0, "no test ran");
    assertEquals(Map.of(), failures);
  }

  void assertFailed(String test) {
    assertTrue(failures.containsKey(test), () -> test + " passed; failed: " + failures);
  }

  /// Fails unless the test failed with a message that holds these words.
  void assertFailed(String test, String words) {
    assertFailed(test);
    assertTrue(failures.get(test).contains(words), () -> failures.get(test));
  }

  private static final class Listener implements TestExecutionListener {
    private final Map<String, String> failures = new TreeMap<>();
    private int ran;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (test.isTest()) {
        ran++;
      }
      if (result.getStatus() == TestExecutionResult.Status.FAILED) {
        String name = test.getDisplayName().replaceFirst("\\(.*", "");
        failures.put(name, result.getThrowable().map(Throwable::toString).orElse(""));
      }
    }
  }
}
