package io.shoal.discovery.kademlia.respond;

import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import io.shoal.discovery.kademlia.krpc.ScrapeFilter;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.SourceCounts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The providers that others announced to this node. Each lives for 45 minutes unless announced
/// again. Single-threaded.
///
/// A hash table of [ProviderSet]s chained through themselves, with no object for a key or a
/// provider: a provider costs 10 bytes in a large set and about 80 alone under its key.
public final class ProviderStore {
  /// Three times the interval at which nodes announce, so that two lost announcements do no harm
  /// (libtorrent has the same).
  public static final long LIFETIME_MILLIS = 45 * 60_000;

  /// More providers of one key than a node can use; a reply takes a sample of about 50.
  static final int MAX_PROVIDERS_PER_KEY = 500;

  /// At most 10 MB.
  public static final int MAX_PROVIDERS = 100_000;

  private static final int FIRST_BUCKETS = 16;

  /// How much a store takes from each source.
  ///
  /// @param perSource providers that one source on the open internet may announce, see
  ///   [SourceCounts]
  /// @param onePerAddress whether an address has one port under a key, as BEP 33 wants it, or, as
  ///   most nodes in the field have it, many: users behind one NAT
  public record Limits(int perSource, boolean onePerAddress) {
    /// A fiftieth of the store: it takes fifty addresses to fill it, and a node with one address
    /// announces only a few keys to one node of a network of millions.
    static final Limits PUBLIC = new Limits(MAX_PROVIDERS / 50, false);

    /// In a network of few nodes each keeps what all others have.
    static final Limits PRIVATE = new Limits(MAX_PROVIDERS / 2, false);

    public static Limits of(DhtSettings settings) {
      return settings.publicNetwork() ? PUBLIC : PRIVATE;
    }
  }

  private final Family family;
  private final Limits limits;
  private final RandomGenerator random;
  private final SourceCounts sources;

  /// Spreads keys in an order that only this node knows: else an attacker could fill one bucket.
  private final long salt;

  private @Nullable ProviderSet[] buckets = new ProviderSet[FIRST_BUCKETS];
  private int keys;
  private int size;

  public ProviderStore(Family family, Limits limits, RandomGenerator random) {
    this.family = family;
    this.limits = limits;
    this.random = random;
    this.sources = new SourceCounts(random);
    this.salt = random.nextLong();
  }

  /// Stores a provider or renews it.
  ///
  /// @param provider of the store's family
  /// @param seed whether it has all of what the key stands for
  /// @return whether it is stored now; if not, there is no room for it
  boolean add(NodeId key, InetSocketAddress provider, boolean seed, long nowMillis) {
    Optional<ProviderSet> set = find(key);
    int at = set.map(s -> s.indexOf(provider, limits.onePerAddress())).orElse(-1);
    if (at < 0 && !hasRoom(set, provider.getAddress())) {
      return false;
    }
    ProviderSet of = set.orElseGet(() -> insert(key));
    if (at < 0) {
      at = of.grow();
      size++;
      sources.add(provider.getAddress(), 1);
    }
    of.set(at, provider, seed, nowMillis);
    return true;
  }

  /// Whether [#add] would take a provider at this address, which may be known already.
  boolean hasRoom(NodeId key, InetAddress address) {
    Optional<ProviderSet> set = find(key);
    return hasRoom(set, address)
        || set.isPresent() && set.get().indexOf(new InetSocketAddress(address, 0), true) >= 0;
  }

  private boolean hasRoom(Optional<ProviderSet> set, InetAddress address) {
    return size < MAX_PROVIDERS
        && set.map(ProviderSet::size).orElse(0) < MAX_PROVIDERS_PER_KEY
        && sources.of(address) < limits.perSource();
  }

  /// A random sample of the providers of a key that are allowed. Takes time in proportion to the
  /// sample, not to the set, unless few are allowed.
  ///
  /// @param noSeeds leaves out those that have all
  public List<InetSocketAddress> sample(
      NodeId key, int max, boolean noSeeds, Predicate<InetSocketAddress> allowed, long nowMillis) {
    List<InetSocketAddress> out = new ArrayList<>();
    find(key)
        .ifPresent(
            set -> {
              for (int i = 0; i < set.size() && out.size() < max; i++) {
                set.swap(i, i + random.nextInt(set.size() - i));
                if (set.isLive(i, nowMillis) && !(noSeeds && set.isSeed(i))) {
                  InetSocketAddress provider = set.get(i);
                  if (allowed.test(provider)) {
                    out.add(provider);
                  }
                }
              }
            });
    return out;
  }

  /// How many provide a key, about (BEP 33).
  Content.Scrape scrape(NodeId key, long nowMillis) {
    ScrapeFilter seeds = new ScrapeFilter();
    ScrapeFilter others = new ScrapeFilter();
    find(key)
        .ifPresent(
            set -> {
              for (int i = 0; i < set.size(); i++) {
                if (set.isLive(i, nowMillis)) {
                  (set.isSeed(i) ? seeds : others).add(set.get(i).getAddress());
                }
              }
            });
    return new Content.Scrape(seeds, others);
  }

  /// Some keys, others each time.
  List<NodeId> someKeys(int max) {
    List<NodeId> out = new ArrayList<>();
    int start = random.nextInt(buckets.length);
    for (int i = 0; i < buckets.length; i++) {
      ProviderSet set = buckets[start + i & buckets.length - 1];
      for (; set != null; set = set.next) {
        if (out.size() == max) {
          return out;
        }
        out.add(set.key());
      }
    }
    return out;
  }

  /// Drops what has expired. Called once a minute it looks at each entry at most 45 times in its
  /// life, at some nanoseconds each.
  public void sweep(long nowMillis) {
    for (int bucket = 0; bucket < buckets.length; bucket++) {
      ProviderSet kept = null;
      ProviderSet next;
      for (ProviderSet set = buckets[bucket]; set != null; set = next) {
        next = set.next;
        size -= set.expire(nowMillis, gone -> sources.add(gone, -1));
        if (set.size() > 0) {
          set.next = kept;
          kept = set;
        } else {
          keys--;
        }
      }
      buckets[bucket] = kept;
    }
  }

  private Optional<ProviderSet> find(NodeId key) {
    for (ProviderSet set = buckets[bucket(key)]; set != null; set = set.next) {
      if (set.is(key)) {
        return Optional.of(set);
      }
    }
    return Optional.empty();
  }

  private ProviderSet insert(NodeId key) {
    if (keys >= buckets.length) {
      rehash();
    }
    ProviderSet set = new ProviderSet(key, family);
    chain(set);
    keys++;
    return set;
  }

  private void rehash() {
    @Nullable ProviderSet[] old = buckets;
    buckets = new ProviderSet[2 * old.length];
    for (ProviderSet first : old) {
      ProviderSet next;
      for (ProviderSet set = first; set != null; set = next) {
        next = set.next;
        chain(set);
      }
    }
  }

  private void chain(ProviderSet set) {
    int bucket = bucket(set.key());
    set.next = buckets[bucket];
    buckets[bucket] = set;
  }

  private int bucket(NodeId key) {
    long hash = (key.high() ^ salt) * 0x9E3779B97F4A7C15L;
    hash = (hash ^ hash >>> 32 ^ key.middle()) * 0xC2B2AE3D27D4EB4FL;
    hash = (hash ^ hash >>> 29 ^ key.low()) * 0x9E3779B97F4A7C15L;
    return (int) (hash >>> 32) & buckets.length - 1;
  }

  public int size() {
    return size;
  }

  public int keys() {
    return keys;
  }
}
