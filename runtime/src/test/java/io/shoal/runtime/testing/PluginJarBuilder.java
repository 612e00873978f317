package io.shoal.runtime.testing;

import io.shoal.runtime.destination.DownloadTarget;
import io.shoal.runtime.plugin.PluginHost;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Compiles a small plugin and packs it, as a plugin author's build would: for tests that load
/// plugins as a user does.
///
/// ```java
/// Path jar = new PluginJarBuilder("storage-memory").sourcesOf("storage-memory").buildJar(pluginsFolder);
/// ```
public final class PluginJarBuilder {

  /// Those under `src/test/plugins` that use experimental parts of the API.
  private static final Set<String> EXPERIMENTAL = Set.of("gateway");

  /// Compiled once for all tests of a run.
  private static final Map<String, byte[]> SHARED = new ConcurrentHashMap<>();

  private final String id;
  private final Map<String, String> sources = new LinkedHashMap<>();
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private final Map<String, byte[]> resources = new LinkedHashMap<>();
  private final List<Path> libraries = new ArrayList<>();

  /// @param id the plugin's id; the jar is called after it
  public PluginJarBuilder(String id) {
    this.id = id;
    attribute("Plugin-Id", id);
    attribute("Plugin-Version", "1.0.0");
    attribute("Plugin-Provider", "tests");
    attribute("Plugin-Requires", "^" + PluginHost.apiVersion());
  }

  /// The plugins under `src/test/plugins`, ready made, by id.
  public static Path shared(String id, Path folder) throws IOException {
    byte[] jar =
        SHARED.computeIfAbsent(
            id,
            name -> {
              try {
                Path work = Files.createTempDirectory("shoal-shared");
                try {
                  PluginJarBuilder builder = new PluginJarBuilder(name).sourcesOf(name);
                  if (EXPERIMENTAL.contains(name)) {
                    builder.experimental();
                  }
                  return Files.readAllBytes(builder.buildJar(work));
                } finally {
                  DownloadTarget.deleteTree(work);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    Files.createDirectories(folder);
    return Files.write(folder.resolve(id + ".jar"), jar, StandardOpenOption.CREATE_NEW);
  }

  /// Sets or, with an empty value, removes a line of the manifest.
  public PluginJarBuilder attribute(String name, String value) {
    if (value.isEmpty()) {
      attributes.remove(name);
    } else {
      attributes.put(name, value);
    }
    return this;
  }

  /// Lets the plugin use experimental parts of the API, and requires this minor version alone.
  public PluginJarBuilder experimental() {
    return attribute("Plugin-Experimental", "true")
        .attribute("Plugin-Requires", "~" + PluginHost.apiVersion());
  }

  /// Adds a source file.
  ///
  /// @param path such as `a/b/C.java` or `module-info.java`
  public PluginJarBuilder source(String path, String text) {
    sources.put(path, text);
    return this;
  }

  /// Adds a file to the jar as it is.
  public PluginJarBuilder resource(String path, String text) {
    resources.put(path, text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /// Adds all files under `src/test/plugins/NAME`.
  public PluginJarBuilder sourcesOf(String name) throws IOException {
    Path folder = Path.of("src/test/plugins", name).toAbsolutePath();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        source(folder.relativize(file).toString(), Files.readString(file));
      }
    }
    if (sources.isEmpty()) {
      throw new IllegalArgumentException(folder + " holds no sources");
    }
    return this;
  }

  /// Adds a jar to compile against. It goes into `lib/` of a zip or folder, and nowhere with a
  /// single jar.
  public PluginJarBuilder library(Path jar) {
    libraries.add(jar);
    return this;
  }

  /// Makes `ID.jar` in a folder.
  public Path buildJar(Path folder) throws IOException {
    return buildJar(folder, id + ".jar");
  }

  /// Makes a jar under a name.
  public Path buildJar(Path folder, String fileName) throws IOException {
    Files.createDirectories(folder);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
    Path jar = folder.resolve(fileName);
    Map<String, byte[]> entries = new LinkedHashMap<>(compile());
    entries.putAll(resources);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      write(out, entries);
    }
    return jar;
  }

  /// Makes `ID.zip` of `plugin.properties` and `lib/*.jar`.
  public Path buildZip(Path folder) throws IOException {
    Path work = Files.createTempDirectory("shoal-zip");
    Map<String, byte[]> entries = filesIn(buildFolder(work));
    DownloadTarget.deleteTree(work);
    Files.createDirectories(folder);
    Path zip = folder.resolve(id + ".zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      write(out, entries);
    }
    return zip;
  }

  /// Makes a folder `ID` of `plugin.properties` and `lib/*.jar`.
  public Path buildFolder(Path folder) throws IOException {
    Path plugin = folder.resolve(id);
    Path lib = Files.createDirectories(plugin.resolve("lib"));
    Files.writeString(
        plugin.resolve("plugin.properties"),
        attributes.entrySet().stream()
            .map(line -> property(line.getKey()) + "=" + line.getValue())
            .collect(Collectors.joining("\n")));
    buildJar(lib);
    for (Path library : libraries) {
      Files.copy(library, lib.resolve(library.getFileName()));
    }
    return plugin;
  }

  /// `Plugin-Native-Access` is `plugin.nativeAccess`.
  private static String property(String attribute) {
    String name = attribute.substring("Plugin-".length()).replace("-", "");
    return "plugin." + name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  private static void write(ZipOutputStream out, Map<String, byte[]> entries) throws IOException {
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      out.putNextEntry(new ZipEntry(entry.getKey()));
      out.write(entry.getValue());
      out.closeEntry();
    }
  }

  private Map<String, byte[]> compile() throws IOException {
    if (sources.isEmpty()) {
      return Map.of();
    }
    Path work = Files.createTempDirectory("shoal-plugin");
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = work.resolve("src").resolve(source.getKey());
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, source.getValue()));
    }
    Path classes = Files.createDirectories(work.resolve("classes"));
    boolean modular = sources.containsKey("module-info.java");
    List<String> arguments =
        new ArrayList<>(List.of("-d", classes.toString(), modular ? "-p" : "-cp", path()));
    files.forEach(file -> arguments.add(file.toString()));
    StringWriter faults = new StringWriter();
    PrintWriter out = new PrintWriter(faults);
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(out, out, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalArgumentException(id + " does not compile: " + faults);
    }
    Map<String, byte[]> compiled = filesIn(classes);
    DownloadTarget.deleteTree(work);
    return compiled;
  }

  /// The files of a folder by their names in it, in order.
  private static Map<String, byte[]> filesIn(Path folder) throws IOException {
    Map<String, byte[]> out = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        out.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return out;
  }

  /// What a plugin may compile against, and its libraries. The runtime is on it too, so that tests
  /// can build plugins that reach for it.
  private String path() {
    String node = Objects.requireNonNull(System.getProperty("jdk.module.path"));
    return Stream.concat(
            Arrays.stream(node.split(File.pathSeparator)), libraries.stream().map(Path::toString))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /// Writes bytes as they are, for artifacts that are broken on purpose.
  public static Path garbage(Path file, byte[] bytes) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(bytes);
    }
    return file;
  }
}
