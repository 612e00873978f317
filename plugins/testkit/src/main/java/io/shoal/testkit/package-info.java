/// Contract tests that every plugin passes, and the parts of a node that a plugin's tests need.
///
/// Start at the contract of your kind of plugin and extend it with a test class of your own:
/// [ChunkStoreContract] (and [FileBackedContract] for a store that serves users' files in place),
/// [TransportContract], [DiscoveryContract] or [VerifierContract]. [TestContext] is a whole
/// [io.shoal.api.PluginContext] for tests beyond the contract; [TestData], [TestChunkServer],
/// [TestClock] and [Await] help to write them.
@NullMarked
package io.shoal.testkit;

import org.jspecify.annotations.NullMarked;
