package io.shoal.distribution;

import java.nio.file.Path;

/// What a command has around it.
///
/// @param console where its output goes
/// @param nodes where it gets its node
/// @param folder the user's current folder, absolute
record Environment(Console console, Nodes nodes, Path folder) {}
