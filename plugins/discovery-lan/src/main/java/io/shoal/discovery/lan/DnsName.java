package io.shoal.discovery.lan;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// A domain name. Upper and lower case are the same in DNS, so it is in lower case.
///
/// @param labels from the most special one on, each of 1 to 63 bytes in ISO 8859-1
record DnsName(List<String> labels) {
  DnsName {
    labels = labels.stream().map(label -> label.toLowerCase(Locale.ROOT)).toList();
  }

  static DnsName of(String... labels) {
    return new DnsName(List.of(labels));
  }

  DnsName below(String label) {
    return new DnsName(Stream.concat(Stream.of(label), labels.stream()).toList());
  }

  /// Whether it is one label more than another name.
  boolean isBelow(DnsName other) {
    return labels.size() == other.labels.size() + 1
        && labels.subList(1, labels.size()).equals(other.labels);
  }

  String first() {
    return labels.getFirst();
  }

  @Override
  public String toString() {
    return String.join(".", labels) + ".";
  }
}
