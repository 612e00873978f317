package io.shoal.runtime;

import io.shoal.api.PeerAddress;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.command.FolderInUseException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.control.ControlServer;
import io.shoal.runtime.file.DataFolder;
import io.shoal.runtime.file.DataFolderLock;
import io.shoal.runtime.file.HeldFolder;
import io.shoal.runtime.file.SystemPath;
import io.shoal.runtime.identity.HostIdentity;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.limit.BulkPool;
import io.shoal.runtime.plugin.ActivePlugins;
import io.shoal.runtime.plugin.MetricsRegistry;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.PluginServices;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.PluginPlaces;
import io.shoal.runtime.plugin.node.NodeHandle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node in this process: all that the `shoal` program does, as a library.
///
/// ```java
/// try (Node node = Node.builder().dataFolder(data).pluginFolders(List.of(plugins)).start()) {
///   node.get(request, ContentCommands.ProgressListener.SILENT);
/// }
/// ```
///
/// The runtime must be on the module path, since every plugin gets a module layer of its own. Only
/// one node uses a data folder at a time. Longer than other classes since each command has a method
/// here.
public final class Node implements NodeCommands {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  /// The purpose of a node.
  public enum Mode {
    /// It serves and announces until it is closed, and can be controlled by other processes.
    SERVE,
    /// It fetches something, and serves what it has meanwhile.
    FETCH,
    /// It fetches something, and serves nothing.
    FETCH_ONLY,
    /// It works on the store and connects to no peer.
    OFFLINE
  }

  private final HeldFolder held;
  private final BulkPool bulkPool;
  private final PluginHost plugins;
  private final NodeHandle handle;
  private final NodeCore core;
  private final NodeWork work;
  private final NodeReports reports;
  private final MetricsRegistry metrics;
  private final AtomicBoolean closed = new AtomicBoolean();
  private Optional<ControlServer> control = Optional.empty();

  private Node(
      HeldFolder held,
      BulkPool bulkPool,
      PluginHost plugins,
      NodeHandle handle,
      NodeCore core,
      NodeWork work,
      NodeReports reports,
      MetricsRegistry metrics) {
    this.held = held;
    this.bulkPool = bulkPool;
    this.plugins = plugins;
    this.handle = handle;
    this.core = core;
    this.work = work;
    this.reports = reports;
    this.metrics = metrics;
  }

  /// Whether no node ever used a folder, or it is not there: its key is missing.
  public static boolean isWithoutData(Path dataFolder) {
    return Files.notExists(HostKey.file(dataFolder));
  }

  /// Begins to describe a node.
  public static Builder builder() {
    return new Builder();
  }

  /// Describes a node. Used by one thread.
  public static final class Builder {
    private Optional<Path> dataFolder = Optional.empty();
    private List<Path> pluginFolders = List.of();
    private List<Path> mistakenFolders = List.of();
    private Optional<Path> pluginLock = Optional.empty();
    private Configuration configuration = Configuration.defaults();
    private Mode mode = Mode.SERVE;
    private String version = "0";

    private Builder() {}

    /// Where the node keeps its key, its plugins' files and its state; made if it is missing. Where
    /// it cannot be written to, a node that does not serve still reads and fetches, and changes
    /// nothing in it.
    public Builder dataFolder(Path folder) {
      dataFolder = Optional.of(folder);
      return this;
    }

    /// The folders with plugins.
    public Builder pluginFolders(List<Path> folders) {
      pluginFolders = List.copyOf(folders);
      return this;
    }

    /// Folders in which users put plugins by mistake, besides the data folder: these are named
    /// among the plugins, and not loaded.
    public Builder mistakenFolders(List<Path> folders) {
      mistakenFolders = List.copyOf(folders);
      return this;
    }

    /// The file that records which plugins were installed, with their digests; see `plugins.policy`
    /// in the configuration. It need not be there.
    public Builder pluginLock(Path file) {
      pluginLock = Optional.of(file);
      return this;
    }

    /// The node's settings; the defaults if this is not called.
    public Builder configuration(Configuration configuration) {
      this.configuration = configuration;
      return this;
    }

    /// The node's purpose; [Mode#SERVE] if this is not called.
    public Builder mode(Mode mode) {
      this.mode = mode;
      return this;
    }

    /// The version of the program around the node, as `status` shows it.
    public Builder version(String version) {
      this.version = version;
      return this;
    }

