package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.shoal.api.ConfigKey;
import io.shoal.api.Extension;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.ShoalException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// The part of the contract that all kinds of plugins share: their life. A plugin's tests extend
/// the contract of its kind, which extends this.
///
/// Every test runs on virtual threads and under a deadline. After each, what the plugin left behind
/// is reported by name: threads, and open files where the system lists them (Linux). So no other
/// test may run at the same time.
@Isolated("it looks for threads and open files that came and stayed")
@ExtendWith(OnVirtualThread.class)
public abstract class ExtensionContract {
  /// Of no form that any setting has, but for texts.
  private static final String WRONG = "?no such value?";

  private final List<Extension> made = new ArrayList<>();
  private final List<TestContext> contexts = new ArrayList<>();
  private Leftovers leftovers;
  private Path folder;

  @SuppressWarnings("NullAway.Init") // JUnit calls lookAround before anything else
  ExtensionContract() {}

  /// Whether a test is about the life of an extension alone: it makes its own, and what the tests
  /// of its kind need is not begun.
  static boolean isAboutLife(TestInfo test) {
    return test.getTestMethod()
        .map(method -> method.getDeclaringClass())
        .filter(type -> type == ExtensionContract.class || type == InspectionContract.class)
        .isPresent();
  }

  /// One that is not started.
  abstract Extension extension();

  /// The context to start one with that meets no other.
  ///
  /// @param empty for its data
  abstract TestContext context(Path empty);

  /// How long a test waits before it fails.
  Duration patience() {
    return Await.DEADLINE;
  }

  /// Settings of the plugin that are texts, each with a value that it refuses: `listen` with `no
  /// such host:x`. For numbers, sizes, times and the like the tests find wrong values themselves.
  ///
  /// @return values by key
  protected Map<String, String> wrongSettings() {
    return Map.of();
  }

  /// Remembers which threads and files are there.
  ///
  /// @param empty for data
  @BeforeEach
  public void lookAround(@TempDir Path empty) {
    folder = empty;
    leftovers = Leftovers.before();
  }

  /// Looks for threads and files that came meanwhile.
  ///
  /// @throws Exception from the plugin's `close`
  @AfterEach
  public void nothingIsLeftBehind() throws Exception {
    made.forEach(Extension::close);
    contexts.forEach(TestContext::close);
    leftovers.assertNone("after close the plugin");
  }

  /// One of its own for a test, closed after it.
  final Extension anotherExtension() {
    Extension another = extension();
    made.add(another);
    return another;
  }

  /// A context of its own for a test, closed after it.
  final TestContext anotherContext() {
    return known(context(folder.resolve("another" + contexts.size())));
  }

  private TestContext known(TestContext context) {
    contexts.add(context);
    return context;
  }

  /// A started one of its own for a test, closed after it.
  final Extension startedExtension() throws Exception {
    Extension another = anotherExtension();
    another.start(anotherContext());
    return another;
  }

  /// The constructor starts no thread and opens no file, and each call makes an object of its own.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void theConstructorDoesNothing() throws Exception {
    Leftovers before = Leftovers.before();
    List<Extension> many = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      many.add(anotherExtension());
    }
    before.assertNone("the constructor");
    Set<Extension> objects = Collections.newSetFromMap(new IdentityHashMap<>());
    objects.addAll(many);
    assertEquals(3, objects.size(), "one object for several nodes");
  }

  /// [Extension#close] returns without an exception if the extension was never started, and if it
  /// is called twice.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void closingWithoutAStartOrTwiceIsHarmless() throws Exception {
    Extension fresh = anotherExtension();
    fresh.close();
    fresh.close();
    Extension started = startedExtension();
    started.close();
    started.close();
  }

  /// [Extension#start] in an interrupted thread either ends or throws what it declares. After
  /// [Extension#close] no thread and no open file is left of it.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void anInterruptedStartLeavesNothingBehind() throws Exception {
    Extension interrupted = anotherExtension();
    TestContext context = anotherContext();
    Thread.currentThread().interrupt();
    try {
      interrupted.start(context);
    } catch (InterruptedException | ShoalException e) {
      // As good as a start that had no need to wait.
    } finally {
      Thread.interrupted();
    }
    interrupted.close();
  }

  /// [Extension#start] reads every key that is set. [Extension#configuration] names every key that
  /// is read, or none at all, and is the same before the start and after it.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void everySettingThatIsReadIsNamed() throws Exception {
    Extension one = anotherExtension();
    String before = one.configuration().toString();
    TestContext context = anotherContext();
    one.start(context);
    assertEquals(Set.of(), context.testConfig().unknownKeys(), "keys that start did not ask for");
    List<ConfigKey> named = one.configuration();
    assertEquals(before, named.toString(), "configuration() changes with the start");
    if (named.isEmpty()) {
      return;
    }
    Set<String> unnamed = new TreeSet<>(context.testConfig().askedKeys());
    for (ConfigKey key : named) {
      unnamed.remove(key.name());
      unnamed.removeIf(asked -> asked.startsWith(key.name() + "."));
    }
    assertEquals(Set.of(), unnamed, "start reads keys that configuration() does not name");
  }

  /// [Extension#start] refuses a value that a setting cannot have with an [InvalidConfigException],
  /// whose one line names the key. [Extension#close] then ends what the start had begun.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void aWrongSettingIsRefusedByItsName() throws Exception {
    Extension right = anotherExtension();
    TestContext read = anotherContext();
    right.start(read);
    right.close();
    Map<String, String> wrong = new LinkedHashMap<>(wrongSettings());
    read.testConfig().formedKeys().forEach(key -> wrong.put(key, WRONG));
    for (Map.Entry<String, String> one : wrong.entrySet()) {
      Extension refusing = anotherExtension();
      TestContext context = known(anotherContext().with(one.getKey(), one.getValue()));
      try {
        refusing.start(context);
        fail(one.getKey() + ": the value '" + one.getValue() + "' is taken");
      } catch (InvalidConfigException e) {
        Messages.assertOneLine(e);
        assertTrue(
            String.valueOf(e.getMessage()).contains(one.getKey()),
            () -> "the message does not name the key " + one.getKey() + ": " + e.getMessage());
      }
      refusing.close();
      refusing.close();
    }
  }

  /// No static field of the extension's class or of those within it, at any depth, can be assigned
  /// or holds a thread-local value, a collection that can change or what is of
  /// `java.util.concurrent`, since a process may run several nodes. Arrays pass for constants, and
  /// other classes are not looked at.
  @Test
  public void noStaticFieldCanChange() {
    assertEquals(
        Set.of(),
        StaticFields.thatCanChange(anotherExtension().getClass()),
        "static mutable state: several nodes would share it");
  }

  /// [Extension#advice] has an answer before the start, after it and after the close. Each entry is
  /// one line that is not blank.
  ///
  /// @throws Exception as the plugin throws it
  @Test
  public void adviceIsGivenAtAnyTime() throws Exception {
    Extension one = anotherExtension();
    List<String> all = new ArrayList<>(one.advice());
    one.start(anotherContext());
    all.addAll(one.advice());
    one.close();
    all.addAll(one.advice());
    for (String line : all) {
      assertTrue(!line.isBlank() && !line.contains("\n"), () -> "not one line: " + line);
    }
  }
}
