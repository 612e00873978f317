package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pf4j.DefaultVersionManager;
import org.pf4j.PluginDescriptor;

/// Checks a plugin's version, and the versions of the API that it says it works with.
final class PluginVersions {
  private static final DefaultVersionManager SEMVER = new DefaultVersionManager();
  private static final Pattern FULL = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");

  private PluginVersions() {}

  /// @param apiVersion that of this node
  static void check(PluginDescriptor descriptor, String apiVersion) throws UnusablePluginException {
    checkOwn(String.valueOf(descriptor.getVersion()));
    checkRequires(required(descriptor), released(apiVersion));
  }

  /// Refuses a plugin that says that it uses experimental parts of the API, and would take the next
  /// minor version, which may not have them. The plugin passed [#check].
  static void checkExperimental(PluginDescriptor descriptor, String apiVersion)
      throws UnusablePluginException {
    String version = released(apiVersion);
    String next = nextMinor(numbers(version));
    if (SEMVER.checkVersionConstraint(next, range(required(descriptor)))) {
      throw new UnusablePluginException(
          Reason.WRONG_API,
          "it uses experimental parts of the API ("
              + PluginFlags.EXPERIMENTAL
              + "), and its Plugin-Requires '"
              + required(descriptor)
              + "' takes the API "
              + next
              + " too, which may not have them: it should be ~"
              + version);
    }
  }

  private static String required(PluginDescriptor descriptor) {
    return String.valueOf(descriptor.getRequires()).strip();
  }

  /// A plugin for 1.0 works with its release candidates: semantic versions say that these come
  /// before it.
  private static String released(String apiVersion) {
    return apiVersion.replaceFirst("[-+].*", "");
  }

  /// PF4J takes a bare version as "at least", which would let the next major one pass.
  private static String range(String requires) {
    return FULL.matcher(requires).matches() ? "^" + requires : requires;
  }

  private static void checkOwn(String version) throws UnusablePluginException {
    try {
      SEMVER.compareVersions(version, "0.0.0");
    } catch (RuntimeException e) {
      String message =
          version.isEmpty() || version.equals("null")
              ? "it has no Plugin-Version: it needs one such as 1.0.0"
              : "its Plugin-Version '" + version + "' is not a version such as 1.0.0";
      throw new UnusablePluginException(Reason.UNREADABLE, message, e);
    }
  }

  private static void checkRequires(String requires, String apiVersion)
      throws UnusablePluginException {
    if (requires.isEmpty() || requires.equals("*") || requires.equals("null")) {
      throw new UnusablePluginException(
          Reason.WRONG_API,
          "it does not say which API it was built for: its Plugin-Requires should be ^"
              + apiVersion);
    }
    String range = range(requires);
    List<String> breaking = breaking(apiVersion);
    try {
      if (!SEMVER.checkVersionConstraint(apiVersion, range)) {
        throw new UnusablePluginException(
            Reason.WRONG_API,
            "it was built for the API "
                + requires
                + ", and this is "
                + apiVersion
                + ": get a version of it that fits");
      }
      for (String later : breaking) {
        if (SEMVER.checkVersionConstraint(later, range)) {
          throw new UnusablePluginException(
              Reason.WRONG_API,
              "its Plugin-Requires '"
                  + requires
                  + "' takes the API "
                  + later
                  + " too, which may break it: it should be ^"
                  + apiVersion);
        }
      }
    } catch (RuntimeException e) {
      throw new UnusablePluginException(
          Reason.UNREADABLE,
          "its Plugin-Requires '"
              + requires
              + "' is not a range of versions: it should be ^"
              + apiVersion,
          e);
    }
  }

  /// The next versions that may break a plugin: the next major one, and before 1.0 the next minor
  /// one.
  private static List<String> breaking(String apiVersion) {
    Matcher numbers = numbers(apiVersion);
    int major = Integer.parseInt(numbers.group(1));
    String nextMajor = (major + 1) + ".0.0";
    return major == 0 ? List.of(nextMinor(numbers), nextMajor) : List.of(nextMajor);
  }

  private static Matcher numbers(String apiVersion) {
    Matcher numbers = FULL.matcher(apiVersion);
    if (!numbers.matches()) {
      throw new IllegalStateException("the API has the version " + apiVersion);
    }
    return numbers;
  }

  private static String nextMinor(Matcher numbers) {
    return numbers.group(1) + "." + (Integer.parseInt(numbers.group(2)) + 1) + ".0";
  }
}
