package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Clock, random source and environment come in from a module's root package, through constructors:
/// no class below it reads one, by a call or by a method reference. So simulations replay from a
/// seed, and tests set the time.
class InjectedSourcesTest {

  private static final Path SOURCES = Path.of(System.getProperty("shoal.sources"));

  /// Classes that may all the same, by full name, each with its reason.
  private static final Map<String, String> EXCEPTIONS = Map.of();

  @ParameterizedTest
  @CsvSource({
    "runtime, io.shoal.runtime",
    "plugins/discovery-kademlia, io.shoal.discovery.kademlia"
  })
  void onlyTheRootPackageReadsClockChanceAndEnvironment(String module, String root) {
    var classes =
        new ClassFileImporter().importPath(SOURCES.resolve(module).resolve("target/classes"));
    assertFalse(classes.isEmpty(), "nothing compiled in " + module);

    Set<String> found =
        classes.stream()
            .filter(type -> !type.getPackageName().equals(root))
            .filter(type -> !EXCEPTIONS.containsKey(type.getName().replaceFirst("\\$.*", "")))
            .flatMap(type -> type.getAccessesFromSelf().stream())
            .filter(access -> isSource(access.getTarget()) && !callsItsSuperclass(access))
            .map(JavaAccess::getDescription)
            .collect(Collectors.toCollection(TreeSet::new));

    assertEquals("", String.join("\n", found), "inject these from " + root);
  }

  @Test
  void theRuleSeesCallsConstructorsAndReferences() {
    JavaClass reader = new ClassFileImporter().importClass(Reader.class);

    Set<String> seen =
        reader.getAccessesFromSelf().stream()
            .map(JavaAccess::getTarget)
            .filter(InjectedSourcesTest::isSource)
            .map(target -> target.getOwner().getSimpleName() + "." + target.getName())
            .collect(Collectors.toCollection(TreeSet::new));

    assertEquals(
        Set.of(
            "System.nanoTime",
            "System.getenv",
            "Instant.now",
            "InstantSource.system",
            "SecureRandom.<init>",
            "ThreadLocalRandom.current"),
        seen);
  }

  /// A class that extends a random source to give bytes of its own is none.
  private static boolean callsItsSuperclass(JavaAccess<?> access) {
    return access.getOrigin().isConstructor()
        && access
            .getOriginOwner()
            .getRawSuperclass()
            .filter(access.getTargetOwner()::equals)
            .isPresent();
  }

  private static boolean isSource(AccessTarget target) {
    if (!(target instanceof CodeUnitAccessTarget code)) {
      return false;
    }
    String name = code.getName();
    boolean bare = code.getRawParameterTypes().isEmpty();
    Class<?> type = SOURCE_TYPES.get(code.getOwner().getName());
    return type == System.class
            && Set.of("nanoTime", "currentTimeMillis", "getenv", "getProperty").contains(name)
        || type == Instant.class && name.equals("now") && bare
        || (type == Clock.class || type == InstantSource.class) && name.startsWith("system")
        || (type == Random.class || type == SplittableRandom.class) && name.equals("<init>") && bare
        || type == SecureRandom.class && (name.equals("<init>") || name.startsWith("getInstance"))
        || type == ThreadLocalRandom.class && name.equals("current")
        || type == RandomGenerator.class && (name.equals("of") || name.equals("getDefault"));
  }

  private static final Map<String, Class<?>> SOURCE_TYPES =
      Set.of(
              System.class,
              Instant.class,
              Clock.class,
              InstantSource.class,
              Random.class,
              SplittableRandom.class,
              SecureRandom.class,
              ThreadLocalRandom.class,
              RandomGenerator.class)
          .stream()
          .collect(Collectors.toMap(Class::getName, type -> type));

  /// Reads in every way that is forbidden, and in two that are not: with a clock that was handed
  /// in, and from a seed.
  @SuppressWarnings("unused")
  private static final class Reader {
    final LongSupplier reference = System::nanoTime;
    final Supplier<String> inLambda = () -> System.getenv("HOME");
    final Supplier<SecureRandom> constructorReference = SecureRandom::new;
    final InstantSource clock = InstantSource.system();
    final Instant call = Instant.now();
    final int chance = ThreadLocalRandom.current().nextInt();
    final Instant injected = Instant.now(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    final SplittableRandom seeded = new SplittableRandom(1);
  }
}
