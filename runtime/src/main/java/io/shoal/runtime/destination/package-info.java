/// Where a download's bytes go: its part file, what of it is here already, and its claims.
///
/// Start at [DownloadTarget][io.shoal.runtime.destination.DownloadTarget]: a part file or folder
/// beside the target, which takes leaves in any order and is moved to its name at the end.
///
/// In the order of a download: `SuggestedName` says which name of a stranger's may be used
/// (`PeerNames`: at the end), `ClaimedSize` compares the size in a link with the room.
/// `TargetReservation` takes the name of the part, before the plan of files is known, by an entry
/// in the journal. `NameTrial` finds out which names the place can hold. `DownloadTarget` compares
/// the plan with the room (`RoomNeeded`, `DestinationRoom`, `SizeLimit`), makes the places and
/// writes to them through `PartFiles`, which bounds the open files, opens them relative to a folder
/// (`PartPlace`, `OpenFolders`) and leaves holes for `ZeroRuns`; `Replacement` says what may be in
/// the way. `ResumeScan` looks for each leaf on this machine. `Checkpoints` collects what is
/// written from then on, has it claimed by `Adoption` where the store can claim chunks in files,
/// announces it to peers, and syncs now and then. At the end `PreservedAttributes` sets rights and
/// times, and `Adoption` moves the part to the target with its claims, or `DownloadTarget` without.
///
/// A claim is made after the bytes are written, and its sync forces the bytes before the claim: so
/// a claim that survived a crash need not be hashed again.
///
/// `TargetComparison` stands apart: it finds out whether a finished download is still in its place.
@NullMarked
package io.shoal.runtime.destination;

import org.jspecify.annotations.NullMarked;
