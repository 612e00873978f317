package io.shoal.discovery.lan;

import java.net.InetAddress;
import java.util.List;

/// The part of a DNS message (RFC 1035 §4) that DNS-SD needs.
///
/// @param id 0 in multicast; a query of an ordinary resolver has one, and its answer the same
/// @param isResponse whether it answers; queries have records too, those that the asker knows
/// @param questions in their order
/// @param records of all sections, those that are of no use left out
record DnsMessage(int id, boolean isResponse, List<Question> questions, List<Resource> records) {
  DnsMessage {
    questions = List.copyOf(questions);
    records = List.copyOf(records);
  }

  /// A question.
  ///
  /// @param name in lower case
  /// @param type one of the constants of [RecordType], or another
  record Question(DnsName name, int type) {}

  /// A record.
  ///
  /// @param name in lower case
  /// @param ttlSeconds how long it holds, 0 or more; 0: it holds no longer
  /// @param data what it says
  record Resource(DnsName name, long ttlSeconds, Data data) {}

  /// The data of a record.
  sealed interface Data {
    int type();

    /// Points to another name.
    record Pointer(DnsName target) implements Data {
      @Override
      public int type() {
        return RecordType.PTR;
      }
    }

    /// A service: where it is.
    record Service(int port, DnsName target) implements Data {
      @Override
      public int type() {
        return RecordType.SRV;
      }
    }

    /// A service: what it says of itself, `key=value` each (RFC 6763 §6).
    record Text(List<String> strings) implements Data {
      public Text {
        strings = List.copyOf(strings);
      }

      @Override
      public int type() {
        return RecordType.TXT;
      }
    }

    /// An address of a host.
    record Address(InetAddress address) implements Data {
      @Override
      public int type() {
        return Family.of(address) == Family.IPV4 ? RecordType.A : RecordType.AAAA;
      }
    }
  }
}
