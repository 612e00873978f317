package io.shoal.runtime;

import io.shoal.api.ShoalException;
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
    this.client = new ControlClient(file);
  }

  /// The node that runs on a data folder.
  ///
  /// @return empty if none does
  /// @throws IOException `control.json` is there and cannot be read
  public static Optional<RemoteNode> of(Path dataFolder) throws IOException {
    return ControlFile.read(dataFolder).map(RemoteNode::new).filter(node -> node.client.answers());
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
    return client.text("/metrics");
  }

  /// What [NodeCommands] tells in records.
  public enum Report {
    /// [NodeCommands#status]
    STATUS,
    /// [NodeCommands#peers]
    PEERS,
    /// [NodeCommands#plugins]
    PLUGINS,
    /// [NodeCommands#roots]
    ROOTS
  }

  /// A report as the JSON that the node wrote: one text for each entry of a list.
  ///
  /// @throws IOException the node cannot be reached
  public List<String> json(Report report) throws ShoalException, IOException {
    String path =
        switch (report) {
          case STATUS -> "/v1/status";
          case PEERS -> "/v1/peers";
          case PLUGINS -> "/v1/plugins";
          case ROOTS -> "/v1/roots";
        };
    return client.get(path, ControlAnswers::entries);
  }

  @Override
  public void add(AddRequest request, ProgressListener progress, Consumer<Added> each)
      throws ShoalException, IOException, InterruptedException {
    client.command("/v1/add", request, listener(progress, Added.class, each));
  }

  @Override
  public TakenOver takeOver(Path folder, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/take-over", new ControlRequests.OfFolder(folder), progress, TakenOver.class);
  }

  @Override
  public Fetched get(GetRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/get", request, progress, Fetched.class);
  }

  @Override
  public void find(Reference reference, Duration timeout, Consumer<FoundProvider> each)
      throws ShoalException, IOException, InterruptedException {
    client.command(
        "/v1/find",
        new ControlRequests.ReferenceWithin(reference, timeout.toMillis()),
        listener(ProgressListener.SILENT, FoundProvider.class, each));
  }

  @Override
  public List<RootEntry> roots() throws ShoalException, IOException {
    return client.get("/v1/roots", ControlAnswers::roots);
  }

  @Override
  public List<FolderEntry> list(Reference reference)
      throws ShoalException, IOException, InterruptedException {
    return many(
        "/v1/list",
        new ControlRequests.OfReference(reference),
        ProgressListener.SILENT,
        FolderEntry.class);
  }

  @Override
  public ContentStat stat(Reference reference)
      throws ShoalException, IOException, InterruptedException {
    return one(
        "/v1/stat",
        new ControlRequests.OfReference(reference),
        ProgressListener.SILENT,
        ContentStat.class);
  }

  @Override
  public void cat(Reference reference, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    client.bytes(
        "/v1/cat", new ControlRequests.ReferenceWithin(reference, timeout.toMillis()), out);
  }

  @Override
  public void pin(Reference reference) throws ShoalException, IOException {
    silent("/v1/pin", reference);
  }

  @Override
  public void unpin(Reference reference) throws ShoalException, IOException {
    silent("/v1/unpin", reference);
  }

  private void silent(String path, Reference reference) throws ShoalException, IOException {
    try {
      client.command(path, new ControlRequests.OfReference(reference), (_, _) -> {});
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public Collected gc() throws ShoalException, IOException, InterruptedException {
    return one("/v1/gc", new ControlRequests.Nothing(), ProgressListener.SILENT, Collected.class);
  }

  @Override
  public Verified verify(boolean repair, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one("/v1/verify", new ControlRequests.Verify(repair), progress, Verified.class);
  }

  @Override
  public NodeStatus status() throws ShoalException, IOException {
    return client.get("/v1/status", ControlAnswers::status);
  }

  @Override
  public List<PeerEntry> peers() throws ShoalException, IOException {
    return client.get("/v1/peers", ControlAnswers::peers);
  }

  @Override
  public List<PluginEntry> plugins() throws ShoalException, IOException {
    return client.get("/v1/plugins", ControlAnswers::plugins);
  }

  private <T> T one(String path, Object body, ProgressListener progress, Class<T> type)
      throws ShoalException, IOException, InterruptedException {
    List<T> results = many(path, body, progress, type);
    if (results.size() != 1) {
      throw new IOException("the node gave " + results.size() + " results where one was expected");
    }
    return results.getFirst();
  }

  private <T> List<T> many(String path, Object body, ProgressListener progress, Class<T> type)
      throws ShoalException, IOException, InterruptedException {
    List<T> results = new ArrayList<>();
    client.command(path, body, listener(progress, type, results::add));
    return results;
  }

  private static <T> ControlClient.EventListener listener(
      ProgressListener progress, Class<T> type, Consumer<T> each) {
    return (name, json) -> {
      switch (name) {
        case "progress" -> progress.progress(ControlJson.read(json, Progress.class));
        case "result" -> each.accept(ControlJson.read(json, type));
        default -> {
          // A newer node may tell more.
        }
      }
    };
  }

  /// Does nothing: the node goes on for whoever started it.
  @Override
  public void close() {}
}
