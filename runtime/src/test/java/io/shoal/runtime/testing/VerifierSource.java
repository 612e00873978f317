package io.shoal.runtime.testing;

import java.io.IOException;
import java.nio.file.Path;

/// Writes the source of a verification plugin with one thing changed: the smallest plugin there is,
/// to be made bad in some way.
///
/// @param id the plugin's id, letters only: it is the module's and package's name too
/// @param moduleBody more lines of the module descriptor
/// @param constructor what the constructor does
/// @param start what `start` does
/// @param close what `close` does
/// @param members further members of the class
public record VerifierSource(
    String id, String moduleBody, String constructor, String start, String close, String members) {

  public static VerifierSource of(String id) {
    return new VerifierSource(id, "", "", "", "", "");
  }

  public VerifierSource moduleBody(String lines) {
    return new VerifierSource(id, lines, constructor, start, close, members);
  }

  public VerifierSource constructor(String code) {
    return new VerifierSource(id, moduleBody, code, start, close, members);
  }

  public VerifierSource start(String code) {
    return new VerifierSource(id, moduleBody, constructor, code, close, members);
  }

  public VerifierSource close(String code) {
    return new VerifierSource(id, moduleBody, constructor, start, code, members);
  }

  public VerifierSource members(String code) {
    return new VerifierSource(id, moduleBody, constructor, start, close, code);
  }

  /// As a plain plugin: no module, an extension index instead.
  public PluginJarBuilder plain() {
    return new PluginJarBuilder(id)
        .source(id + "/V.java", classSource())
        .resource("META-INF/extensions.idx", "# made by hand\n" + id + ".V\n");
  }

  public PluginJarBuilder modular() {
    return new PluginJarBuilder(id)
        .source(id + "/V.java", classSource())
        .source(
            "module-info.java",
            """
            module %s {
              requires io.shoal.api;
              %s
              provides io.shoal.api.Verifier with %s.V;
            }
            """
                .formatted(id, moduleBody, id));
  }

  public Path buildJar(Path folder) throws IOException {
    return modular().buildJar(folder);
  }

  /// Every id has a multihash code of its own.
  private String classSource() {
    return """
    package %s;

    public final class V implements io.shoal.api.Verifier {
      public V() { %s }
      @Override public void start(io.shoal.api.PluginContext context)
          throws io.shoal.api.ShoalException, InterruptedException { %s }
      @Override public long multihashCode() { return 0x300000 + %d; }
      @Override public String name() { return "%s"; }
      @Override public int digestSizeBytes() { return 32; }
      @Override public Digest begin() { throw new UnsupportedOperationException(); }
      @Override public void close() { %s }
      %s
    }
    """
        .formatted(id, constructor, start, id.hashCode() & 0xffff, id, close, members);
  }
}
