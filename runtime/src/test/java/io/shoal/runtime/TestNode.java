package io.shoal.runtime;

import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.NodeObserver;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.PausedDownload;
import io.shoal.runtime.file.DataFolder;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.limit.BulkPool;
import io.shoal.runtime.limit.TokenBucket;
import io.shoal.runtime.maintenance.StoreVerify;
import io.shoal.runtime.maintenance.VerifyRecord;
import io.shoal.runtime.naming.NameChunks;
import io.shoal.runtime.naming.NamePublisher;
import io.shoal.runtime.naming.NameRenewal;
import io.shoal.runtime.naming.NameValue;
import io.shoal.runtime.naming.PublishingKeys;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.plugin.node.NodeHandle;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.Quarantine;
import io.shoal.runtime.store.RootIndex;
import io.shoal.runtime.store.TemporaryPins;
import io.shoal.runtime.testing.JdkSha256;
import io.shoal.runtime.testing.MemoryNetwork;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// A node, and the few questions that tests ask of it.
final class TestNode implements AutoCloseable {
  private final Path folder;
  final String name;
  private final NodeCore core;
  final PeerId id;
  final ChunkStore store;
  private final NodeWork work;
  private final ActivePlugins plugins;
  final BulkPool pool = new BulkPool(2);
  final Transport transport;

  /// Of downloads.
  volatile ContentCommands.ProgressListener progress = ContentCommands.ProgressListener.SILENT;

  /// What its plugins would use.
  final NodeHandle access = new NodeHandle();

  TestNode(
      TestSwarm swarm,
      String name,
      Node.Mode mode,
      ChunkStore store,
      List<ActivePlugins.Active<Discovery>> discoveries,
      List<ActivePlugins.Active<NodeObserver>> observers,
      String... settings)
      throws ShoalException, IOException, InterruptedException {
    this.folder = swarm.folder;
    this.name = name;
    this.store = store;
    byte[] key = new byte[32];
    new Random(name.hashCode()).nextBytes(key);
    id = PeerId.ofEd25519(key);
    Configuration configuration = Configuration.defaults();
    for (int i = 0; i < settings.length; i += 2) {
      configuration = configuration.with(settings[i], settings[i + 1]);
    }
    JdkSha256 verifier = new JdkSha256();
    ActivePlugins.Active<io.shoal.api.Verifier> active =
        new ActivePlugins.Active<>("verification", verifier);
    transport = swarm.network.transport(name, id);
    plugins =
        new ActivePlugins(
            new ActivePlugins.Active<>("storage", store),
            active,
            Map.of(verifier.multihashCode(), active),
            discoveries,
            List.of(new ActivePlugins.Active<>("transport", transport)),
            observers);
    NodeSettings node = configuration.settings();
    Access rules = node.access().resolve(node.tlsRequired());
    boolean started = false;
    try {
      core =
          new NodeCore(
              id,
              plugins,
              node,
              rules,
              DataFolder.of(folder.resolve("data-" + name)),
              mode,
              SystemSources.ofMachine());
      core.start();
      started = true;
    } finally {
      if (!started) {
        pool.close();
      }
    }
    work = NodeWork.of(core, folder.resolve("data-" + name), pool, 2);
    access.ready(work.forPlugins(core));
    core.observers().ready();
  }

  Cid add(Path file) throws ShoalException, IOException, InterruptedException {
    return Cid.parse(add(file, false).root());
  }

  ContentCommands.Added add(Path file, boolean privately)
      throws ShoalException, IOException, InterruptedException {
    List<ContentCommands.Added> added = new ArrayList<>();
    add(
        ContentCommands.AddRequest.builder(List.of(file))
            .leafSizeBytes(ImportProfile.MIN_LEAF_SIZE_BYTES)
            .wholeDigest(true)
            .privately(privately)
            .build(),
        added::add);
    return added.getFirst();
  }

  void add(ContentCommands.AddRequest request, Consumer<ContentCommands.Added> each)
      throws ShoalException, IOException, InterruptedException {
    List<ContentCommands.NotAdded> failed = new ArrayList<>();
    add(request, each, failed::add);
    if (!failed.isEmpty()) {
      throw failed.getFirst().asException();
    }
  }

  void add(
      ContentCommands.AddRequest request,
      Consumer<ContentCommands.Added> each,
      Consumer<ContentCommands.NotAdded> failed)
      throws ShoalException, IOException, InterruptedException {
    work.adds().add(request, ContentCommands.ProgressListener.SILENT, each, failed);
  }

  ContentCommands.Fetched get(Cid root, String to, Duration timeout, TestNode... from)
      throws ShoalException, IOException, InterruptedException {
    return get(new Reference.Content(root, Optional.empty()), to, timeout, false, from);
  }

  ContentCommands.Fetched get(
      Reference reference, String to, Duration timeout, boolean keep, TestNode... from)
      throws ShoalException, IOException, InterruptedException {
    return get(reference, to, timeout, keep, false, from);
  }

  ContentCommands.Fetched get(
      Reference reference,
      String to,
      Duration timeout,
      boolean keep,
      boolean privately,
      TestNode... from)
      throws ShoalException, IOException, InterruptedException {
    List<PeerAddress> peers = new ArrayList<>();
    for (TestNode node : from) {
      peers.add(MemoryNetwork.address(node.name));
    }
    return get(
        ContentCommands.GetRequest.builder(reference, folder)
            .target(folder.resolve(to))
            .peers(peers)
            .timeout(timeout)
            .keep(keep)
            .privately(privately)
            .build());
  }

