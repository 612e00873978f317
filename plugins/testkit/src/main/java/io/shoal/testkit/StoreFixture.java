package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.ChunkStore;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// A started store, for the contracts of stores. A plugin's tests extend [ChunkStoreContract] and,
/// for a store that serves users' files, [FileBackedContract].
public abstract class StoreFixture extends InspectionContract {
  private boolean begun;
  Path folder;
  TestContext context;
  ChunkStore store;

  @SuppressWarnings("NullAway.Init") // JUnit calls startStore before anything else
  StoreFixture() {}

  /// A store that is not started.
  ///
  /// @return a new one at each call
  protected abstract ChunkStore newStore();

  /// Gives the plugin what it needs to start, besides its data folder. Called once for each
  /// context: a store that is started again gets the same.
  ///
  /// @param plain has a data folder and no configuration
  /// @return the context to start it with; `plain` unless overridden
  protected TestContext configure(TestContext plain) {
    return plain;
  }

  @Override
  final ChunkStore extension() {
    return newStore();
  }

  @Override
  final TestContext context(Path empty) {
    return configure(TestContext.in(empty));
  }

  /// Starts a store for a test.
  ///
  /// @param temporary for its data, and for users' files
  /// @param test for what
  /// @throws Exception as the store throws it
  @BeforeEach
  @SuppressWarnings("NullAway.Init") // not needed by tests that make their own
  public void startStore(@TempDir Path temporary, TestInfo test) throws Exception {
    if (isAboutLife(test)) {
      return;
    }
    begun = true;
    folder = temporary.toRealPath();
    context = configure(TestContext.in(dataFolder(folder)));
    start();
  }

  /// Where the store keeps its data.
  Path dataFolder(Path temporary) {
    return temporary;
  }

  /// Ends it.
  @AfterEach
  public void endStore() {
    if (!begun) {
      return;
    }
    store.close();
    store.close();
    context.close();
  }

  void start() throws Exception {
    store = newStore();
    store.start(context);
    assertEquals(Set.of(), context.testConfig().unknownKeys(), "keys that start did not ask for");
  }

  final void restart() throws Exception {
    store.close();
    start();
  }
}
