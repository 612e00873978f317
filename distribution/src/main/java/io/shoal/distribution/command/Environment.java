package io.shoal.distribution.command;

import io.shoal.distribution.console.Console;
import java.nio.file.Path;

/// What a command has around it.
///
/// @param console where its output goes
/// @param nodes where it gets its node
/// @param folder the user's current folder, absolute
public record Environment(Console console, Nodes nodes, Path folder) {}
