package io.shoal.transport.http;

import io.shoal.api.NodeAccess;
import io.shoal.api.PluginContext;
import io.shoal.api.Transport;
import io.shoal.testkit.TestContext;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/// A started transport that serves what is in its [MapServer], and a client.
final class TestGateway implements AutoCloseable {
  final MapServer chunks = new MapServer();
  final HttpTransport transport = new HttpTransport();
  final TestContext context;
  final InetSocketAddress address;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /// @param settings besides where it listens
  TestGateway(Path folder, Map<String, String> settings, NodeAccess node) throws Exception {
    TestContext all = TestContext.in(folder).with("listen", "127.0.0.1:0");
    for (Map.Entry<String, String> one : settings.entrySet()) {
      all = all.with(one.getKey(), one.getValue());
    }
    context = all;
    transport.start(around(all, node));
    Transport.Listener listener = transport.listen(Set.of("http"), chunks, _ -> {});
    URI uri = URI.create(listener.endpoints().getFirst().address().uri());
    address = new InetSocketAddress(uri.getHost(), uri.getPort());
  }

  TestGateway(Path folder, Map<String, String> settings) throws Exception {
    this(folder, settings, TestContext.in(folder.resolve("empty")).node());
  }

  /// The same services, but for the node itself.
  private static PluginContext around(TestContext context, NodeAccess node) {
    return (PluginContext)
        Proxy.newProxyInstance(
            TestGateway.class.getClassLoader(),
            new Class<?>[] {PluginContext.class},
            (_, method, arguments) -> {
              try {
                return method.getName().equals("node") ? node : method.invoke(context, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + address.getPort() + path);
  }

  HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send("GET", path, headers);
  }

  HttpResponse<byte[]> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @Override
  public void close() {
    client.close();
    transport.close();
    context.close();
  }
}
