/// Finds providers by the HTTP API for delegated routing (Delegated Routing V1 of the IPFS
/// specifications), announces to servers of it, and can be such a server.
///
/// Start at [RoutingDiscovery], the plugin. A search is a [ProviderQuery]: one thread for each
/// server, each by the [RoutingClient], which keeps answers in an [AnswerCache] and leaves a server
/// alone as its [Backoff] says. [RecordReader] reads answers from strangers within limits, with
/// [JsonReader] and [Multiaddr]; [AddressRules] and [Scope] hold back addresses that the other side
/// may not name. Announcements wait in an [AnnounceQueue] for each server; an [Announcer] signs and
/// sends them in batches. [RoutingServer] answers from a [ProviderTable], which takes signed
/// [Announcement]s.
@NullMarked
package io.shoal.discovery.routing;

import org.jspecify.annotations.NullMarked;
