/// The descriptor that PF4J's jar lacks, under the name that it has as an automatic module.
/// Nothing is opened: a plugin cannot reach into PF4J by reflection.
module pf4j {
  requires java.compiler;
  requires org.slf4j;
  requires com.github.zafarkhaja.semver;
  requires static org.objectweb.asm;

  exports org.pf4j;
  exports org.pf4j.asm;
  exports org.pf4j.processor;
  exports org.pf4j.util;
}
