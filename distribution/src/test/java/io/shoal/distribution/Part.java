package io.shoal.distribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A plugin that one of the four places of a node is given to, and how it is set up for a test on
/// one machine.
///
/// @param kind the key under `active`
/// @param id the plugin
/// @param common its settings at every node; a word in braces, such as `{node}`, stands for what is
///   known only once the nodes run
/// @param toSeed its further settings at a node that looks for another one; `{dht}` and the like
///   are what the ready line of that other node says
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
  /// @param words what stands for the words in braces
  /// @param searching whether the node looks for another one
  List<String> options(Map<String, String> words, boolean searching) {
    List<String> options = new ArrayList<>();
    options.add("--set");
    options.add("active." + kind + "=" + id);
    options.addAll(settings(words, searching));
    return options;
  }

  /// The same without the choice.
  List<String> settings(Map<String, String> words, boolean searching) {
    List<String> options = new ArrayList<>();
    for (String setting : common) {
      options.add("--set");
      options.add(filled(setting, words));
    }
    if (searching) {
      for (String setting : toSeed) {
        options.add("--set");
        options.add(filled(setting, words));
      }
    }
    return options;
  }

  private static String filled(String setting, Map<String, String> words) {
    String text = setting;
    for (Map.Entry<String, String> word : words.entrySet()) {
      text = text.replace("{" + word.getKey() + "}", word.getValue());
    }
    if (text.contains("{")) {
      throw new AssertionError(text + " needs a word that is not known: " + words);
    }
    return text;
  }

  @Override
  public String toString() {
    return id.substring(id.indexOf('-') + 1);
  }
}
