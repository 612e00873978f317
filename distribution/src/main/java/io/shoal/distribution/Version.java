package io.shoal.distribution;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/// The program's version: that of its module.
final class Version {

  static final String TEXT =
      Optional.ofNullable(Version.class.getModule().getDescriptor())
          .flatMap(ModuleDescriptor::rawVersion)
          .orElse("development");

  private Version() {}
}
