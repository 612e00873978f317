/// Brings files and folders into the store as chunks.
@NullMarked
package io.shoal.runtime.importer;

import org.jspecify.annotations.NullMarked;
