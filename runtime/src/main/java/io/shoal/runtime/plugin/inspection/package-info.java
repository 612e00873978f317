/// Finds plugins and decides whether they may and can be loaded, without loading a class of theirs.
@NullMarked
package io.shoal.runtime.plugin.inspection;

import org.jspecify.annotations.NullMarked;