  ContentCommands.Fetched get(ContentCommands.GetRequest request)
      throws ShoalException, IOException, InterruptedException {
    return work.gets().get(request, progress);
  }

  void cat(Reference reference, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    work.cats().cat(reference, List.of(), timeout, out);
  }

  void pin(Cid root) throws ShoalException, IOException {
    work.store().pin(root);
  }

  void unpin(Cid root) throws ShoalException, IOException {
    work.store().unpin(root);
  }

  StoreCommands.Shared share(Cid root, StoreCommands.Sharing sharing)
      throws ShoalException, IOException {
    return work.store().share(root, sharing);
  }

  List<StoreCommands.RootEntry> roots() throws IOException {
    return work.store().roots();
  }

  List<StoreCommands.FolderEntry> list(Cid root) throws ShoalException, IOException {
    return work.store().list(root);
  }

  StoreCommands.ContentStat stat(Cid root) throws ShoalException, IOException {
    return work.store().stat(root);
  }

  StoreCommands.ContentStat statOrHearsay(Cid root)
      throws ShoalException, IOException, InterruptedException {
    return work.names().stat(root);
  }

  StoreCommands.Verified verify() throws ShoalException, IOException, InterruptedException {
    return verify(Optional.empty());
  }

  StoreCommands.Verified repair(Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return verify(Optional.of(root -> work.runner().intoStore(root, Optional.of(timeout))));
  }

  private StoreCommands.Verified verify(Optional<StoreVerify.Repair> repair)
      throws ShoalException, IOException, InterruptedException {
    return core.maintenance()
        .verify()
        .run(repair, TokenBucket.UNLIMITED, ContentCommands.ProgressListener.SILENT);
  }

  NameCommands.PublishedName publish(NameCommands.PublishRequest request)
      throws ShoalException, IOException, InterruptedException {
    return work.names().publish(request);
  }

  NameCommands.ResolvedName resolve(Reference.SignedName name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return core.names().resolver().resolve(name, timeout);
  }

  /// What other nodes say about a root.
  Optional<NameValue.Target> hearsay(Cid root, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return core.names().resolver().about(root, timeout);
  }

  NameChunks nameChunks() {
    return new StoredNameChunks(core.local(), core.holdings(), core.downloadRunner());
  }

  NamePublisher publisher() {
    return core.names().publisher();
  }

  PublishingKeys publishingKeys() {
    return core.names().keys();
  }

  NameRenewal renewal() {
    return core.names().renewal();
  }

  NodeReports reports() {
    return new NodeReports(core, plugins, id.toString(), "0");
  }

  StatusCommands.NodeStatus status() throws IOException, RetryableException {
    return reports().status();
  }

  VerifyRecord verifyRecord() {
    return core.maintenance().record();
  }

  LocalStore local() {
    return core.local();
  }

  LocalDag dag() {
    return new LocalDag(core.local());
  }

  Optional<byte[]> load(Cid cid) throws IOException, RetryableException {
    return core.local().load(cid);
  }

  Quarantine quarantine() {
    return core.local().quarantine();
  }

  TemporaryPins temporaryPins() {
    return core.local().temporaryPins();
  }

  CollectionLock collectionLock() {
    return core.collectionLock();
  }

  /// Makes it believe that it has checked a chunk.
  void trust(Cid chunk) {
    core.local().verified().add(chunk);
  }

  /// Looks at the files that are served in place, as it does now and then.
  void lookAtFiles() throws InterruptedException {
    core.maintenance().fileChecks().round();
  }

  RootIndex index() {
    return core.index();
  }

  Optional<KeptRoot> kept(Cid root) {
    return core.index().get(root);
  }

  /// Makes it believe that it has a root.
  void keep(KeptRoot root) throws IOException {
    core.holdings().keep(root);
  }

  DownloadJournal journal() {
    return core.journal();
  }

  List<Download> downloads() {
    return core.downloads().all();
  }

  Download download(Cid root) {
    return core.downloads().of(root).orElseThrow();
  }

  List<PausedDownload> paused() {
    return core.downloads().paused();
  }

  PeerBook book() {
    return core.network().book();
  }

  boolean bans(TestNode other) {
    return core.network().book().ban(PeerKey.of(other.id)).isPresent();
  }

  List<PeerConnection> connected() {
    return List.copyOf(core.network().connections().all());
  }

  PeerConnection dial(PeerAddress address) throws ShoalException, InterruptedException {
    return core.network().dialler().connect(address, ChunkServer.NOTHING);
  }

  /// How many connections of peers that may not take part it closed.
  long turnedAway() {
    return core.accessGate().refused();
  }

  /// How many connections still owe a proof.
  int strangersWaiting() {
    return core.accessGate().waiting();
  }

  long sentBytes() {
    return core.uploads().sentBytes();
  }

  boolean hasAnnouncedAll() {
    return core.announcer().waiting() == 0;
  }

  void announceDigest(String sha256) {
    core.holdings().announceDigest(sha256);
  }

  StoreCommands.Collected collect() throws ShoalException, IOException, InterruptedException {
    return core.maintenance().collection().run();
  }

  @Override
  public void close() {
    core.close();
    access.close();
    transport.close();
    pool.close();
  }
}
