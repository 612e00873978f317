/// What a user can ask of a node and what comes back: requests, results, references, failures.
@NullMarked
package io.shoal.runtime.command;

import org.jspecify.annotations.NullMarked;
