package io.shoal.runtime.plugin;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.config.ConfigSection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The ids of the plugins to use. An empty component is not set: then every installed plugin of the
/// kind is used, and of the kinds that take only one the only one that is installed.
///
/// @param storage the one that keeps chunks
/// @param verification the one that names new content
/// @param discovery those that find peers; an empty list for none
/// @param transport those that carry chunks; an empty list for none
/// @param observer those that hear of events; an empty list for none
public record ActiveSettings(
    Optional<String> storage,
    Optional<String> verification,
    Optional<List<String>> discovery,
    Optional<List<String>> transport,
    Optional<List<String>> observer) {
  public static ActiveSettings read(ConfigSection root) throws InvalidConfigException {
    return new ActiveSettings(
        root.text("active.storage"),
        root.text("active.verification"),
        ids(root, "active.discovery"),
        ids(root, "active.transport"),
        ids(root, "active.observer"));
  }

  /// Those of work on stores alone.
  public static ActiveSettings ofStore(String storage, Optional<String> verification) {
    Optional<List<String>> none = Optional.of(List.of());
    return new ActiveSettings(Optional.of(storage), verification, none, none, none);
  }

  /// All that are named.
  public Set<String> ids() {
    Set<String> ids = new HashSet<>();
    storage.ifPresent(ids::add);
    verification.ifPresent(ids::add);
    Stream.of(discovery, transport, observer).forEach(named -> named.ifPresent(ids::addAll));
    return ids;
  }

  private static Optional<List<String>> ids(ConfigSection root, String key)
      throws InvalidConfigException {
    List<String> ids = root.texts(key, List.of());
    if (new HashSet<>(ids).size() < ids.size()) {
      throw root.wrong(key, String.join(", ", ids), "every plugin once");
    }
    return root.isSet(key) ? Optional.of(ids) : Optional.empty();
  }
}
