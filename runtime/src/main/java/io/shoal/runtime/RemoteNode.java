package io.shoal.runtime;

import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.control.ControlClient;
import io.shoal.runtime.control.ControlFile;
import io.shoal.runtime.control.ControlJson;
import io.shoal.runtime.control.ControlRequests;
import io.shoal.runtime.control.ControlResponses;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// The node that another process on this machine runs, through its control API.
public final class RemoteNode implements NodeCommands {

  private final ControlFile file;
  private final ControlClient client;
  private final ResultListener results;

  /// Receives each result as the node wrote it, before the caller gets it.
  @FunctionalInterface
  public interface ResultListener {

    /// @param result the very record that the caller gets
    /// @param json the JSON text that it was read from
    void result(Object result, String json);
  }

  private RemoteNode(ControlFile file, ResultListener results) {
    this.file = file;
    this.client = new ControlClient(file);
    this.results = results;
  }

  /// The node that runs on a data folder.
  ///
  /// @return empty if none does
  /// @throws IOException `control.json` is there and cannot be read
  public static Optional<RemoteNode> of(Path dataFolder) throws IOException {
    return of(dataFolder, (_, _) -> {});
  }

  /// The node that runs on a data folder.
  ///
  /// @param results receives each entry of [#roots], [#list], [#peers] and [#plugins], each
  ///   provider of [#find], and what [#status], [#stat] and [#gc] return
  /// @return empty if none does
  /// @throws IOException `control.json` is there and cannot be read
  public static Optional<RemoteNode> of(Path dataFolder, ResultListener results)
      throws IOException {
    return ControlFile.read(dataFolder)
        .map(file -> new RemoteNode(file, results))
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
    return client.text("/metrics");
  }

  @Override
  public void add(AddRequest request, ProgressListener progress, Consumer<Added> each)
      throws ShoalException, IOException, InterruptedException {
    client.command(
        "/v1/add",
        ControlJson.write(request),
        listener(progress, json -> ControlJson.read(json, Added.class), each));
  }

  @Override
  public TakenOver takeOver(Path folder, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one(
        "/v1/take-over",
        ControlJson.write(new ControlRequests.OfFolder(folder)),
        progress,
        json -> ControlJson.read(json, TakenOver.class));
  }

  @Override
  public Fetched get(GetRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one(
        "/v1/get",
        ControlJson.write(request),
        progress,
        json -> ControlJson.read(json, Fetched.class));
  }

  @Override
  public void find(Reference reference, Duration timeout, Consumer<FoundProvider> each)
      throws ShoalException, IOException, InterruptedException {
    client.command(
        "/v1/find",
        new ControlRequests.ReferenceWithin(reference, timeout.toMillis()).json(),
        listener(ProgressListener.SILENT, reported(ControlResponses::provider), each));
  }

  @Override
  public List<RootEntry> roots() throws ShoalException, IOException {
    return all("/v1/roots", ControlResponses::root);
  }

  @Override
  public List<FolderEntry> list(Reference reference)
      throws ShoalException, IOException, InterruptedException {
    return many(
        "/v1/list",
        new ControlRequests.OfReference(reference).json(),
        ProgressListener.SILENT,
        reported(ControlResponses::entry));
  }

  @Override
  public ContentStat stat(Reference reference)
      throws ShoalException, IOException, InterruptedException {
    return one(
        "/v1/stat",
        new ControlRequests.OfReference(reference).json(),
        ProgressListener.SILENT,
        reported(ControlResponses::stat));
  }

  @Override
  public void cat(Reference reference, Duration timeout, OutputStream out)
      throws ShoalException, IOException, InterruptedException {
    client.bytes(
        "/v1/cat", new ControlRequests.ReferenceWithin(reference, timeout.toMillis()).json(), out);
  }

  @Override
  public void pin(Reference reference) throws ShoalException, IOException, InterruptedException {
    silent("/v1/pin", reference);
  }

  @Override
  public void unpin(Reference reference) throws ShoalException, IOException, InterruptedException {
    silent("/v1/unpin", reference);
  }

  private void silent(String path, Reference reference)
      throws ShoalException, IOException, InterruptedException {
    client.command(path, new ControlRequests.OfReference(reference).json(), (_, _) -> {});
  }

  @Override
  public Shared share(Reference reference, Sharing sharing)
      throws ShoalException, IOException, InterruptedException {
    return reflected("/v1/share", new ControlRequests.Share(reference, sharing), Shared.class);
  }

