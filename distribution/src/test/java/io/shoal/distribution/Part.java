package io.shoal.distribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A plugin that one of the four places of a node is given to, and how it is set up for a test on
/// one machine.
///
/// @param kind the key under `active`
/// @param id the plugin
/// @param common its settings at every node
/// @param toSeed its settings at a node that looks for another one; `TCP`, `DHT` and the like stand
///   for what the ready line of that other node says, in braces: `{dht}`
record Part(String kind, String id, List<String> common, List<String> toSeed) {

  Part {
    common = List.copyOf(common);
    toSeed = List.copyOf(toSeed);
  }

  static Part of(String kind, String id, String... common) {
    return new Part(kind, id, List.of(common), List.of());
  }

  Part searching(String... settings) {
    return new Part(kind, id, common, List.of(settings));
  }

  /// The options of a command that choose it and set it up.
  ///
  /// @param seed the words of the other node's ready line; empty for the first node
  List<String> options(Map<String, String> seed) {
    List<String> options = new ArrayList<>();
    options.add("--set");
    options.add("active." + kind + "=" + id);
    for (String setting : common) {
      options.add("--set");
      options.add(setting);
    }
    if (!seed.isEmpty()) {
      for (String setting : toSeed) {
        options.add("--set");
        options.add(filled(setting, seed));
      }
    }
    return options;
  }

  private static String filled(String setting, Map<String, String> seed) {
    String text = setting;
    for (Map.Entry<String, String> word : seed.entrySet()) {
      text = text.replace("{" + word.getKey() + "}", word.getValue());
    }
    if (text.contains("{")) {
      throw new AssertionError(text + " needs what the other node does not say: " + seed);
    }
    return text;
  }

  @Override
  public String toString() {
    return id.substring(id.indexOf('-') + 1);
  }
}