    /// Starts the node; it is ready when this returns.
    ///
    /// @throws UserFaultException the data folder is in use ([FolderInUseException]) or cannot be
    ///   written to, a setting is wrong, a port is taken, a plugin cannot be used: the message says
    ///   what to do
    public Node start() throws ShoalException, IOException, InterruptedException {
      if (dataFolder.isEmpty()) {
        throw new UserFaultException("no data folder was given: call dataFolder");
      }
      Path data = SystemPath.of(dataFolder.get());
      List<AutoCloseable> opened = new ArrayList<>();
      boolean ready = false;
      try {
        Node node = open(data, opened);
        opened.add(node.core);
        node.begin(configuration.settings(), data, mode);
        ready = true;
        return node;
      } catch (DataFolderLock.InUseException e) {
        throw new FolderInUseException(String.valueOf(e.getMessage()), e);
      } finally {
        if (!ready) {
          opened.reversed().forEach(Node::closeQuietly);
        }
      }
    }

    /// The plugins of a node that does not start since one of them cannot be used, with the
    /// reasons. Empty if it starts, or if something else is in the way.
    public List<PluginEntry> pluginsOfFailedStart()
        throws ShoalException, IOException, InterruptedException {
      Path data = SystemPath.of(dataFolder.orElseThrow());
      List<AutoCloseable> opened = new ArrayList<>();
      try {
        opened.add(open(data, opened).core);
        return List.of();
      } catch (UserFaultException e) {
        return opened.stream()
            .flatMap(
                part -> part instanceof PluginHost host ? host.reports().stream() : Stream.empty())
            .map(NodeReports::entry)
            .toList();
      } finally {
        opened.reversed().forEach(Node::closeQuietly);
      }
    }

    private Node open(Path data, List<AutoCloseable> opened)
        throws ShoalException, IOException, InterruptedException {
      NodeSettings settings = configuration.settings();
      Access access = settings.access().resolve(settings.tlsRequired());
      HeldFolder held = HeldFolder.take(data);
      opened.add(held);
      DataFolder folder = held.folder();
      if (mode == Mode.SERVE || isWithoutData(data)) {
        folder.requireWritable();
      }
      SystemSources sources = SystemSources.ofMachine();
      HostKey key = HostKey.loadOrCreate(HostKey.file(data), sources.random());
      HostIdentity identity = new HostIdentity(key, sources.clock(), sources.random());
      if (mode != Mode.OFFLINE && settings.tlsRequired()) {
        identity.prepareTls();
      }
      int cores = Runtime.getRuntime().availableProcessors();
      BulkPool bulkPool = new BulkPool(cores);
      opened.add(bulkPool);
      MetricsRegistry metrics = new MetricsRegistry();
      NodeHandle handle = new NodeHandle();
      opened.add(handle);
      PluginServices services =
          new PluginServices(
              folder,
              identity,
              access.swarmSecret(),
              sources.clock(),
              sources.nanoTime(),
              metrics,
              bulkPool,
              handle);
      PluginHost plugins =
          PluginHost.open(
              new PluginPlaces(
                  pluginFolders,
                  Stream.concat(Stream.of(services.pluginsData()), mistakenFolders.stream())
                      .toList(),
                  pluginLock),
              services.unpackedPlugins(),
              // A node that stays sees its plugins replaced by newer ones.
              mode == Mode.SERVE,
              settings.plugins(),
              settings.active(),
              configuration::plugin);
      opened.add(plugins);
      ActivePlugins active = plugins.start(services, ExtensionKind.needed(mode != Mode.OFFLINE));
      NodeCore core = new NodeCore(key.peerId(), active, settings, access, folder, mode, sources);
      new NodeMetrics(core).register(metrics.of("node"));
      NodeWork work = NodeWork.of(core, data, bulkPool, cores);
      NodeReports reports = new NodeReports(core, active, key.peerId().toString(), version);
      return new Node(held, bulkPool, plugins, handle, core, work, reports, metrics);
    }
  }

