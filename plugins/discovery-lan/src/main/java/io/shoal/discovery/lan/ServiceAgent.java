package io.shoal.discovery.lan;

import io.shoal.api.PeerAddress;
import io.shoal.discovery.lan.DnsMessage.Data;
import io.shoal.discovery.lan.DnsMessage.Question;
import io.shoal.discovery.lan.DnsMessage.Resource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// DNS-SD over multicast (RFC 6762, RFC 6763): announces this node as an instance of
/// [ServiceDescription#SERVICE], answers those that ask, and keeps the table of its neighbours.
///
/// It does not probe whether its name is free (§8.1): the name has 64 random bits. It answers with
/// all records at once, so that one packet makes a node known, and takes nothing from packets that
/// hold less.
final class ServiceAgent implements Agent {
  /// Announcements after a change, and the pauses before each (§8.3).
  private static final List<Duration> ANNOUNCEMENTS =
      List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(2));

  /// Pauses between questions double from this to that (§5.2).
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(60);

  /// Neighbours are asked again at about 80 % of their time (§5.2), each node at another moment:
  /// the first that asks asks for all, since all hear the answers.
  private static final Duration LATEST_REFRESH = Duration.ofSeconds(18);

  private static final Duration EARLIEST_REFRESH = Duration.ofSeconds(26);

  /// A neighbour that is silent is asked again after this.
  private static final Duration REFRESH_PAUSE = Duration.ofSeconds(6);

  /// Answers wait for a random time, so that those of many nodes do not collide (§6).
  private static final Duration SHORTEST_DELAY = Duration.ofMillis(20);

  private static final Duration LONGEST_DELAY = Duration.ofMillis(120);

  /// No more than one answer a second on a link (§6).
  private static final Duration ANSWER_PAUSE = Duration.ofSeconds(1);

  /// Answers to ordinary resolvers that wait to be sent (§6.7).
  private static final int MAX_UNICAST = 16;

  /// What an ordinary resolver may keep (§6.7).
  private static final long UNICAST_SECONDS = 10;

  /// A neighbour holds no longer than this, whatever it says.
  private static final long MAX_TTL_SECONDS = 4_500;

  private static final int DNS_PORT = 5353;

  private final SwarmKeys keys;
  private final String instance;
  private final NeighbourTable table;
  private final RandomGenerator random;

  private Links links = Links.NONE;
  private OwnEndpoints endpoints = OwnEndpoints.NONE;
  private final Map<Link, ServiceDescription> own = new HashMap<>();
  private final List<Outgoing> ready = new ArrayList<>();
  private int unicastReady;

  private int announced = ANNOUNCEMENTS.size();
  private long announceNanos;
  private long queryNanos;
  private long lastQueryNanos;

  /// How long before a neighbour expires it is asked again.
  private long refreshNanos = EARLIEST_REFRESH.toNanos();

  private Duration pause = FIRST_PAUSE;
  private final Map<Link, PendingAnswer> pending = new HashMap<>();
  private final Map<Link, Long> answeredNanos = new HashMap<>();

  private record PendingAnswer(long dueNanos, boolean listsServices) {}

  /// @param instance a name that no other node has
  ServiceAgent(SwarmKeys keys, String instance, NeighbourTable table, RandomGenerator random) {
    this.keys = keys;
    this.instance = instance;
    this.table = table;
    this.random = random;
  }

  @Override
  public void linksAre(Links now, long nowNanos) {
    links = now;
    pending.clear();
    answeredNanos.clear();
    describe(nowNanos);
    pause = FIRST_PAUSE;
    queryNanos = nowNanos;
    lastQueryNanos = nowNanos - REFRESH_PAUSE.toNanos();
  }

  @Override
  public void reachableAt(OwnEndpoints now, long nowNanos) {
    endpoints = now;
    describe(nowNanos);
  }

  /// Announces this node anew, or where it is not reached any more that it goes.
  private void describe(long nowNanos) {
    Map<Link, ServiceDescription> before = Map.copyOf(own);
    own.clear();
    for (Link link : links.links()) {
      List<String> uris = endpoints.on(link);
      if (!uris.isEmpty()) {
        own.put(link, ServiceDescription.of(instance, uris, keys));
      } else if (before.containsKey(link)) {
        ready.addAll(goodbye(link, before.get(link)));
      }
    }
    announced = 0;
    announceNanos = nowNanos;
  }

  @Override
  public void received(byte[] bytes, Group group, Link link, InetSocketAddress from, long nowNanos)
      throws MalformedPacketException {
    DnsMessage message = DnsReader.read(bytes);
    if (message.isResponse()) {
      // §6: an answer from another port is forged, or not multicast.
      if (from.getPort() == DNS_PORT) {
        learn(message, link, from.getAddress(), nowNanos);
      }
    } else {
      answer(message, group, link, from, nowNanos);
    }
  }

  private void learn(DnsMessage message, Link link, InetAddress source, long nowNanos) {
    for (Resource record : message.records()) {
      if (record.data() instanceof Data.Pointer(DnsName target)
          && record.name().equals(ServiceDescription.SERVICE)
          && target.isBelow(ServiceDescription.SERVICE)
          && !target.first().equals(instance)) {
        if (record.ttlSeconds() == 0) {
          table.remove(target.first(), source);
        } else {
          learn(target, message, link, source, nowNanos);
        }
      }
    }
  }

  private void learn(
      DnsName name, DnsMessage message, Link link, InetAddress source, long nowNanos) {
    Optional<Resource> service = find(message, name, RecordType.SRV);
    Optional<ServiceDescription> description =
        find(message, name, RecordType.TXT)
            .flatMap(
                text ->
                    text.data() instanceof Data.Text(var strings)
                        ? ServiceDescription.read(name, strings)
                        : Optional.empty());
    if (service.isEmpty()
        || description.isEmpty()
        || !(table.knows(description.get()) || description.get().isGenuine(keys))) {
      return;
    }
    List<PeerAddress> dialable = description.get().dialable(link);
    long seconds = Math.min(service.get().ttlSeconds(), MAX_TTL_SECONDS);
    if (!dialable.isEmpty() && seconds > 0) {
      table.put(
          new NeighbourTable.Neighbour(
              description.get(),
              source,
              link.name(),
              dialable,
              nowNanos,
              nowNanos + Duration.ofSeconds(seconds).toNanos()));
    }
  }

  private static Optional<Resource> find(DnsMessage message, DnsName name, int type) {
    return message.records().stream()
        .filter(record -> record.data().type() == type && record.name().equals(name))
        .findFirst();
  }

  private void answer(
      DnsMessage query, Group group, Link link, InetSocketAddress from, long nowNanos) {
    ServiceDescription me = own.get(link);
    if (me == null || query.questions().stream().noneMatch(question -> isAbout(question, me))) {
      return;
    }
    boolean listsServices =
        query.questions().stream()
            .anyMatch(question -> question.name().equals(ServiceDescription.ALL_SERVICES));
    if (from.getPort() != DNS_PORT) {
      answerResolver(query, me, listsServices, group, link, from);
    } else if (!isKnown(query, me)) {
      long delay = random.nextLong(SHORTEST_DELAY.toNanos(), LONGEST_DELAY.toNanos());
      long earliest =
          Optional.ofNullable(answeredNanos.get(link))
              .map(last -> last + ANSWER_PAUSE.toNanos() - nowNanos)
              .orElse(0L);
      pending.merge(
          link,
          new PendingAnswer(nowNanos + Math.max(delay, earliest), listsServices),
          (before, now) ->
              new PendingAnswer(before.dueNanos(), before.listsServices() || now.listsServices()));
    }
  }

  private static boolean isAbout(Question question, ServiceDescription me) {
    int type = question.type();
    DnsName name = question.name();
    if (name.equals(ServiceDescription.SERVICE) || name.equals(ServiceDescription.ALL_SERVICES)) {
      return type == RecordType.PTR || type == RecordType.ANY;
    }
    if (name.equals(me.name())) {
      return type == RecordType.SRV || type == RecordType.TXT || type == RecordType.ANY;
    }
    return name.equals(me.host())
        && (type == RecordType.A || type == RecordType.AAAA || type == RecordType.ANY);
  }

  /// Whether the asker holds this node's pointer for half of its time and longer (§7.1), and asks
  /// for nothing else.
  private static boolean isKnown(DnsMessage query, ServiceDescription me) {
    Resource pointer = me.pointer(Long.MAX_VALUE);
    return query.questions().stream()
            .allMatch(question -> question.name().equals(ServiceDescription.SERVICE))
        && query.records().stream()
            .anyMatch(
                known ->
                    known.name().equals(pointer.name())
                        && known.data().equals(pointer.data())
                        && known.ttlSeconds() >= pointer.ttlSeconds() / 2);
  }

  private void answerResolver(
      DnsMessage query,
      ServiceDescription me,
      boolean listsServices,
      Group group,
      Link link,
      InetSocketAddress from) {
    if (unicastReady >= MAX_UNICAST) {
      return;
    }
    unicastReady++;
    DnsMessage answer =
        new DnsMessage(
            query.id(),
            true,
            query.questions().stream().filter(question -> isAbout(question, me)).limit(1).toList(),
            records(me, link, listsServices, UNICAST_SECONDS));
    ready.add(new Outgoing(group, link, Optional.of(from), DnsWriter.unicast(answer)));
  }

  private static List<Resource> records(
      ServiceDescription me, Link link, boolean listsServices, long mostSeconds) {
    List<InetAddress> addresses =
        Stream.of(Family.values()).flatMap(family -> link.addresses(family).stream()).toList();
    List<Resource> records = new ArrayList<>(me.records(addresses, mostSeconds));
    if (listsServices) {
      records.addFirst(me.pointerOfAllServices(mostSeconds));
    }
    return records;
  }

  @Override
  public List<Outgoing> due(long nowNanos) {
    table.expire(nowNanos);
    List<Outgoing> due = new ArrayList<>(ready);
    ready.clear();
    unicastReady = 0;
    if (announced < ANNOUNCEMENTS.size() && nowNanos - announceNanos >= 0) {
      announced++;
      if (announced < ANNOUNCEMENTS.size()) {
        announceNanos = nowNanos + ANNOUNCEMENTS.get(announced).toNanos();
      }
      own.keySet().forEach(link -> due.addAll(announcement(link, false, nowNanos)));
    }
    for (Map.Entry<Link, PendingAnswer> entry : Map.copyOf(pending).entrySet()) {
      if (nowNanos - entry.getValue().dueNanos() >= 0) {
        pending.remove(entry.getKey());
        due.addAll(announcement(entry.getKey(), entry.getValue().listsServices(), nowNanos));
      }
    }
    if (untilQueryNanos(nowNanos) <= 0) {
      if (nowNanos - queryNanos >= 0) {
        queryNanos = nowNanos + pause.toNanos();
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
      }
      lastQueryNanos = nowNanos;
      refreshNanos = random.nextLong(LATEST_REFRESH.toNanos(), EARLIEST_REFRESH.toNanos());
      byte[] query = query();
      links.links().forEach(link -> due.addAll(toGroups(link, query)));
    }
    return due;
  }

  private List<Outgoing> announcement(Link link, boolean listsServices, long nowNanos) {
    ServiceDescription me = own.get(link);
    if (me == null) {
      return List.of();
    }
    answeredNanos.put(link, nowNanos);
    return toGroups(link, response(records(me, link, listsServices, Long.MAX_VALUE)));
  }

  private static List<Outgoing> goodbye(Link link, ServiceDescription me) {
    return toGroups(link, response(records(me, link, false, 0)));
  }

  private static byte[] response(List<Resource> records) {
    return DnsWriter.multicast(new DnsMessage(0, true, List.of(), records));
  }

  private static byte[] query() {
    return DnsWriter.multicast(
        new DnsMessage(
            0,
            false,
            List.of(new Question(ServiceDescription.SERVICE, RecordType.PTR)),
            List.of()));
  }

  private static List<Outgoing> toGroups(Link link, byte[] bytes) {
    return Stream.of(Group.values())
        .filter(group -> group.isDns() && link.speaks(group.family()))
        .map(group -> Outgoing.multicast(group, link, bytes))
        .toList();
  }

  private long untilQueryNanos(long nowNanos) {
    if (links.links().isEmpty()) {
      return Long.MAX_VALUE;
    }
    long refresh =
        Math.max(
            table.firstExpiryNanos(nowNanos).orElse(Long.MAX_VALUE) - refreshNanos,
            lastQueryNanos + REFRESH_PAUSE.toNanos() - nowNanos);
    return Math.min(queryNanos - nowNanos, refresh);
  }

  @Override
  public long untilDueNanos(long nowNanos) {
    if (!ready.isEmpty()) {
      return 0;
    }
    long next = untilQueryNanos(nowNanos);
    if (announced < ANNOUNCEMENTS.size()) {
      next = Math.min(next, announceNanos - nowNanos);
    }
    for (PendingAnswer answer : pending.values()) {
      next = Math.min(next, answer.dueNanos() - nowNanos);
    }
    return Math.min(next, table.firstExpiryNanos(nowNanos).orElse(Long.MAX_VALUE));
  }

  @Override
  public List<Outgoing> farewell() {
    List<Outgoing> last = new ArrayList<>();
    own.forEach((link, me) -> last.addAll(goodbye(link, me)));
    return last;
  }
}
