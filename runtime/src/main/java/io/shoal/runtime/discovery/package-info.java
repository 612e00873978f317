/// Announces what is here, and finds and dials the peers that have what is not.
///
/// Start at [PeerFinder][io.shoal.runtime.discovery.PeerFinder]: it searches by every discovery as
/// long as a download runs, and dials the most promising addresses. `SearchBackoff` is its pause
/// between two searches. `ProviderSearch` searches once and reports each provider, for the command
/// that asks for them. `DigestLookup` finds the root of a file whose SHA-256 is known.
///
/// In the other direction `Announcements` decides which keys are announced for what is here, and
/// `Announcer` passes them to the discoveries, which renew them by themselves.
///
/// All of them reach peers by a [PeerNetwork][io.shoal.runtime.discovery.PeerNetwork].
@NullMarked
package io.shoal.runtime.discovery;

import org.jspecify.annotations.NullMarked;