  private void begin(NodeSettings settings, Path data, Mode mode)
      throws ShoalException, IOException, InterruptedException {
    core.start();
    plugins.warnOfProblems();
    core.endpoints().failures().forEach(plugins::failed);
    if (mode == Mode.SERVE && settings.control().enabled()) {
      control =
          Optional.of(
              ControlServer.start(
                  this,
                  () -> NodeMetrics.text(metrics),
                  settings.control().address(),
                  data,
                  core.sources().nanoTime(),
                  core.sources().random()));
    }
    handle.ready(work.forPlugins(core));
    core.observers().ready();
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("closing {} failed: {}", part.getClass().getSimpleName(), e.getMessage());
      LOG.debug("closing failed", e);
    }
  }

  /// What is promised to last must not be written to a copy that goes with this process.
  private void requireLasting() throws UserFaultException {
    held.folder().requireWritable();
  }

  @Override
  public void add(
      AddRequest request,
      ProgressListener progress,
      Consumer<Added> each,
      Consumer<NotAdded> failed)
      throws ShoalException, IOException, InterruptedException {
    requireLasting();
    work.adds().add(request, progress, each, failed);
  }

  @Override
  public TakenOver takeOver(Path folder, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    requireLasting();
    return work.adds().takeOver(folder, progress);
  }

  @Override
  public Fetched get(GetRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    if (request.keep()) {
      requireLasting();
    }
    return work.gets().get(request, progress);
  }

  @Override
  public void find(Reference reference, Duration timeout, Consumer<FoundProvider> each)
      throws ShoalException, IOException, InterruptedException {
    work.resolver().findProviders(reference, timeout, each);
  }

  @Override
  public List<RootEntry> roots() throws IOException {
    return work.store().roots();
  }

  @Override
  public List<FolderEntry> list(Reference reference)
      throws ShoalException, IOException, InterruptedException {
    return work.store().list(work.resolver().resolveHere(reference));
  }

  @Override
  public ContentStat stat(Reference reference)
      throws ShoalException, IOException, InterruptedException {
    return work.names().stat(work.resolver().resolveHere(reference));
  }

  @Override
  public void cat(Reference reference, List<PeerAddress> peers, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    work.cats().cat(reference, peers, timeout, out);
  }

  @Override
  public void pin(Reference reference) throws ShoalException, IOException, InterruptedException {
    requireLasting();
    work.store().pin(work.resolver().resolveHere(reference));
  }

  @Override
  public void unpin(Reference reference) throws ShoalException, IOException, InterruptedException {
    requireLasting();
    work.store().unpin(work.resolver().resolveHere(reference));
  }

  @Override
  public Shared share(Reference reference, Sharing sharing)
      throws ShoalException, IOException, InterruptedException {
    requireLasting();
    return work.store().share(work.resolver().resolveHere(reference), sharing);
  }

  @Override
  public Collected gc() throws ShoalException, IOException, InterruptedException {
    requireLasting();
    return core.maintenance().collection().run();
  }

  @Override
  public Verified verify(VerifyRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    if (request.repair()) {
      requireLasting();
    }
    return work.verify(core.maintenance().verify(), request, progress);
  }

  @Override
  public PublishedName publish(PublishRequest request)
      throws ShoalException, IOException, InterruptedException {
    requireLasting();
    return work.names().publish(request);
  }

  @Override
  public PublishedName withdraw(String name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    requireLasting();
    return core.names().publisher().withdraw(name, timeout);
  }

  @Override
  public List<PublishedName> published() throws IOException, RetryableException {
    return core.names().publisher().published();
  }

  @Override
  public ResolvedName resolve(Reference.SignedName name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return core.names().resolver().resolve(name, timeout);
  }

  @Override
  public PublishingKey publishingKey() throws ShoalException, IOException {
    if (!core.names().keys().areThere()) {
      requireLasting();
    }
    return work.names().key(core.names().keys().current(), Optional.empty());
  }

  @Override
  public PublishingKey exportKey(Path file) throws ShoalException, IOException {
    if (!core.names().keys().areThere()) {
      requireLasting();
    }
    return work.names().key(core.names().keys().export(file), Optional.of(file));
  }

  @Override
  public PublishingKey importKey(Path file) throws ShoalException, IOException {
    requireLasting();
    return work.names().key(core.names().keys().importFrom(file), Optional.of(file));
  }

  @Override
  public PublishingKey rotateKey(Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    requireLasting();
    return core.names().publisher().rotate(timeout);
  }

  @Override
  public NodeStatus status() throws IOException, RetryableException {
    return reports.status();
  }

  @Override
  public List<PeerEntry> peers() {
    return reports.peers();
  }

  @Override
  public List<PluginEntry> plugins() {
    return Stream.concat(plugins.reports().stream(), plugins.news().stream())
        .map(NodeReports::entry)
        .toList();
  }

  @Override
  public List<InspectionEntry> inspections() {
    return reports.inspections().entries();
  }

  @Override
  public void inspect(InspectRequest request, Consumer<InspectionLine> each)
      throws ShoalException, InterruptedException {
    reports.inspections().ask(request, each);
  }

  /// Ends the node: running downloads stop and can be continued later; everything that was added is
  /// durable. Takes at most some seconds.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      control.ifPresent(Node::closeQuietly);
      List.of(core, handle, plugins, bulkPool, held).forEach(Node::closeQuietly);
    }
  }
}
