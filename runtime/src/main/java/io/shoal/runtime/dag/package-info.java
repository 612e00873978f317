/// The format of content: dag-pb and UnixFS to and from bytes, and what a DAG means as files and
/// folders.
@NullMarked
package io.shoal.runtime.dag;

import org.jspecify.annotations.NullMarked;
