package io.shoal.distribution.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.StoreUsage;
import io.shoal.runtime.command.NameCommands.NamesEntry;
import io.shoal.runtime.command.StatusCommands.AccessEntry;
import io.shoal.runtime.command.StatusCommands.CheckEntry;
import io.shoal.runtime.command.StatusCommands.DiscoveryEntry;
import io.shoal.runtime.command.StatusCommands.NodeStatus;
import io.shoal.runtime.command.StatusCommands.UploadEntry;
import io.shoal.runtime.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadyLineTest {

  private static String line(List<String> endpoints, String dht) {
    return ServeCommand.readyLine(status(endpoints, dht), "http://127.0.0.1:1");
  }

  private static NodeStatus status(List<String> endpoints, String dht) {
    return new NodeStatus(
        "12D3",
        "0.1.0",
        1,
        endpoints,
        List.of(new DiscoveryEntry("discovery-kademlia", Optional.of(dht), 0, 0, 0, 0, Map.of())),
        new StoreUsage(0, 0, 0, 0, 0),
        List.of(),
        new UploadEntry(0, 0, 0, 0, 0),
        new NamesEntry(0, 0, 0),
        List.of(),
        new AccessEntry("open", 0),
        new CheckEntry(0, 0, 0, 0, 0, -1, 0),
        List.of());
  }

  @Test
  void asJsonItHasTheSameWords() {
    assertEquals(
        "{\"peer\":\"12D3\",\"tcp\":\"127.0.0.1:4600\",\"dht\":\"127.0.0.1:6881\",\"api\":\"off\"}",
        new Json()
            .write(
                ServeCommand.readyWords(
                    status(List.of("tcps://127.0.0.1:4600#12D3"), "127.0.0.1:6881"), "off")));
  }

  @Test
  void itTellsWhereTheNodeIs() {
    assertEquals(
        "ready peer=12D3 tcp=127.0.0.1:4600 dht=127.0.0.1:6881 api=http://127.0.0.1:1",
        line(List.of("tcps://127.0.0.1:4600#12D3"), "127.0.0.1:6881"));
  }

  @Test
  void eachAddressOfTheMachineHasItsWord() {
    List<String> endpoints =
        List.of(
            "tcps://192.0.2.7:4600#12D3",
            "tcps://[2001:db8::7]:4600#12D3",
            "tcps://[fe80::7%eth0]:4600#12D3");
    assertEquals(
        "ready peer=12D3 tcp=192.0.2.7:4600 tcp.2=[2001:db8::7]:4600 tcp.3=[fe80::7%eth0]:4600"
            + " dht=192.0.2.7:6881 api=http://127.0.0.1:1",
        line(endpoints, "192.0.2.7:6881"));
    assertEquals(
        Optional.of("shoal get ROOT --peer tcps://192.0.2.7:4600#12D3"),
        ServeCommand.forOthers(endpoints));
  }

  @Test
  void whatOnlyThisMachineReachesIsNothingToCopy() {
    assertEquals(
        Optional.empty(),
        ServeCommand.forOthers(
            List.of("tcps://127.0.0.1:4600#12D3", "tcps://[::1]:4600#12D3", "unix:///tmp/socket")));
  }

  @Test
  void otherTransportsAreToldByTheirScheme() {
    assertEquals(
        "ready peer=12D3 unix=/tmp/socket dht=127.0.0.1:6881 api=http://127.0.0.1:1",
        line(List.of("unix:///tmp/socket"), "127.0.0.1:6881"));
  }
}
