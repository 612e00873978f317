import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/// Completes the folder sdk/ of the package, for authors of plugins: the documentation of API and
/// testkit, and beside their jars in sdk/repository those with sources and documentation. What the
/// documentation tool has to say is an error.
final class Sdk {

  /// A module, and where its parts are.
  private record Part(String module, String artifact, String version, Path sources, Path jar) {

    Path file(String suffix) {
      return jar.resolveSibling(artifact + "-" + version + suffix);
    }
  }

  private final Path sdk;
  private final String modulePath;
  private final String stamp;
  private final List<Part> parts = new ArrayList<>();

  /// @param folder of the package, with the two jars in sdk/repository
  /// @param sources the source tree
  /// @param libraries a folder with what the testkit compiles against
  /// @param stamp the time of all files
  Sdk(Path folder, Path sources, Path libraries, String stamp) throws IOException {
    this.sdk = folder.resolve("sdk");
    this.stamp = stamp;
    this.modulePath = folder.resolve("lib") + ":" + libraries;
    parts.add(part("io.shoal.api", "shoal-api", sources.resolve("api")));
    parts.add(part("io.shoal.testkit", "shoal-testkit", sources.resolve("plugins/testkit")));
  }

  private Part part(String module, String artifact, Path project) throws IOException {
    try (Stream<Path> files = Files.walk(sdk.resolve("repository"))) {
      Path jar =
          files
              .filter(file -> file.getFileName().toString().matches(artifact + "-[0-9.]+\\.jar"))
              .findFirst()
              .orElseThrow(() -> new IOException("no " + artifact + " in " + sdk));
      String version = jar.getParent().getFileName().toString();
      return new Part(module, artifact, version, project.resolve("src/main/java"), jar);
    }
  }

  /// @return the folder
  Path make() throws IOException {
    Path documentation = sdk.resolve("javadoc");
    for (Part part : parts) {
      Path its = documentation.resolve(part.artifact());
      document(part, its);
      jar(part.file("-javadoc.jar"), its);
      jar(part.file("-sources.jar"), part.sources());
      for (String suffix : List.of(".pom", ".jar", "-javadoc.jar", "-sources.jar")) {
        digest(part.file(suffix));
      }
    }
    return sdk;
  }

  /// Maven warns of a file without one.
  private static void digest(Path file) throws IOException {
    try {
      byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(Files.readAllBytes(file));
      Files.writeString(
          file.resolveSibling(file.getFileName() + ".sha1"), HexFormat.of().formatHex(sha1));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-1", e);
    }
  }

  private void document(Part part, Path to) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-quiet",
                "-Xdoclint:all",
                "-Werror",
                "-notimestamp",
                "--no-fonts",
                "-encoding",
                "UTF-8",
                "-windowtitle",
                part.artifact() + " " + part.version(),
                "-d",
                to.toString(),
                "--module-path",
                modulePath,
                "--module-source-path",
                part.module() + "=" + part.sources(),
                "--module",
                part.module()));
    Path api = sdk.resolve("javadoc/shoal-api");
    if (Files.exists(api) && !api.equals(to)) {
      // A link within the package: nothing is looked up elsewhere.
      arguments.addAll(List.of("-linkoffline", "../shoal-api", api.toString()));
    }
    run("javadoc", arguments);
  }

  private void jar(Path file, Path content) throws IOException {
    run(
        "jar",
        List.of(
            "--create",
            "--file",
            file.toString(),
            "--date",
            stamp,
            "--no-manifest",
            "-C",
            content.toString(),
            "."));
  }

  private static void run(String tool, List<String> arguments) throws IOException {
    int code =
        ToolProvider.findFirst(tool)
            .orElseThrow(() -> new IOException("this JDK has no " + tool + ": install a full one"))
            .run(System.out, System.err, arguments.toArray(String[]::new));
    if (code != 0) {
      throw new IOException(tool + " ended with " + code);
    }
  }
}
