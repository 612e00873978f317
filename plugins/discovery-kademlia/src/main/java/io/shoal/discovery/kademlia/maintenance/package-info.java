/// Being a member: the first node, the own id, a table that stays true, and the lookups that begin
/// in it.
@NullMarked
package io.shoal.discovery.kademlia.maintenance;

import org.jspecify.annotations.NullMarked;
