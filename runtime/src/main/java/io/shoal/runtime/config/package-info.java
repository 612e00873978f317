/// Reads a configuration by type and refuses what it does not know.
///
/// Start at [ConfigSection]: every part of a node, and every plugin, reads its keys through one,
/// and a key that no code read is refused, with the key that was probably meant ([Suggestion]). A
/// [ConfigTree] is what was written, in the file ([YamlTree]) or on the command line, with line
/// numbers for messages.
@NullMarked
package io.shoal.runtime.config;

import org.jspecify.annotations.NullMarked;
