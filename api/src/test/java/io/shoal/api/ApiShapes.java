package io.shoal.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Types before and after a change that a plugin may notice, one change each.
@SuppressWarnings("unused") // they are looked at, not used
final class ApiShapes {

  private ApiShapes() {}

  interface Before {
    sealed interface GetsACase {
      record One() implements Before.GetsACase {}
    }

    enum GetsAConstant {
      A
    }

    enum SwapsConstants {
      A,
      B
    }

    interface ChangesAValue {
      int MAX = 2;
    }

    interface ThrowsMore {
      void call() throws IOException;
    }

    interface DemandsAMethod {
      default void call() {}
    }

    interface GetsAMethod {}

    record GetsAComponent(int a) {}

    record SwapsComponents(int a, int b) {}

    interface TakesNoList {
      void call(String... words);
    }

    interface ReturnsLess {
      Number call();
    }

    interface ReturnsOthers {
      Optional<Number> call();
    }

    interface ReturnsNull {
      Object call();
    }

    interface TakesNull {
      void call(Object value);
    }

    interface BindsATypeVariable {
      <T> void call(T value);
    }

    interface IsMarked {
      void call();
    }

    @Deprecated(since = "1.0")
    interface IsMarkedOtherwise {}

    class HidesAMethod {
      public void call() {}
    }

    class ClosesAMethod {
      public void call() {}
    }

    class BindsAMethod {
      public void call() {}
    }

    class HidesAConstructor {
      public HidesAConstructor() {}
    }

    class HidesAType {
      public static final class Part {}
    }

    class OpensAField {
      public static final Object PART = "";
    }

    class IsClosed {}

    class IsAbstract {}

    class ChangesItsParent extends IOException {
      private static final long serialVersionUID = 1;
    }

    interface ChangesAnInterface extends Runnable {}

    @interface ChangesADefault {
      int value() default 1;
    }
  }

  interface After {
    sealed interface GetsACase permits After.GetsACase.One, After.Two {
      record One() implements After.GetsACase {}
    }

    /// Hidden from plugins where the API is a package, and counted all the same.
    final class Two implements After.GetsACase {}

    enum GetsAConstant {
      A,
      B
    }

    enum SwapsConstants {
      B,
      A
    }

    interface ChangesAValue {
      int MAX = 4;
    }

    interface ThrowsMore {
      void call() throws IOException, InterruptedException;
    }

    interface DemandsAMethod {
      void call();
    }

    interface GetsAMethod {
      default void call() {}
    }

    record GetsAComponent(int a, int b) {
      public GetsAComponent(int a) {
        this(a, 0);
      }
    }

    record SwapsComponents(int b, int a) {}

    interface TakesNoList {
      void call(String[] words);
    }

    interface ReturnsLess {
      Object call();
    }

    interface ReturnsOthers {
      Optional<Object> call();
    }

    interface ReturnsNull {
      @Nullable Object call();
    }

    interface TakesNull {
      void call(@Nullable Object value);
    }

    interface BindsATypeVariable {
      <T extends AutoCloseable> void call(T value);
    }

    interface IsMarked {
      @Deprecated
      void call();
    }

    @Deprecated(since = "1.1")
    interface IsMarkedOtherwise {}

    class HidesAMethod {
      protected void call() {}
    }

    class ClosesAMethod {
      public final void call() {}
    }

    class BindsAMethod {
      public static void call() {}
    }

    class HidesAConstructor {
      protected HidesAConstructor() {}
    }

    class HidesAType {
      static final class Part {}
    }

    class OpensAField {
      public static Object PART = "";
    }

    final class IsClosed {}

    abstract class IsAbstract {}

    class ChangesItsParent extends Exception {
      private static final long serialVersionUID = 1;
    }

    interface ChangesAnInterface extends AutoCloseable {}

    @interface ChangesADefault {
      int value() default 2;
    }
  }

  /// A change that no plugin notices.
  interface Inside {
    interface Before {
      class Kept {
        public InputStream open() {
          return InputStream.nullInputStream();
        }
      }
    }

    interface After {
      class Kept {
        private int opened;

        public InputStream open() {
          count();
          return InputStream.nullInputStream();
        }

        void count() {
          opened++;
        }

        private static final class Part {}
      }
    }
  }

  static class Hidden {
    public void call() {}
  }

  public static final class OfHidden extends Hidden {}
}
