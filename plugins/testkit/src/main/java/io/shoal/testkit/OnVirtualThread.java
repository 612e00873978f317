package io.shoal.testkit;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/// Runs the tests of a contract as a node calls a plugin: on virtual threads, each with a deadline.
/// JUnit makes it for [ExtensionContract]; nothing else needs it.
public final class OnVirtualThread implements InvocationInterceptor {
  /// How often a test may wait in vain, one time after the other, before it hangs.
  private static final int WAITS = 4;

  /// For JUnit.
  public OnVirtualThread() {}

  @Override
  public void interceptBeforeEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation, method, context);
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation, method, context);
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation, method, context);
  }

  private static void run(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    Duration patience =
        context
            .getTestInstance()
            .filter(ExtensionContract.class::isInstance)
            .map(contract -> ((ExtensionContract) contract).patience())
            .orElse(Await.DEADLINE);
    AtomicReference<Optional<Throwable>> failure = new AtomicReference<>(Optional.empty());
    Thread thread =
        Thread.ofVirtual()
            .name("testkit-" + method.getExecutable().getName())
            .start(() -> Await.withPatience(patience, () -> failure.set(failureOf(invocation))));
    Duration deadline = patience.multipliedBy(WAITS);
    if (!thread.join(deadline)) {
      AssertionError hangs =
          new AssertionError(
              "%s did not end within %d s: a call of the plugin hangs (the trace shows where)"
                  .formatted(method.getExecutable().getName(), deadline.toSeconds()));
      hangs.setStackTrace(thread.getStackTrace());
      thread.interrupt();
      throw hangs;
    }
    if (failure.get().isPresent()) {
      throw failure.get().get();
    }
  }

  private static Optional<Throwable> failureOf(Invocation<@Nullable Void> invocation) {
    try {
      invocation.proceed();
      return Optional.empty();
    } catch (Throwable e) {
      return Optional.of(e);
    }
  }
}
