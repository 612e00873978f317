package io.shoal.runtime.transport;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.Scheme;
import io.shoal.api.Transport;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.connection.SchemeTraits;
import io.shoal.runtime.plugin.ActivePlugins;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Which schemes of which transports a node uses, by their traits and the configuration. With TLS
/// required: those that are confidential or stay on this machine. Without: those that are not
/// confidential, so that a transport never speaks both, and all of a transport that has no such
/// twin. Schemes that the user names in `transport.plain` are used in both cases. Where access is
/// restricted, only those that prove what it needs.
///
/// Every scheme that is left out is logged once, with the reason and the key to change.
public final class TransportChoice {
  private static final Logger LOG = LoggerFactory.getLogger(TransportChoice.class);

  /// A transport and the schemes of it that this node uses, at least one.
  record Used(String pluginId, Transport transport, Set<String> schemes) {}

  /// A scheme that this node does not use.
  ///
  /// @param why the reason, with the key to change
  public record Unused(String pluginId, String scheme, String why) {
    @Override
    public String toString() {
      return "scheme %s of plugin %s is not used: %s".formatted(scheme, pluginId, why);
    }
  }

  private final boolean tlsRequired;
  private final Set<String> plain;
  private final Access access;
  private final List<Used> used = new ArrayList<>();
  private final Map<String, Transport> dialable = new LinkedHashMap<>();
  private final List<Scheme> schemes = new ArrayList<>();
  private final List<Unused> unused = new ArrayList<>();

  /// @param tlsRequired the key `tls`
  /// @param plain the key `transport.plain`: schemes to use although they do not encrypt
  /// @throws InvalidConfigException access is restricted and no transport proves identities
  public TransportChoice(
      List<ActivePlugins.Active<Transport>> transports,
      boolean tlsRequired,
      Set<String> plain,
      Access access)
      throws InvalidConfigException {
    this.tlsRequired = tlsRequired;
    this.plain = plain;
    this.access = access;
    Set<String> unspoken = new TreeSet<>(plain);
    for (ActivePlugins.Active<Transport> active : transports) {
      Set<Scheme> all = active.extension().schemes();
      all.forEach(scheme -> unspoken.remove(scheme.name()));
      choose(active, all);
    }
    if (!(access instanceof Access.Open) && !transports.isEmpty() && dialable.isEmpty()) {
      throw new InvalidConfigException(
          "access is "
              + access.word()
              + " and no active transport encrypts, so that no peer could prove its identity: name"
              + " one that does in active.transport, or set access: open");
    }
    if (!unspoken.isEmpty() && !transports.isEmpty()) {
      LOG.warn(
          "transport.plain names {}, which no active transport speaks: correct it, or name a plugin"
              + " that does in active.transport",
          String.join(", ", unspoken));
    }
  }

  private void choose(ActivePlugins.Active<Transport> active, Set<Scheme> all) {
    List<Unused> leftOut = new ArrayList<>();
    Set<String> usable = new LinkedHashSet<>();
    for (Scheme scheme : all) {
      Optional<String> why = whyNot(scheme, all);
      if (why.isPresent()) {
        leftOut.add(new Unused(active.pluginId(), scheme.name(), why.get()));
      } else {
        usable.add(scheme.name());
        dialable.put(scheme.name(), active.extension());
        schemes.add(scheme);
      }
    }
    if (!usable.isEmpty()) {
      used.add(new Used(active.pluginId(), active.extension(), usable));
    }
    // Of a transport that still does something it is news; one that does nothing is a surprise.
    Level level = usable.isEmpty() ? Level.WARN : Level.INFO;
    leftOut.forEach(scheme -> LOG.atLevel(level).log("{}", scheme));
    unused.addAll(leftOut);
  }

  /// Why a scheme is not used, with the key to change; empty if it is.
  private Optional<String> whyNot(Scheme scheme, Collection<Scheme> all) {
    return whyNotForAccess(scheme).or(() -> whyNotForTls(scheme, all));
  }

  private Optional<String> whyNotForAccess(Scheme scheme) {
    Set<Scheme.Trait> needed =
        switch (access) {
          case Access.Open _ -> Set.of();
          case Access.AllowList _ -> Set.of(Scheme.Trait.PROVES_BOTH);
          // The proof is a message.
          case Access.Secret _ ->
              Set.of(Scheme.Trait.PROVES_BOTH, Scheme.Trait.BINDS, Scheme.Trait.MESSAGES);
        };
    if (scheme.traits().containsAll(needed)) {
      return Optional.empty();
    }
    String why =
        scheme.has(Scheme.Trait.PROVES_BOTH)
            ? "it cannot carry the proof of the secret: access: open and access: allow-list use it"
            : "it does not prove who its peers are: only access: open uses it";
    return Optional.of("access is " + access.word() + ", and " + why);
  }

  private Optional<String> whyNotForTls(Scheme scheme, Collection<Scheme> all) {
    boolean confidential = scheme.has(Scheme.Trait.CONFIDENTIAL);
    if (scheme.has(Scheme.Trait.LOCAL) || plain.contains(scheme.name())) {
      return Optional.empty();
    }
    if (tlsRequired) {
      return confidential
          ? Optional.empty()
          : Optional.of(
              "it does not encrypt, and tls is required: to use it all the same, add "
                  + scheme.name()
                  + " to transport.plain");
    }
    String twins =
        all.stream()
            .filter(twin -> !twin.has(Scheme.Trait.CONFIDENTIAL) && !twin.has(Scheme.Trait.LOCAL))
            .map(Scheme::name)
            .sorted()
            .collect(Collectors.joining(", "));
    return confidential && !twins.isEmpty()
        ? Optional.of("tls is off, and " + twins + " takes its place: set tls: required to use it")
        : Optional.empty();
  }

  /// The transport of each scheme.
  public Map<String, Transport> dialable() {
    return dialable;
  }

  /// What connections of the used schemes can do.
  public SchemeTraits traits() {
    return new SchemeTraits(schemes);
  }

  /// The schemes of active transports that are not used; each was logged once.
  public List<Unused> unused() {
    return List.copyOf(unused);
  }

  /// Why a scheme of an active transport is not used, by scheme.
  public Map<String, String> reasons() {
    Map<String, String> reasons = new LinkedHashMap<>();
    unused.forEach(scheme -> reasons.put(scheme.scheme(), scheme.why()));
    return reasons;
  }

  List<Used> used() {
    return List.copyOf(used);
  }
}
