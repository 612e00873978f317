/// Reports the peers of a list, in the configuration or in a file that is watched.
///
/// Start at [StaticDiscovery], the plugin. [PeerFile] reads the file into a [PeerFile.Contents],
/// and sees when it changed. The package is called `fixed` since `static` is a word of Java.
@NullMarked
package io.shoal.discovery.fixed;

import org.jspecify.annotations.NullMarked;
