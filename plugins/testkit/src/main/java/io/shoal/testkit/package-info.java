/// Contract tests that every plugin passes, and the parts of a node that a plugin's tests need.
///
/// Start at the contract of your kind of plugin and extend it with a test class of your own:
/// [ChunkStoreContract] (and [FileBackedContract] for a store that serves users' files in place),
/// [TransportContract], [DiscoveryContract] or [VerifierContract]. Each extends
/// [ExtensionContract], the life that all kinds share, and [InspectionContract]; those of stores,
/// transports and discoveries have further parts ([ChunkReadingContract], [FileServingContract],
/// [TransportConnectContract], [SignedRecordsContract] and others), which nobody extends directly.
///
/// The tests run on virtual threads, each under a deadline. After each they look for threads and
/// open files that the plugin left behind, and name them.
///
/// [TestContext] is a whole [io.shoal.api.PluginContext] for tests beyond the contract, as strict
/// as that of a node; [TestData], [TestChunkServer], [TestClock] and [Await] help to write them.
///
/// ### What may change
///
/// The contracts are frozen with the API: a later version of the same major adds no abstract method
/// to a class that plugins' tests extend, only hooks that have a body, and traits that are off
/// unless they are named where an earlier plugin would fail by them. It may add tests for promises
/// that the API made before.
@NullMarked
package io.shoal.testkit;

import org.jspecify.annotations.NullMarked;
