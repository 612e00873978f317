package io.shoal.runtime;

import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.control.ControlClient;
import io.shoal.runtime.control.ControlFile;
import io.shoal.runtime.control.ControlRequests;
import io.shoal.runtime.file.DataFolderLock;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The node that another process on this machine runs, through its control API.
public final class RemoteNode implements NodeCommands {

  private final ControlFile file;
  private final ControlClient client;

  private RemoteNode(ControlFile file) {
    this.file = file;
    this.client = new ControlClient(file, System::nanoTime);
  }

  /// The node that runs on a data folder.
  ///
  /// @return empty if none does
  /// @throws IOException `control.json` is there and cannot be read
  public static Optional<RemoteNode> of(Path dataFolder) throws IOException {
    // A file outlives a node that crashed, and another program may have its port by then.
    return ControlFile.read(dataFolder)
        .filter(file -> file.isOwn() || !DataFolderLock.isFree(dataFolder))
        .map(RemoteNode::new)
        .filter(node -> node.client.answers());
  }

  /// Where its control API is, without a slash at the end.
  public String url() {
    return file.url();
  }

  /// The process that runs it.
  public long pid() {
    return file.pid();
  }

  /// All its metrics in Prometheus text form.
  ///
  /// @throws IOException the node cannot be reached
  public String metrics() throws ShoalException, IOException {
    return client.get("/metrics", String.class);
  }

  @Override
  public void add(
      AddRequest request,
      ProgressListener progress,
      Consumer<Added> each,
      Consumer<NotAdded> failed)
      throws ShoalException, IOException, InterruptedException {
    client.command("/v1/add", request, Optional.empty(), Added.class, progress, each, failed);
  }

  @Override
  public TakenOver takeOver(Path folder, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/take-over", new ControlRequests.OfFolder(folder), TakenOver.class, progress);
  }

  @Override
  public Fetched get(GetRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/get", request, request.timeout(), Fetched.class, progress);
  }

  @Override
  public void find(Reference reference, Duration timeout, Consumer<FoundProvider> each)
      throws ShoalException, IOException, InterruptedException {
    client.command(
        "/v1/find",
        within(reference, timeout),
        Optional.of(timeout),
        FoundProvider.class,
        ProgressListener.SILENT,
        each);
  }

  @Override
  public List<RootEntry> roots() throws ShoalException, IOException {
    return client.list("/v1/roots", RootEntry.class);
  }

  @Override
  public List<FolderEntry> list(Reference reference)
      throws ShoalException, IOException, InterruptedException {
    List<FolderEntry> entries = new ArrayList<>();
    client.command(
        "/v1/list",
        new ControlRequests.OfReference(reference),
        Optional.empty(),
        FolderEntry.class,
        ProgressListener.SILENT,
        entries::add);
    return entries;
  }

  @Override
  public ContentStat stat(Reference reference)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/stat", new ControlRequests.OfReference(reference), ContentStat.class);
  }

  @Override
  public void cat(Reference reference, List<PeerAddress> peers, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    client.bytes(
        "/v1/cat", new ControlRequests.Cat(reference, peers, timeout.toMillis()), timeout, out);
  }

  @Override
  public void pin(Reference reference) throws ShoalException, IOException, InterruptedException {
    client.command("/v1/pin", new ControlRequests.OfReference(reference));
  }

  @Override
  public void unpin(Reference reference) throws ShoalException, IOException, InterruptedException {
    client.command("/v1/unpin", new ControlRequests.OfReference(reference));
  }

  @Override
  public Shared share(Reference reference, Sharing sharing)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/share", new ControlRequests.Share(reference, sharing), Shared.class);
  }

  @Override
  public PublishedName publish(PublishRequest request)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/publish", request, request.timeout(), PublishedName.class);
  }

  @Override
  public PublishedName withdraw(String name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return one(
        "/v1/withdraw",
        new ControlRequests.Name(name, timeout.toMillis()),
        timeout,
        PublishedName.class);
  }

  @Override
  public List<PublishedName> published() throws ShoalException, IOException {
    return client.list("/v1/published", PublishedName.class);
  }

  @Override
  public ResolvedName resolve(Reference.SignedName name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/resolve", within(name, timeout), timeout, ResolvedName.class);
  }

  @Override
  public PublishingKey publishingKey() throws ShoalException, IOException {
    return client.get("/v1/key", PublishingKey.class);
  }

  @Override
  public PublishingKey exportKey(Path file) throws ShoalException, IOException {
    return keyFile("/v1/key/export", file);
  }

  @Override
  public PublishingKey importKey(Path file) throws ShoalException, IOException {
    return keyFile("/v1/key/import", file);
  }

  private PublishingKey keyFile(String path, Path file) throws ShoalException, IOException {
    try {
      return one(path, new ControlRequests.KeyFile(file), PublishingKey.class);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public PublishingKey rotateKey(Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return one(
        "/v1/key/rotate",
        new ControlRequests.Within(timeout.toMillis()),
        timeout,
        PublishingKey.class);
  }

  @Override
  public Collected gc() throws ShoalException, IOException, InterruptedException {
    return one("/v1/gc", new ControlRequests.Nothing(), Collected.class);
  }

  @Override
  public Verified verify(VerifyRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/verify", request, Verified.class, progress);
  }

  @Override
  public NodeStatus status() throws ShoalException, IOException {
    return client.get("/v1/status", NodeStatus.class);
  }

  @Override
  public List<PeerEntry> peers() throws ShoalException, IOException {
    return client.list("/v1/peers", PeerEntry.class);
  }

  @Override
  public List<PluginEntry> plugins() throws ShoalException, IOException {
    return client.list("/v1/plugins", PluginEntry.class);
  }

  @Override
  public List<InspectionEntry> inspections() throws ShoalException, IOException {
    return client.list("/v1/inspections", InspectionEntry.class);
  }

  @Override
  public void inspect(InspectRequest request, Consumer<InspectionLine> each)
      throws ShoalException, IOException, InterruptedException {
    client.command(
        "/v1/inspect",
        request,
        Optional.empty(),
        InspectionLine.class,
        ProgressListener.SILENT,
        each);
  }

  private static ControlRequests.ReferenceWithin within(Reference reference, Duration timeout) {
    return new ControlRequests.ReferenceWithin(reference, timeout.toMillis());
  }

  private <T> T one(String path, Object request, Class<T> type)
      throws ShoalException, IOException, InterruptedException {
    return one(path, request, type, ProgressListener.SILENT);
  }

  private <T> T one(String path, Object request, Duration most, Class<T> type)
      throws ShoalException, IOException, InterruptedException {
    return one(path, request, Optional.of(most), type, ProgressListener.SILENT);
  }

  private <T> T one(String path, Object request, Class<T> type, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one(path, request, Optional.empty(), type, progress);
  }

  private <T> T one(
      String path,
      Object request,
      Optional<Duration> most,
      Class<T> type,
      ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    List<T> given = new ArrayList<>();
    client.command(path, request, most, type, progress, given::add);
    if (given.size() != 1) {
      throw new IOException("the node gave " + given.size() + " results where one was expected");
    }
    return given.getFirst();
  }

  /// Does nothing: the node goes on for whoever started it.
  @Override
  public void close() {}
}
