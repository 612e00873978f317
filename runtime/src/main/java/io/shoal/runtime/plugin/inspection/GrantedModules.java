package io.shoal.runtime.plugin.inspection;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The modules around plugins that they may use: the API, the three small libraries that go with
/// it, and a part of the JDK. The rest (the runtime, its libraries, desktop, attach and
/// instrumentation of the JDK) is out of their reach, so that it can change without breaking them.
public final class GrantedModules {

  /// Modules that plugins share with the runtime: one copy of each, whatever a plugin brings.
  static final Set<String> SHARED = Set.of("io.shoal.api", "pf4j", "org.slf4j", "org.jspecify");

  /// The same ones are in the Java of the package and in the plugin guide.
  static final Set<String> JDK =
      Set.of(
          "java.base",
          "java.logging",
          "java.management",
          "java.naming",
          "java.net.http",
          "java.sql",
          "java.transaction.xa",
          "java.xml",
          "jdk.httpserver",
          "jdk.unsupported");

  /// Not in the package's Java, but granted where a node runs on a whole one: Netty, for example,
  /// records its events if it finds this.
  private static final Set<String> IF_PRESENT = Set.of("jdk.jfr");

  /// The types of the API that are [io.shoal.api.Experimental]. A list, since reading annotations
  /// takes longer than all else that is done with a class when a plugin is linked.
  static final Set<String> EXPERIMENTAL =
      Set.of(
          "io.shoal.api.Content",
          "io.shoal.api.FileEntry",
          "io.shoal.api.NoSuchPathException",
          "io.shoal.api.NodeAccess",
          "io.shoal.api.NodeObserver",
          "io.shoal.api.Upload");

  private final ModuleLayer layer;
  private final ModuleFinder java;
  private final Set<String> experimental;
  private final Map<String, String> moduleOfPackage;

  private GrantedModules(
      ModuleLayer layer,
      ModuleFinder java,
      Set<String> experimental,
      Map<String, String> moduleOfPackage) {
    this.layer = layer;
    this.java = java;
    this.experimental = Set.copyOf(experimental);
    this.moduleOfPackage = Map.copyOf(moduleOfPackage);
  }

  /// The modules that may be used of a layer and those below it.
  public static GrantedModules of(ModuleLayer layer) {
    return of(layer, ModuleFinder.ofSystem(), EXPERIMENTAL);
  }

  /// @param java finds the modules that could have been started
  /// @param experimental the names of the types that only plugins which say so may use
  public static GrantedModules of(ModuleLayer layer, ModuleFinder java, Set<String> experimental) {
    Map<String, String> packages = new HashMap<>();
    collect(layer, packages);
    return new GrantedModules(layer, java, experimental, packages);
  }

  private static void collect(ModuleLayer layer, Map<String, String> packages) {
    layer.parents().forEach(parent -> collect(parent, packages));
    for (Module module : layer.modules()) {
      for (String name : module.getPackages()) {
        packages.put(name, module.getName());
      }
    }
  }

  public ModuleLayer layer() {
    return layer;
  }

  /// Whether plugins may use a module.
  public static boolean isGranted(String module) {
    return SHARED.contains(module) || JDK.contains(module) || IF_PRESENT.contains(module);
  }

  /// Whether only plugins that say so may use a class: it is an experimental type or in one.
  public boolean isExperimental(String className) {
    int nested = className.indexOf('$');
    return experimental.contains(className)
        || nested > 0 && experimental.contains(className.substring(0, nested));
  }

  /// The module around the plugins that holds a package, if there is one.
  public Optional<String> moduleOf(String packageName) {
    return Optional.ofNullable(moduleOfPackage.get(packageName));
  }

  /// Refuses a module of a plugin that requires more than is granted.
  ///
  /// @param own the names of the plugin's own modules and of those of the plugins that it depends
  ///   on
  void check(ModuleDescriptor module, Set<String> own) throws UnusablePluginException {
    List<String> absent = new ArrayList<>();
    for (ModuleDescriptor.Requires requires : module.requires()) {
      String name = requires.name();
      if (own.contains(name)) {
        continue;
      }
      boolean present = layer.findModule(name).isPresent();
      boolean optional = requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC);
      if (!isGranted(name) && (present || !optional)) {
        throw new UnusablePluginException(
            PluginProblem.Reason.FORBIDDEN_MODULE,
            "its module " + module.name() + " requires " + name + insteadOf(name, present));
      }
      if (!present && !optional) {
        absent.add(name);
      }
    }
    if (!absent.isEmpty()) {
      throw absent(module.name(), absent.stream().sorted().toList());
    }
  }

  private String insteadOf(String module, boolean present) {
    if (module.startsWith("io.shoal.")) {
      return ", which plugins may not use: use io.shoal.api only";
    }
    if (module.startsWith("java.") || module.startsWith("jdk.")) {
      return ", a part of the JDK which plugins may not use: do without";
    }
    return present
        ? ", which plugins may not use: pack it into the plugin's lib/ or do without"
        : ", which is missing: pack it into the plugin's lib/ or do without";
  }

  /// Plugins may use more of the JDK than the package's own Java has: a user can run the node on a
  /// whole one.
  private UnusablePluginException absent(String module, List<String> required) {
    String addModules = "--add-modules " + String.join(",", required);
    List<String> lacking = required.stream().filter(name -> java.find(name).isEmpty()).toList();
    String cure =
        lacking.isEmpty()
            ? String.join(" and ", required)
                + ", which Java did not start: start Java with "
                + addModules
            : String.join(" and ", lacking)
                + ", which the Java that runs this node lacks: do without, or run the node on a whole"
                + " JDK with "
                + addModules;
    return new UnusablePluginException(
        PluginProblem.Reason.ABSENT_MODULE, "its module " + module + " requires " + cure);
  }
}
