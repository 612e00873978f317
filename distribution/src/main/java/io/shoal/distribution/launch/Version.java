package io.shoal.distribution.launch;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/// The program's version: that of its module.
public final class Version {

  public static final String TEXT =
      Optional.ofNullable(Version.class.getModule().getDescriptor())
          .flatMap(ModuleDescriptor::rawVersion)
          .orElse("development");

  private Version() {}

  /// Printed by `--version`.
  public static final class Line implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"shoal " + TEXT};
    }
  }
}
