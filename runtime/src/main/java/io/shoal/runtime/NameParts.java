package io.shoal.runtime;

import io.shoal.api.Discovery;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.naming.NameChunks;
import io.shoal.runtime.naming.NamePublisher;
import io.shoal.runtime.naming.NameRenewal;
import io.shoal.runtime.naming.NameResolver;
import io.shoal.runtime.naming.NameStore;
import io.shoal.runtime.naming.PublicationStates;
import io.shoal.runtime.naming.PublishingKeys;
import io.shoal.runtime.naming.RecordSeal;
import io.shoal.runtime.naming.SignedRecordClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/// The parts of a node that work with signed names.
record NameParts(
    NameResolver resolver, NamePublisher publisher, NameRenewal renewal, PublishingKeys keys) {

  /// @param dataFolder of the node: has its publishing keys
  /// @param folder of the runtime: has its records
  static NameParts of(
      Path dataFolder,
      Path folder,
      Access access,
      Map<String, Discovery> discoveries,
      NameChunks chunks,
      SystemSources sources)
      throws IOException {
    InstantSource clock = sources.clock();
    RecordSeal seal = RecordSeal.of(access.swarmSecret());
    SignedRecordClient records = new SignedRecordClient(discoveries, seal);
    NameStore store = new NameStore(folder, seal, sources.clock());
    PublicationStates states = new PublicationStates(sources.nanoTime());
    PublishingKeys keys = new PublishingKeys(dataFolder, sources.random());
    NamePublisher publisher = new NamePublisher(records, store, chunks, keys, states, clock);
    return new NameParts(
        new NameResolver(records, store, chunks, clock, sources.nanoTime()),
        publisher,
        new NameRenewal(records, store, publisher, states, clock, sources.nanoTime()),
        keys);
  }
}
