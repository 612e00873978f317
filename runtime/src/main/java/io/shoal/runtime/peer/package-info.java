/// What is known of peers: who they are, what they did, who is banned, where one may dial.
@NullMarked
package io.shoal.runtime.peer;

import org.jspecify.annotations.NullMarked;
