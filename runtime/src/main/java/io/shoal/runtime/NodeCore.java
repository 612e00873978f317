package io.shoal.runtime;

import io.shoal.api.ChunkStore;
import io.shoal.api.Discovery;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerId;
import io.shoal.api.ShoalException;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.access.AccessGate;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.connection.DialBack;
import io.shoal.runtime.connection.Dialler;
import io.shoal.runtime.connection.GatedServer;
import io.shoal.runtime.content.ChangedFiles;
import io.shoal.runtime.discovery.AnnounceScope;
import io.shoal.runtime.discovery.Announcer;
import io.shoal.runtime.discovery.DigestLookup;
import io.shoal.runtime.discovery.PeerNetwork;
import io.shoal.runtime.download.DownloadParts;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.download.FetchNotices;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.DataFolder;
import io.shoal.runtime.file.DiskReserve;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.limit.BufferPool;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.limit.StreamMemory;
import io.shoal.runtime.maintenance.FileChecks;
import io.shoal.runtime.maintenance.GarbageCollection;
import io.shoal.runtime.maintenance.IdleDigests;
import io.shoal.runtime.maintenance.Maintenance;
import io.shoal.runtime.maintenance.ScheduledVerify;
import io.shoal.runtime.maintenance.StoreVerify;
import io.shoal.runtime.maintenance.VerifyRecord;
import io.shoal.runtime.naming.NameRenewal;
import io.shoal.runtime.observer.Observers;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerBookFile;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.plugin.PluginScheduler;
import io.shoal.runtime.serving.NodeChunkServer;
import io.shoal.runtime.serving.PeerGossip;
import io.shoal.runtime.serving.RefusingServer;
import io.shoal.runtime.serving.RootNames;
import io.shoal.runtime.serving.UploadCounters;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.LeftBehind;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootIndex;
import io.shoal.runtime.store.SizeRepair;
import io.shoal.runtime.transport.TransportChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the parts of a node in the order in which they need each other, starts and ends them.
final class NodeCore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCore.class);

  /// A crash forgets at most what was learned of peers in this time.
  private static final Duration WRITE_PEERS_EVERY = Duration.ofMinutes(3);

  /// For running downloads to end when the node does.
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  /// The part of the memory budget for arriving chunks; transports and sending have the rest.
  private static final double BUFFER_SHARE = 0.25;

  /// … and for leaves that wait to be written out.
  private static final double STREAM_SHARE = 0.125;

  private final SystemSources sources;
  private final NodeSettings settings;
  private final Access access;
  private final Node.Mode mode;
  private final boolean readOnly;
  private final PluginScheduler timers = new PluginScheduler("runtime");
  private final DownloadJournal journal;
  private final RootIndex index;
  private final PeerBookFile bookFile;
  private final LocalStore local;
  private final LeftBehind leftBehind;
  private final PeerNetwork network;
  private final Downloads downloads;
  private final DownloadRunner downloadRunner;
  private final Announcer announcer;
  private final Holdings holdings;
  private final Housekeeping housekeeping;
  private final PeerGossip gossip;
  private final FetchNotices fetchNotices;
  private final DialBack dialBack;
  private final RootNames rootNames;
  private final DigestLookup digests;
  private final Maintenance maintenance;
  private final NameParts names;
  private final UploadCounters uploads;
  private final NodeChunkServer server;
  private final AccessGate accessGate;
  private final GatedServer gatedServer;
  private final CollectionLock collectionLock = new CollectionLock();
  private final StreamMemory streamMemory;
  private final OwnEndpoints ownEndpoints;
  private final Observers observers;

  NodeCore(
      PeerId self,
      ActivePlugins plugins,
      NodeSettings settings,
      Access access,
      DataFolder dataFolder,
      Node.Mode mode,
      SystemSources sources)
      throws IOException, InvalidConfigException {
    this.sources = sources;
    this.settings = settings;
    this.access = access;
    this.mode = mode;
    this.readOnly = dataFolder.isReadOnly();
    InstantSource clock = sources.clock();
    LongSupplier nanoTime = sources.nanoTime();
    LongSupplier clockMillis = sources.millis();
    NodeSettings.Limits limits = settings.limits();
    streamMemory = new StreamMemory((long) (limits.memoryBytes() * STREAM_SHARE));
    Path folder = PrivateFile.folder(dataFolder.state());
    AtomicFiles.forceNames(folder);
    DiskReserve reserve = new DiskReserve(folder);
    if (!readOnly) {
      reserve.keep();
    }
    journal = new DownloadJournal(folder.resolve("downloads"), reserve, !readOnly);
    journal.forgetEnded();
    index = new RootIndex(folder, reserve);
    ChunkStore store = plugins.store().extension();
    ChunkCheck check = new ChunkCheck(plugins.checking());
    local = new LocalStore(store, plugins.verifier().extension(), check, sources.memoryBytes());
    leftBehind = new LeftBehind(folder, plugins.store().pluginId(), local, index);
    PeerBook book = new PeerBook(clock::millis);
    bookFile = new PeerBookFile(folder.resolve("peers"), book);
    bookFile.load();
    FileCeiling ceiling = FileCeiling.of(limits);
    accessGate = new AccessGate(access, self, clockMillis);
    TransportChoice transports =
        new TransportChoice(
            plugins.transports(), settings.tlsRequired(), settings.plainSchemes(), access);
    Connections connections =
        new Connections(ceiling.connections(), book, transports.traits(), nanoTime);
    Dialler dialler =
        new Dialler(transports.dialable(), self, connections, book, accessGate, nanoTime);
    dialler.explain(transports.reasons());
    Map<String, Discovery> discoveries = plugins.discoveriesById();
    downloads = new Downloads(connections, ceiling.downloads());
    announcer = new Announcer(discoveries, index::withheld);
    ownEndpoints =
        new OwnEndpoints(
            self, transports, settings.plugins(), dialler, announcer, sources.addresses());
    observers = new Observers(plugins.observers());
    holdings =
        new Holdings(
            local,
            index,
            downloads,
            announcer,
            serves() ? settings.announce() : AnnounceScope.NONE,
            observers);
    housekeeping = new Housekeeping(local, journal, reserve, downloads, holdings, connections);
    gossip =
        new PeerGossip(
            holdings.watches(), downloads::candidates, connections, dialler, sources.random());
    fetchNotices = new FetchNotices(downloads, connections);
    dialBack = new DialBack(connections, dialler, clockMillis);
    rootNames =
        new RootNames(
            root -> serves() ? holdings.sharedName(root) : Optional.empty(), downloads::named);
    uploads = new UploadCounters(book, nanoTime);
    server =
        new NodeChunkServer(
            store,
            local.quarantine(),
            connections,
            holdings.watches(),
            new FairRateLimiter(
                limits.uploadBytesPerSecond(), limits.uploadPerPeerBytesPerSecond(), nanoTime),
            uploads,
            nanoTime,
            new PeerMessages(
                book, downloads, gossip, fetchNotices, dialBack, rootNames, this::digests));
    gatedServer =
        new GatedServer(serves() ? server : new RefusingServer(server), accessGate, connections);
    network = new PeerNetwork(connections, dialler, book, gatedServer, discoveries, nanoTime);
    digests = new DigestLookup(network, store, index);
    DownloadParts downloadParts =
        new DownloadParts(
            local,
            network,
            holdings.watches(),
            new BufferPool((long) (limits.memoryBytes() * BUFFER_SHARE)),
            new FairRateLimiter(
                limits.downloadBytesPerSecond(), limits.downloadPerPeerBytesPerSecond(), nanoTime),
            journal);
    downloadRunner = new DownloadRunner(downloadParts, downloads, holdings, sources.random());
    VerifyRecord verifyRecord = new VerifyRecord(folder, clock);
    ChangedFiles changed = new ChangedFiles(local, index);
    StoreVerify verify = new StoreVerify(local, index, verifyRecord, changed, nanoTime);
    maintenance =
        new Maintenance(
            verify,
            new ScheduledVerify(local, verify, verifyRecord, settings.verify(), clock, nanoTime),
            new FileChecks(
                local,
                index,
                changed,
                (root, provided) -> holdings.provide(root, provided && !leftBehind.contains(root)),
                settings.verify().bytesPerSecond(),
                nanoTime),
            new GarbageCollection(
                local,
                index,
                journal,
                collectionLock,
                changed,
                // Chunks that another store has are not gone.
                roots -> holdings.releaseAll(leftBehind.without(roots))),
            new IdleDigests(
                local,
                index,
                this::idle,
                settings.digests().bytesPerSecond(),
                holdings::announceDigest));
    names =
        NameParts.of(
            dataFolder.path(),
            folder,
            access,
            discoveries,
            new StoredNameChunks(local, holdings, downloadRunner),
            sources);
  }

  boolean serves() {
    return mode == Node.Mode.SERVE || mode == Node.Mode.FETCH;
  }

  /// Listens, announces what is here and begins the work that repeats.
  void start() throws ShoalException, InterruptedException {
    new SizeRepair(local, index).run();
    if (access instanceof Access.Secret) {
      timers.every(Duration.ofMillis(AccessGate.TICK_MILLIS), gatedServer::tick);
    }
    if (serves()) {
      holdings.withhold(leftBehind.roots());
      ownEndpoints.open(gatedServer);
      Thread.ofVirtual()
          .name("announce-all")
          .start(() -> holdings.announceBut(maintenance.fileChecks().lost()));
      timers.every(Duration.ofMillis(PeerGossip.EVERY_MILLIS), gossip::round);
      timers.every(Duration.ofMillis(PeerGossip.EVERY_MILLIS), fetchNotices::round);
      timers.every(Duration.ofMillis(DialBack.EVERY_MILLIS), dialBack::round);
    } else {
      ownEndpoints.none();
    }
    if (mode == Node.Mode.SERVE) {
      timers.after(Duration.ZERO, names.renewal()::round);
      timers.every(NameRenewal.ROUND_EVERY, names.renewal()::round);
      maintenance.start(settings.digests().whenIdle());
    }
    timers.every(Duration.ofMillis(PeerGossip.EVERY_MILLIS), rootNames::round);
    timers.every(Housekeeping.EVERY, housekeeping::round);
    timers.every(WRITE_PEERS_EVERY, bookFile::saveIfChanged);
  }

  private boolean idle() {
    return downloads.all().isEmpty() && server.running() == 0 && !collectionLock.busy();
  }

  LocalStore local() {
    return local;
  }

  LeftBehind leftBehind() {
    return leftBehind;
  }

  PeerNetwork network() {
    return network;
  }

  SystemSources sources() {
    return sources;
  }

  Holdings holdings() {
    return holdings;
  }

  RootIndex index() {
    return index;
  }

  DownloadJournal journal() {
    return journal;
  }

  Downloads downloads() {
    return downloads;
  }

  DownloadRunner downloadRunner() {
    return downloadRunner;
  }

  DialBack dialBack() {
    return dialBack;
  }

  DigestLookup digests() {
    return digests;
  }

  Maintenance maintenance() {
    return maintenance;
  }

  StreamMemory streamMemory() {
    return streamMemory;
  }

  NameParts names() {
    return names;
  }

  CollectionLock collectionLock() {
    return collectionLock;
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

  OwnEndpoints endpoints() {
    return ownEndpoints;
  }

  Observers observers() {
    return observers;
  }

  Node.Mode mode() {
    return mode;
  }

  @Override
  public void close() {
    ownEndpoints.close();
    maintenance.close();
    downloads.close();
    long deadline = sources.nanoTime().getAsLong() + CLOSE_WITHIN.toNanos();
    while ((!downloads.all().isEmpty() || downloadRunner.isBusy())
        && sources.nanoTime().getAsLong() < deadline) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    observers.close();
    announcer.close();
    timers.close();
    network.connections().close();
    bookFile.saveIfChanged();
    if (!readOnly && (mode == Node.Mode.SERVE || mode == Node.Mode.OFFLINE)) {
      // A command that only fetched has made durable what was asked for; its user does not wait for
      // the rest, and the store loses none of it by being closed.
      housekeeping.sync();
    }
    try {
      index.close();
    } catch (IOException e) {
      LOG.warn("the index of roots was not closed: {}", e.getMessage());
    }
  }
}
