package io.shoal.discovery.kademlia.node;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// Counts what a node refused since its start: a few of each are the ordinary noise of a large
/// network, many are an attack.
///
/// @param overSource queries beyond the bound of their source, see [RateLimiter]
/// @param overNetwork queries beyond that of their network
/// @param overAll queries beyond that of all together
/// @param wrongTokens announcements and items without a token that this node issued
/// @param refusedStores announcements beyond the quotas, and items that were not to be kept
/// @param unboundIds nodes whose id their address does not allow, where that is enforced
/// @param crowdedNodes nodes that answered, of a network that has as many in the table as it may
/// @param unaskedAnswers answers to nothing that waits for one: late, or forged
/// @param shortenedAnswers answers that were cut down, see [ReplySize]
/// @param withheldContents of these, those that left out an item, a sample or a scrape
public record DefenceCounters(
    long overSource,
    long overNetwork,
    long overAll,
    long wrongTokens,
    long refusedStores,
    long unboundIds,
    long crowdedNodes,
    long unaskedAnswers,
    long shortenedAnswers,
    long withheldContents) {

  /// Queries that were not answered because there were too many.
  public long rateLimited() {
    return overSource + overNetwork + overAll;
  }

  /// The counters by name.
  public Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("overSource", overSource);
    figures.put("overNetwork", overNetwork);
    figures.put("overAll", overAll);
    figures.put("wrongTokens", wrongTokens);
    figures.put("refusedStores", refusedStores);
    figures.put("unboundIds", unboundIds);
    figures.put("crowdedNodes", crowdedNodes);
    figures.put("unaskedAnswers", unaskedAnswers);
    figures.put("shortenedAnswers", shortenedAnswers);
    figures.put("withheldContents", withheldContents);
    return figures;
  }

  /// Those that are not zero, in a line; empty if all are.
  public String inWords() {
    return figures().entrySet().stream()
        .filter(figure -> figure.getValue() > 0)
        .map(figure -> figure.getKey() + " " + figure.getValue())
        .collect(Collectors.joining(", "));
  }
}
