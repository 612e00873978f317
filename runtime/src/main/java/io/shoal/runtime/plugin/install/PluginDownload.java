package io.shoal.runtime.plugin.install;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Fetches a file over HTTPS. Plain HTTP is for this machine alone: in between anybody could put
/// another plugin in the place of the one that was asked for.
///
/// @param maxBytes of the file
/// @param patience with a server that sends nothing
record PluginDownload(long maxBytes, Duration patience) {

  static final PluginDownload DEFAULT =
      new PluginDownload(ArchiveLimits.MAX_FILE_BYTES, Duration.ofSeconds(30));

  /// For the signature beside a plugin, of 64 bytes; an answer that is longer is none.
  static final PluginDownload SIGNATURE = new PluginDownload(4_096, Duration.ofSeconds(30));

  /// As many as browsers and curl's users see in practice, twice.
  private static final int MAX_REDIRECTS = 10;

  /// Fetches a file that has to be there.
  void file(URI address, Path target) throws UserFaultException, IOException, InterruptedException {
    if (!fetch(address, target)) {
      throw new UserFaultException(address + ": there is no such file: check the address");
    }
  }

  /// Fetches a file if it is there.
  ///
  /// @return whether it is there
  boolean fetch(URI address, Path target)
      throws UserFaultException, IOException, InterruptedException {
    try (HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience)
            .build()) {
      try {
        return follow(client, address, target);
      } finally {
        client.shutdownNow();
      }
    }
  }

  private boolean follow(HttpClient client, URI address, Path target)
      throws UserFaultException, IOException, InterruptedException {
    URI at = address;
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      requirePrivate(at);
      HttpResponse<Path> response = get(client, at, target);
      int status = response.statusCode();
      if (status == 200) {
        force(target);
        return true;
      }
      Files.deleteIfExists(target);
      if (status == 404 || status == 410) {
        return false;
      }
      if (status < 300 || status > 399 || response.headers().firstValue("location").isEmpty()) {
        throw new UserFaultException(
            at + ": the server answers with " + status + ": check the address, or try again later");
      }
      at = next(at, response.headers().firstValue("location").get());
    }
    throw new UserFaultException(
        address + ": more than " + MAX_REDIRECTS + " redirects: check the address");
  }

  private static URI next(URI at, String location) throws UserFaultException {
    try {
      return at.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new UserFaultException(
          at + " leads to '" + location + "', which is no address: report it to its owner", e);
    }
  }

  private static void requirePrivate(URI address) throws UserFaultException {
    String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    String host = String.valueOf(address.getHost());
    boolean here =
        host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d+){3}");
    if (address.getHost() == null || !scheme.equals("https") && !(scheme.equals("http") && here)) {
      throw new UserFaultException(
          address
              + ": plugins come over https alone, or http from this machine: fetch the file in another"
              + " way, check it, and install that");
    }
  }

  private HttpResponse<Path> get(HttpClient client, URI address, Path target)
      throws UserFaultException, IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address).header("User-Agent", "shoal").timeout(patience).build();
    CompletableFuture<HttpResponse<Path>> answer =
        client.sendAsync(
            request,
            BodyHandlers.limiting(
                BodyHandlers.ofFile(
                    target,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE),
                maxBytes));
    try {
      return awaited(answer, address, target);
    } finally {
      answer.cancel(true);
    }
  }

  private HttpResponse<Path> awaited(
      CompletableFuture<HttpResponse<Path>> answer, URI address, Path target)
      throws UserFaultException, IOException, InterruptedException {
    long before = -1;
    while (true) {
      try {
        return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        long now = Files.exists(target) ? Files.size(target) : 0;
        if (now == before) {
          throw new UserFaultException(
              address + ": nothing came for " + Units.exactTime(patience) + ": try again later", e);
        }
        before = now;
      } catch (ExecutionException | CancellationException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        throw new UserFaultException(
            "%s: it cannot be fetched (%s), or it is larger than %s: check the address"
                .formatted(address, reason(cause), Units.exactSize(maxBytes)),
            e);
      }
    }
  }

  private static String reason(Throwable cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
