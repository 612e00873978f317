package io.shoal.storage.s3;

import io.shoal.api.ConfigKey;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The configuration.
///
/// @param bucket its name
/// @param service where it is
/// @param access with which rights
/// @param keys names the objects
/// @param conditionalWrites whether the service knows `If-None-Match`
/// @param effort how hard to try
record Settings(
    String bucket,
    Service service,
    Access access,
    ObjectKeys keys,
    boolean conditionalWrites,
    Effort effort) {

  /// How long a request may make no progress, unless the user says otherwise: a third of the time
  /// that a call has, so that another try fits in.
  private static final Duration IDLE = Duration.ofSeconds(8);

  /// A call ends within 30 s ([io.shoal.api.ChunkStore]).
  private static final Duration MAX_IDLE = Duration.ofSeconds(25);

  private static final int REQUESTS = 64;

  /// Each has a connection of its own and a chunk in memory.
  private static final int MAX_REQUESTS = 256;

  /// With pauses of 0.2 s that double, six seconds: a service that restarts is back by then.
  private static final int RETRIES = 5;

  private static final int MAX_RETRIES = 20;

  private static final Path NONE = Path.of("");

  /// As S3 names buckets, and as other services also allow.
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /// Names of folders; a key has at most 1,024 bytes, and a chunk's name up to 230.
  private static final Pattern PREFIX =
      Pattern.compile("[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*");

  private static final int MAX_PREFIX_CHARS = 512;

  static final List<ConfigKey> KEYS =
      List.of(
          ConfigKey.text("bucket").required().describe("The bucket that holds the chunks"),
          ConfigKey.text("endpoint")
              .describe("URL of the service, such as http://127.0.0.1:9000; that of AWS if absent"),
          ConfigKey.text("region").otherwise("us-east-1").describe("Region of the bucket"),
          ConfigKey.text("prefix").describe("Begin of the objects' names, such as team/shoal"),
          ConfigKey.of("pathStyle", ConfigKey.Kind.FLAG)
              .describe("Whether the bucket stands in the path; true if there is an endpoint"),
          ConfigKey.secret("accessKey").describe("Name of the key to sign with"),
          ConfigKey.secret("secretKey").describe("Secret of that key"),
          ConfigKey.secret("sessionToken").describe("Token of a key for a limited time"),
          ConfigKey.text("profile").describe("Profile of the credentials file to use"),
          ConfigKey.of("credentialsFile", ConfigKey.Kind.PATH)
              .describe("File with profiles, in place of ~/.aws/credentials"),
          ConfigKey.of("caCertificates", ConfigKey.Kind.PATH)
              .describe("PEM file with the authorities to trust, in place of the usual ones"),
          ConfigKey.of("conditionalWrites", ConfigKey.Kind.FLAG)
              .otherwise("true")
              .describe("Whether the service knows If-None-Match"),
          ConfigKey.number("requests")
              .otherwise(Integer.toString(REQUESTS))
              .describe("The most requests at once"),
          ConfigKey.time("timeout")
              .otherwise("8s")
              .describe("How long a request may make no progress before it is made again"),
          ConfigKey.number("retries")
              .otherwise(Integer.toString(RETRIES))
              .describe("How often a request that failed for now is made again"));

  /// Where the bucket is.
  ///
  /// @param endpoint URL of the service; that of AWS in the region if empty
  /// @param region by its name
  /// @param pathStyle whether the bucket stands in the path of the URL, or in its host
  /// @param caCertificates whose certificates to trust; those that Java trusts if empty
  record Service(
      Optional<URI> endpoint, String region, boolean pathStyle, Optional<Path> caCertificates) {

    /// For messages.
    @Override
    public String toString() {
      return endpoint.map(URI::toString).orElse("AWS in " + region);
    }
  }

  /// With which rights. Without keys those of the profile are used; without that those of the
  /// environment, of the default profile, or of the machine.
  ///
  /// @param keys both parts of the key, if set
  /// @param profile name of a profile, if set
  /// @param credentialsFile where profiles are, if not at the usual place
  record Access(Optional<Keys> keys, Optional<String> profile, Optional<Path> credentialsFile) {}

  /// A key to sign with, which is not to be shown.
  ///
  /// @param name which key
  /// @param secret its secret
  /// @param token of a key for a limited time; empty otherwise
  record Keys(String name, String secret, Optional<String> token) {
    @Override
    public String toString() {
      return "Keys[…]";
    }
  }

  /// How hard to try.
  ///
  /// @param requests the most at once
  /// @param idle how long a request may make no progress
  /// @param retries after the first try
  record Effort(int requests, Duration idle, int retries) {}

  /// @param prefix of the keys, for messages: `plugins.storage-s3.`
  static Settings read(PluginConfig config, String prefix) throws InvalidConfigException {
    String bucket =
        matching(
            config.text("bucket", ""),
            BUCKET,
            prefix + "bucket",
            "the name of a bucket, such as shoal-chunks");
    String region =
        matching(
            config.text("region", "us-east-1"),
            REGION,
            prefix + "region",
            "a region, such as eu-central-1");
    Optional<URI> endpoint = endpoint(config.text("endpoint", ""), prefix);
    var service =
        new Service(
            endpoint,
            region,
            config.flag("pathStyle", endpoint.isPresent()),
            file(config, "caCertificates"));
    var access =
        new Access(keys(config, prefix), config.text("profile"), file(config, "credentialsFile"));
    var effort =
        new Effort(
            (int) config.number("requests", 1, MAX_REQUESTS, REQUESTS),
            config.duration("timeout", Duration.ofMillis(100), MAX_IDLE, IDLE),
            (int) config.number("retries", 0, MAX_RETRIES, RETRIES));
    boolean conditional = config.flag("conditionalWrites", true);
    return new Settings(
        bucket, service, access, new ObjectKeys(folder(config, prefix)), conditional, effort);
  }

  private static String matching(String text, Pattern pattern, String key, String allowed)
      throws InvalidConfigException {
    if (text.isEmpty()) {
      throw new InvalidConfigException("%s is not set: write %s".formatted(key, allowed));
    }
    if (!pattern.matcher(text).matches()) {
      throw new InvalidConfigException("%s is '%s': write %s".formatted(key, text, allowed));
    }
    return text;
  }

  private static Optional<Path> file(PluginConfig config, String key)
      throws InvalidConfigException {
    return Optional.of(config.path(key, NONE)).filter(path -> !path.equals(NONE));
  }

  private static String folder(PluginConfig config, String prefix) throws InvalidConfigException {
    String text = config.text("prefix", "");
    String folder = text.replaceAll("^/+|/+$", "");
    if (folder.isEmpty() && text.isEmpty()) {
      return "";
    }
    boolean right =
        folder.length() <= MAX_PREFIX_CHARS
            && PREFIX.matcher(folder).matches()
            && !List.of(folder.split("/", -1)).contains("..")
            && !List.of(folder.split("/", -1)).contains(".");
    if (!right) {
      throw new InvalidConfigException(
          "%sprefix is '%s': write names of folders, such as team/shoal".formatted(prefix, text));
    }
    return folder + "/";
  }

  private static Optional<URI> endpoint(String text, String prefix) throws InvalidConfigException {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean right =
          (scheme.equals("http") || scheme.equals("https"))
              && uri.getHost() != null
              && uri.getRawUserInfo() == null
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null;
      if (right) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Said below, as of any other wrong text.
    }
    // Not shown: people write passwords into URLs.
    throw new InvalidConfigException(
        prefix
            + "endpoint is no URL of a service: write one with scheme and host and no more,"
            + " such as https://s3.example.org or http://127.0.0.1:9000");
  }

  private static Optional<Keys> keys(PluginConfig config, String prefix)
      throws InvalidConfigException {
    Optional<String> name = config.secret("accessKey");
    Optional<String> secret = config.secret("secretKey");
    Optional<String> token = config.secret("sessionToken");
    if (name.isPresent() != secret.isPresent()) {
      throw new InvalidConfigException(
          "%s%s is set without %s: set both or none"
              .formatted(
                  prefix,
                  name.isPresent() ? "accessKey" : "secretKey",
                  name.isPresent() ? "secretKey" : "accessKey"));
    }
    if (token.isPresent() && name.isEmpty()) {
      throw new InvalidConfigException(
          prefix + "sessionToken is set without accessKey: set accessKey and secretKey too");
    }
    return name.flatMap(id -> secret.map(text -> new Keys(id, text, token)));
  }
}
