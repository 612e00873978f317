import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.spi.ToolProvider;

/// Completes the package: adds the Java image that it runs on, the texts of its help, and the
/// caches that make it start at once. A program of its own, because the JDK that is packed must
/// make them, whatever JDK Maven runs on.
///
/// Arguments: the package's folder, the time stamp of its files, the source tree, and a folder with
/// what the testkit compiles against.
public final class Packager {

  /// JDK modules in the image, with their users. Plugins may use all of these but PF4J's.
  private static final Map<String, String> MODULES =
      Map.ofEntries(
          Map.entry("java.base", "all"),
          Map.entry("java.compiler", "PF4J"),
          Map.entry("java.logging", "Netty"),
          Map.entry("java.management", "Netty"),
          Map.entry("java.naming", "Netty, Logback"),
          Map.entry("java.net.http", "plugins that ask a service"),
          Map.entry("java.sql", "plugins with a database"),
          Map.entry("java.transaction.xa", "java.sql"),
          Map.entry("java.xml", "Logback"),
          Map.entry("jdk.httpserver", "plugins that serve HTTP"),
          Map.entry("jdk.unsupported", "Netty, signals"));

  private Packager() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Path.of(args[0]);
    var stamp = FileTime.from(Instant.parse(args[1]));
    var sdk = new Sdk(folder, Path.of(args[2]), Path.of(args[3]), args[1]);
    var documented = new FutureTask<>(sdk::make);
    Thread.ofPlatform().start(documented);
    image(folder.resolve("runtime"));
    modernise(jarIn(folder.resolve("lib"), "picocli-"));
    Path launcher = folder.resolve("bin/shoal");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    run(launcher, "help-texts");
    run(launcher, "plugins", "record");
    // The caches remember size and time of each jar. The archive gives all files one time, so they
    // must have it before the caches are made.
    stamp(folder.resolve("lib"), stamp);
    run(launcher, "caches", folder.resolve("lib").toString());
    stamp(folder.resolve("lib"), stamp);
    try {
      documented.get();
    } catch (ExecutionException e) {
      throw new IOException("sdk/ is not complete", e.getCause());
    }
  }

  private static void image(Path image) throws IOException {
    if (Files.exists(image)) {
      delete(image); // jlink refuses a folder that exists
    }
    List<String> arguments =
        List.of(
            "--add-modules",
            String.join(",", MODULES.keySet().stream().sorted().toList()),
            "--output",
            image.toString(),
            "--strip-java-debug-attributes",
            "--no-header-files",
            "--no-man-pages",
            "--vm=server",
            "--compress=zip-0");
    int code =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() -> new IOException("this JDK has no jlink: install a full JDK 25"))
            .run(System.out, System.err, arguments.toArray(String[]::new));
    if (code != 0) {
      throw new IOException("jlink ended with " + code);
    }
  }

  private static Path jarIn(Path folder, String prefix) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow(() -> new IOException("no " + prefix + "*.jar in " + folder));
    }
  }

  /// Gives a jar's classes the class file version of this JDK. Classes of Java 5 are verified in an
  /// old way, and the start-up cache takes none of them: with picocli's as they come, every command
  /// starts three times slower.
  private static void modernise(Path jar) throws IOException {
    try (FileSystem content = FileSystems.newFileSystem(jar);
        var files = Files.walk(content.getPath("/"))) {
      ClassFile format =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(hierarchy(content)));
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        ClassModel old = format.parse(Files.readAllBytes(file));
        if (old.majorVersion() < ClassFile.JAVA_7_VERSION && !old.isModuleInfo()) {
          byte[] renewed =
              format.transformClass(
                  old,
                  ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
                      .andThen(
                          ClassTransform.endHandler(
                              type -> type.withVersion(ClassFile.latestMajorVersion(), 0))));
          Files.write(file, renewed);
        }
      }
    }
  }

  private static ClassHierarchyResolver hierarchy(FileSystem content) {
    return ClassHierarchyResolver.ofResourceParsing(
            type -> {
              String name = type.descriptorString();
              try {
                return Files.newInputStream(
                    content.getPath("/" + name.substring(1, name.length() - 1) + ".class"));
              } catch (IOException e) {
                return null; // not of this jar
              }
            })
        .orElse(ClassHierarchyResolver.defaultResolver())
        .cached();
  }

  private static void run(Path launcher, String... words) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(launcher.toString()));
    line.addAll(List.of(words));
    int code = new ProcessBuilder(line).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException("'shoal " + String.join(" ", words) + "' ended with " + code);
    }
  }

  private static void stamp(Path folder, FileTime stamp) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, stamp);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
