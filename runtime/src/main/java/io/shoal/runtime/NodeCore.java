package io.shoal.runtime;

import io.shoal.api.Availability;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.Verifier;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.access.AccessGate;
import io.shoal.runtime.access.AccessProof;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.connection.DialBack;
import io.shoal.runtime.connection.FetchNotice;
import io.shoal.runtime.connection.GatedServer;
import io.shoal.runtime.connection.PeerExchange;
import io.shoal.runtime.discovery.AnnounceScope;
import io.shoal.runtime.discovery.Announcements;
import io.shoal.runtime.discovery.Announcer;
import io.shoal.runtime.discovery.DigestLookup;
import io.shoal.runtime.discovery.PeerNetwork;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.DownloadParts;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.download.FetchNotices;
import io.shoal.runtime.download.StreamMemory;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.limit.BufferPool;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.maintenance.GarbageCollection;
import io.shoal.runtime.maintenance.IdleDigests;
import io.shoal.runtime.maintenance.ScheduledVerify;
import io.shoal.runtime.maintenance.StoreVerify;
import io.shoal.runtime.maintenance.VerifyRecord;
import io.shoal.runtime.naming.NameChunks;
import io.shoal.runtime.naming.NamePublisher;
import io.shoal.runtime.naming.NameRenewal;
import io.shoal.runtime.naming.NameResolver;
import io.shoal.runtime.naming.NameStore;
import io.shoal.runtime.naming.PublicationStates;
import io.shoal.runtime.naming.PublishingKeys;
import io.shoal.runtime.naming.RecordSeal;
import io.shoal.runtime.naming.SignedRecordClient;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerBookFile;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.plugin.PluginScheduler;
import io.shoal.runtime.serving.AvailabilityWatches;
import io.shoal.runtime.serving.NodeChunkServer;
import io.shoal.runtime.serving.PeerGossip;
import io.shoal.runtime.serving.RefusingServer;
import io.shoal.runtime.serving.UploadCounters;
import io.shoal.runtime.store.AdoptedFiles;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.Quarantine;
import io.shoal.runtime.store.RootIndex;
import io.shoal.runtime.store.TemporaryPins;
import io.shoal.runtime.store.VerifiedChunks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The parts of a node that work together once its plugins run: wires them, listens, answers peers
/// and keeps house.
final class NodeCore implements AutoCloseable, NodeChunkServer.Events {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCore.class);

  private static final Duration SWEEP_EVERY = Duration.ofSeconds(20);

  /// What a crash may forget of peers is what was learned in this time.
  private static final Duration WRITE_PEERS_EVERY = Duration.ofMinutes(3);

  /// Of the memory budget, what buffers for arriving chunks may take; the rest is for what
  /// transports hold and for sending.
  private static final double BUFFER_SHARE = 0.25;

  /// … and what leaves may take that wait to be written out.
  private static final double STREAM_SHARE = 0.125;

  private final NodeSettings settings;
  private final Access access;
  private final Node.Mode mode;
  private final Map<Transport, Set<String>> schemes = new LinkedHashMap<>();
  private final PluginScheduler timers = new PluginScheduler("runtime");
  private final DownloadJournal journal;
  private final RootIndex index;
  private final PeerBookFile bookFile;
  private final LocalStore local;
  private final PeerNetwork network;
  private final AvailabilityWatches watches;
  private final DownloadParts downloadParts;
  private final Downloads downloads;
  private final Announcer announcer;
  private final Announcements announcements;
  private final PeerGossip gossip;
  private final FetchNotices fetchNotices;
  private final DialBack dialBack;
  private final DigestLookup digests;
  private final IdleDigests idleDigests;
  private final VerifyRecord verifyRecord;
  private final StoreVerify verify;
  private final GarbageCollection collection;
  private final ScheduledVerify scheduledVerify;
  private final NameResolver names;
  private final NamePublisher publisher;
  private final NameRenewal renewal;
  private final PublishingKeys publishingKeys;
  private final UploadCounters uploads;
  private final NodeChunkServer server;
  private final AccessGate accessGate;
  private final GatedServer gatedServer;
  private final CollectionLock gate = new CollectionLock();
  private final StreamMemory streamMemory;
  private volatile List<PeerAddress> endpoints = List.of();
  private final AtomicBoolean syncing = new AtomicBoolean();
  private volatile Set<Cid> unservable = Set.of();

  NodeCore(
      PeerId self,
      ActivePlugins plugins,
      NodeSettings settings,
      Access access,
      Path dataFolder,
      Node.Mode mode)
      throws IOException, InvalidConfigException {
    this.settings = settings;
    this.access = access;
    this.mode = mode;
    streamMemory = new StreamMemory((long) (settings.limits().memoryBytes() * STREAM_SHARE));
    Path folder = PrivateFile.folder(dataFolder.resolve("runtime"));
    AtomicFiles.forceNames(folder);
    journal = new DownloadJournal(folder.resolve("downloads"));
    journal.forgetEnded();
    index = new RootIndex(folder);
    ChunkStore store = plugins.store().extension();
    List<Verifier> verifiers = new ArrayList<>();
    plugins.verifiers().values().forEach(active -> verifiers.add(active.extension()));
    ChunkCheck check = new ChunkCheck(verifiers);
    PeerBook book = new PeerBook(System::currentTimeMillis);
    bookFile = new PeerBookFile(folder.resolve("peers"), book);
    bookFile.load();
    FileCeiling ceiling = FileCeiling.of(settings.limits());
    LongSupplier clockMillis = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    accessGate = new AccessGate(access, self, clockMillis);
    Connections connections =
        new Connections(dialable(plugins), ceiling.connections(), self, book, accessGate);
    Map<String, Discovery> discoveries = new LinkedHashMap<>();
    plugins.discoveries().forEach(active -> discoveries.put(active.pluginId(), active.extension()));
    VerifiedChunks verified = new VerifiedChunks();
    watches = new AvailabilityWatches(this::holdings);
    uploads = new UploadCounters(book);
    Quarantine quarantine = new Quarantine(store, check, verified);
    server =
        new NodeChunkServer(
            store, quarantine, connections, watches, uploadMeter(settings), uploads, this);
    gatedServer =
        new GatedServer(serves() ? server : new RefusingServer(server), accessGate, connections);
    local =
        new LocalStore(
            store,
            plugins.verifier().extension(),
            check,
            verified,
            quarantine,
            new TemporaryPins());
    network = new PeerNetwork(connections, book, gatedServer, discoveries);
    downloadParts =
        new DownloadParts(
            local,
            network,
            watches,
            new BufferPool((long) (settings.limits().memoryBytes() * BUFFER_SHARE)),
            downloadMeter(settings),
            journal);
    downloads = new Downloads(connections, ceiling.downloads());
    announcer = new Announcer(discoveries, index::withheld);
    announcements =
        new Announcements(
            announcer,
            index,
            new LocalDag(local),
            serves() ? settings.announce() : AnnounceScope.NONE,
            root -> !unservable.contains(root));
    gossip = new PeerGossip(watches, downloads::candidates, connections);
    fetchNotices = new FetchNotices(downloads, connections);
    dialBack = new DialBack(connections, clockMillis);
    digests = new DigestLookup(network, store, index);
    idleDigests =
        new IdleDigests(
            local, index, this::idle, settings.digests().bytesPerSecond(), this::announceDigest);
    InstantSource clock = InstantSource.system();
    verifyRecord = new VerifyRecord(folder, clock);
    verify = new StoreVerify(local, index, verifyRecord);
    collection = new GarbageCollection(local, index, journal, gate);
    scheduledVerify = new ScheduledVerify(local, verify, verifyRecord, settings.verify(), clock);
    RecordSeal seal = RecordSeal.of(access.swarmSecret());
    SignedRecordClient records = new SignedRecordClient(discoveries, seal);
    NameStore nameFiles = new NameStore(folder, seal);
    NameChunks chunks = new StoredNameChunks(this);
    PublicationStates standings = new PublicationStates(System::nanoTime);
    publishingKeys = new PublishingKeys(dataFolder, new SecureRandom());
    names = new NameResolver(records, nameFiles, chunks, clock);
    publisher = new NamePublisher(records, nameFiles, chunks, publishingKeys, standings, clock);
    renewal = new NameRenewal(records, nameFiles, publisher, standings, clock, System::nanoTime);
  }

  private static FairRateLimiter uploadMeter(NodeSettings settings) {
    return new FairRateLimiter(
        settings.limits().uploadBytesPerSecond(),
        settings.limits().uploadPerPeerBytesPerSecond(),
        System::nanoTime);
  }

  private static FairRateLimiter downloadMeter(NodeSettings settings) {
    return new FairRateLimiter(
        settings.limits().downloadBytesPerSecond(),
        settings.limits().downloadPerPeerBytesPerSecond(),
        System::nanoTime);
  }

  /// With TLS required only schemes that encrypt or stay on this machine are used; without, those
  /// that do not, so that a transport never speaks both. Where not everybody may take part, only
  /// those that encrypt: no other proves anything.
  private Map<String, Transport> dialable(ActivePlugins plugins) throws InvalidConfigException {
    boolean open = access instanceof Access.Open;
    Scheme.Protection network =
        settings.tlsRequired() ? Scheme.Protection.ENCRYPTED : Scheme.Protection.PLAIN;
    Map<String, Transport> dialable = new LinkedHashMap<>();
    for (ActivePlugins.Active<Transport> active : plugins.transports()) {
      Set<String> usable = new HashSet<>();
      for (Scheme scheme : active.extension().schemes()) {
        if (scheme.protection() == network
            || (open && scheme.protection() == Scheme.Protection.LOCAL)) {
          usable.add(scheme.name());
          dialable.put(scheme.name(), active.extension());
        }
      }
      schemes.put(active.extension(), usable);
    }
    if (!open && !plugins.transports().isEmpty() && dialable.isEmpty()) {
      throw new InvalidConfigException(
          "access is "
              + access.word()
              + " and no active transport encrypts, so that nobody could prove who they are: name"
              + " one that does in active.transport, or set access: open");
    }
    return dialable;
  }

  private boolean serves() {
    return mode == Node.Mode.SERVE || mode == Node.Mode.FETCH;
  }

  /// Listens and tells others what is here.
  void start() throws ShoalException, InterruptedException {
    if (access instanceof Access.Secret) {
      timers.every(Duration.ofMillis(AccessGate.TICK_MILLIS), gatedServer::tick);
    }
    if (serves()) {
      List<PeerAddress> listening = new ArrayList<>();
      for (Map.Entry<Transport, Set<String>> transport : schemes.entrySet()) {
        if (!transport.getValue().isEmpty()) {
          listening.addAll(transport.getKey().listen(transport.getValue(), gatedServer));
        }
      }
      endpoints = List.copyOf(listening);
      network.connections().ownEndpoints(endpoints);
      announcer.start(endpoints);
      Thread.ofVirtual().name("announce-all").start(announcements::announceAll);
      timers.every(Duration.ofMillis(PeerGossip.EVERY_MILLIS), gossip::round);
      timers.every(Duration.ofMillis(PeerGossip.EVERY_MILLIS), fetchNotices::round);
      timers.every(Duration.ofMillis(DialBack.EVERY_MILLIS), dialBack::round);
      if (mode == Node.Mode.SERVE) {
        timers.after(Duration.ZERO, renewal::round);
        timers.every(NameRenewal.ROUND_EVERY, renewal::round);
      }
    }
    if (mode == Node.Mode.SERVE && settings.digests().whenIdle()) {
      idleDigests.start();
    }
    if (mode == Node.Mode.SERVE) {
      scheduledVerify.start();
    }
    timers.every(SWEEP_EVERY, this::keepHouse);
    timers.every(WRITE_PEERS_EVERY, bookFile::saveIfChanged);
  }

  private boolean idle() {
    return downloads.all().isEmpty() && server.running() == 0 && !gate.busy();
  }

  private void keepHouse() {
    Set<PeerConnection> watching = new HashSet<>();
    watches.roots().forEach(root -> watching.addAll(watches.peers(root)));
    network.connections().sweep(watching::contains);
    checkAdopted();
    if (downloads.all().isEmpty()) {
      syncBehind();
    }
  }

  /// What a download without `--sync` left to the system is made durable soon after all, so that a
  /// crash does not cost its claims. One that runs has its own checkpoints: to force its part more
  /// often costs it more than a crash would. On a thread of its own: a disk takes its time.
  private void syncBehind() {
    if (syncing.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("sync-behind")
          .start(
              () -> {
                try {
                  bringToDisk();
                } finally {
                  syncing.set(false);
                }
              });
    }
  }

  private void bringToDisk() {
    try {
      local.store().sync();
      journal.sweep();
    } catch (IOException e) {
      LOG.warn("what was stored last may not survive a power loss: {}", e.getMessage());
    }
  }

  /// Looks whether adopted files are still what they were: what changed is provided no longer.
  void checkAdopted() {
    Set<Cid> gone = new HashSet<>();
    for (KeptRoot root : index.all()) {
      if (root.path().isPresent() && !root.pinned() && !new AdoptedFiles(local).intact(root)) {
        gone.add(root.cid());
      }
    }
    Set<Cid> before = unservable;
    unservable = Set.copyOf(gone);
    for (Cid root : gone) {
      if (!before.contains(root)) {
        LOG.info("{} changed or moved: it is provided no longer", root);
        announcements.withdraw(root, index.get(root).flatMap(KeptRoot::sha256));
        watches.changed(root);
      }
    }
    before.stream().filter(root -> !gone.contains(root)).forEach(this::announce);
  }

  Set<Cid> unservable() {
    return unservable;
  }

  /// A root is here now, wholly or in part.
  public void announce(Cid root) {
    announcements.announce(root);
  }

  void announceDigest(String sha256) {
    announcements.announceDigest(sha256);
  }

  /// Sets the sharing rule of a root, and tells of it or takes that back at once.
  void share(Cid root, NodeCommands.Sharing sharing) throws IOException {
    index.setPrivate(root, sharing == NodeCommands.Sharing.PRIVATE);
    Optional<KeptRoot> kept = index.get(root);
    if (sharing == NodeCommands.Sharing.PRIVATE) {
      announcements.withdraw(root, kept.flatMap(KeptRoot::sha256));
    } else if (kept.isPresent() || downloads.of(root).isPresent()) {
      announcements.announce(root);
    }
  }

  NodeCommands.Sharing sharing(Cid root) {
    return index.isPrivate(root) ? NodeCommands.Sharing.PRIVATE : NodeCommands.Sharing.PUBLIC;
  }

  /// A root is let go: others are told of it no longer.
  public void letGo(Cid root) throws IOException {
    Optional<String> sha256 = index.get(root).flatMap(KeptRoot::sha256);
    index.remove(root);
    announcements.withdraw(root, sha256);
    watches.changed(root);
  }

  /// What this node has of a root now. Called under a lock.
  private Availability holdings(Cid root) {
    if (index.get(root).isPresent() && !unservable.contains(root)) {
      return new Availability.Complete();
    }
    return downloads.of(root).map(Download::availability).orElse(singleChunk(root));
  }

  private Availability singleChunk(Cid root) {
    try {
      return root.codec() == Cid.RAW && local.store().contains(root)
          ? new Availability.Complete()
          : new Availability.Unknown();
    } catch (IOException e) {
      return new Availability.Unknown();
    }
  }

  @Override
  public void connected(PeerConnection connection) {
    network.book().connected(connection.remote(), -1);
    dialBack.connected(connection);
  }

  @Override
  public void disconnected(PeerConnection connection) {
    downloads.lost(connection);
  }

  @Override
  public void watched(PeerConnection from, Cid root) {
    downloads.takesPart(root, from);
    gossip.entered(from, root);
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    switch (type) {
      case PeerExchange.TYPE -> gossip.heard(from, bytes);
      case FetchNotice.TYPE -> fetchNotices.heard(from, bytes);
      case DigestLookup.QUESTION -> digests.asked(from, bytes);
      case DigestLookup.ANSWER -> digests.answered(from, bytes);
      case DialBack.QUESTION -> dialBack.asked(from);
      case DialBack.ANSWER -> dialBack.answered(from, bytes);
      case AccessProof.TYPE ->
          LOG.debug("{} shows that it has a secret, which is not asked for", PeerKey.of(from));
      default -> LOG.debug("{} sent a message of the unknown type {}", PeerKey.of(from), type);
    }
  }

  LocalStore local() {
    return local;
  }

  PeerNetwork network() {
    return network;
  }

  AvailabilityWatches watches() {
    return watches;
  }

  DownloadParts downloadParts() {
    return downloadParts;
  }

  public RootIndex index() {
    return index;
  }

  public DownloadJournal journal() {
    return journal;
  }

  public Downloads downloads() {
    return downloads;
  }

  DialBack dialBack() {
    return dialBack;
  }

  DigestLookup digests() {
    return digests;
  }

  StoreVerify verify() {
    return verify;
  }

  GarbageCollection collection() {
    return collection;
  }

  VerifyRecord verifyRecord() {
    return verifyRecord;
  }

  ScheduledVerify scheduledVerify() {
    return scheduledVerify;
  }

  StreamMemory streamMemory() {
    return streamMemory;
  }

  NameResolver names() {
    return names;
  }

  NamePublisher publisher() {
    return publisher;
  }

  NameRenewal renewal() {
    return renewal;
  }

  PublishingKeys publishingKeys() {
    return publishingKeys;
  }

  CollectionLock gate() {
    return gate;
  }

  UploadCounters uploads() {
    return uploads;
  }

  AccessGate accessGate() {
    return accessGate;
  }

  NodeChunkServer server() {
    return server;
  }

  Announcer announcer() {
    return announcer;
  }

  List<PeerAddress> endpoints() {
    return endpoints;
  }

  Node.Mode mode() {
    return mode;
  }

  @Override
  public void close() {
    idleDigests.close();
    scheduledVerify.close();
    downloads.close();
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (!downloads.all().isEmpty() && System.nanoTime() < deadline) {
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    announcer.close();
    timers.close();
    network.connections().close();
    bookFile.saveIfChanged();
    if (mode == Node.Mode.SERVE || mode == Node.Mode.OFFLINE) {
      // A command that only fetched has made durable what was asked for; its user does not wait for
      // the rest, and the store loses none of it by being closed.
      bringToDisk();
    }
    try {
      index.close();
    } catch (IOException e) {
      LOG.warn("the index of roots was not closed: {}", e.getMessage());
    }
  }
}