  @Override
  public PublishedName publish(PublishRequest request)
      throws ShoalException, IOException, InterruptedException {
    return reflected("/v1/publish", request, PublishedName.class);
  }

  @Override
  public PublishedName withdraw(String name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return reflected(
        "/v1/withdraw", new ControlRequests.Name(name, timeout.toMillis()), PublishedName.class);
  }

  @Override
  public List<PublishedName> published() throws ShoalException, IOException {
    return List.of(
        client.get("/v1/published", json -> ControlJson.read(json, PublishedName[].class)));
  }

  @Override
  public ResolvedName resolve(Reference.SignedName name, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return reflected(
        "/v1/resolve",
        new ControlRequests.ReferenceWithin(name, timeout.toMillis()),
        ResolvedName.class);
  }

  @Override
  public PublishingKey publishingKey() throws ShoalException, IOException {
    return client.get("/v1/key", json -> ControlJson.read(json, PublishingKey.class));
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
      return reflected(path, new ControlRequests.KeyFile(file), PublishingKey.class);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public PublishingKey rotateKey(Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return reflected(
        "/v1/key/rotate", new ControlRequests.Within(timeout.toMillis()), PublishingKey.class);
  }

  private <T> T reflected(String path, Object body, Class<T> type)
      throws ShoalException, IOException, InterruptedException {
    return one(
        path,
        ControlJson.write(body),
        ProgressListener.SILENT,
        json -> ControlJson.read(json, type));
  }

  @Override
  public Collected gc() throws ShoalException, IOException, InterruptedException {
    return one(
        "/v1/gc",
        new ControlRequests.Nothing().json(),
        ProgressListener.SILENT,
        reported(ControlResponses::collected));
  }

  @Override
  public Verified verify(VerifyRequest request, ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    return one(
        "/v1/verify",
        ControlJson.write(request),
        progress,
        json -> ControlJson.read(json, Verified.class));
  }

  @Override
  public NodeStatus status() throws ShoalException, IOException {
    return client.get("/v1/status", reported(ControlResponses::status));
  }

  @Override
  public List<PeerEntry> peers() throws ShoalException, IOException {
    return all("/v1/peers", ControlResponses::peer);
  }

  @Override
  public List<PluginEntry> plugins() throws ShoalException, IOException {
    return all("/v1/plugins", ControlResponses::plugin);
  }

  @Override
  public List<InspectionEntry> inspections() throws ShoalException, IOException {
    return client.get(
        "/v1/inspections", json -> List.of(ControlJson.read(json, InspectionEntry[].class)));
  }

  @Override
  public void inspect(InspectRequest request, Consumer<InspectionLine> each)
      throws ShoalException, IOException, InterruptedException {
    client.command(
        "/v1/inspect",
        ControlJson.write(request),
        listener(
            ProgressListener.SILENT, json -> ControlJson.read(json, InspectionLine.class), each));
  }

  /// Reads a result and passes it to the listener.
  private <T> Function<byte[], T> reported(Function<byte[], T> reader) {
    return json -> {
      T result = reader.apply(json);
      results.result(result, new String(json, StandardCharsets.UTF_8));
      return result;
    };
  }

  private <T> List<T> all(String path, Function<byte[], T> reader)
      throws ShoalException, IOException {
    return client.get(
        path, json -> ControlResponses.entries(json).stream().map(reported(reader)).toList());
  }

  private <T> T one(String path, byte[] body, ProgressListener progress, Function<byte[], T> reader)
      throws ShoalException, IOException, InterruptedException {
    List<T> given = many(path, body, progress, reader);
    if (given.size() != 1) {
      throw new IOException("the node gave " + given.size() + " results where one was expected");
    }
    return given.getFirst();
  }

  private <T> List<T> many(
      String path, byte[] body, ProgressListener progress, Function<byte[], T> reader)
      throws ShoalException, IOException, InterruptedException {
    List<T> given = new ArrayList<>();
    client.command(path, body, listener(progress, reader, given::add));
    return given;
  }

  private static <T> ControlClient.EventListener listener(
      ProgressListener progress, Function<byte[], T> reader, Consumer<T> each) {
    return (name, json) -> {
      switch (name) {
        case "progress" -> progress.progress(ControlJson.read(json, Progress.class));
        case "result" -> each.accept(reader.apply(json));
        default -> {
          // A newer node may report more.
        }
      }
    };
  }

  /// Does nothing: the node keeps running.
  @Override
  public void close() {}
}
