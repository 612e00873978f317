package io.shoal.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A network and a list of processes of their own: nothing in it reaches the machine's network, and
/// everything that runs in it ends with it, also when this process is killed.
final class PrivateNetwork implements AutoCloseable {

  private final ShoalProcess keeper;
  private final long pid;

  private PrivateNetwork(ShoalProcess keeper, long pid) {
    this.keeper = keeper;
    this.pid = pid;
  }

  /// Makes a network with some addresses of a /24. Not for who lacks the right to: that shows in an
  /// [IOException] with the reason.
  ///
  /// @param apart addresses of which none can send a datagram to another
  static PrivateNetwork open(Path home, List<String> addresses, List<String> apart)
      throws IOException, InterruptedException {
    var setUp = new StringBuilder("ip link set lo up\n");
    addresses.forEach(address -> setUp.append("ip addr add %s/24 dev lo\n".formatted(address)));
    // Some clients use a family only if there is a way out, and rules come after the local table.
    setUp.append("ip route add default dev lo\n");
    setUp.append("ip rule add pref 100 lookup local\nip rule del pref 0\n");
    for (String from : apart) {
      for (String to : apart) {
        if (!from.equals(to)) {
          setUp.append(
              "ip rule add pref 10 from %s to %s ipproto udp unreachable\n".formatted(from, to));
        }
      }
    }
    // Its first process waits for an end of input that comes when this process is gone.
    setUp.append("echo up\nexec cat\n");
    ShoalProcess keeper =
        ShoalProcess.start(
            home,
            Map.of(),
            List.of(
                "unshare",
                "--net",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-ec",
                setUp.toString()));
    ShoalProcess.await("the network", () -> keeper.out().contains("up") || keeper.ended());
    if (keeper.ended()) {
      throw new IOException(keeper.err().strip());
    }
    return new PrivateNetwork(keeper, keeper.descendants().getFirst().pid());
  }

  /// Connects this network with others as a switch does, each with an interface `eth0` to it.
  ///
  /// @param prefix of a /24; this network has its address 1, the others those that follow
  void connect(String prefix, List<PrivateNetwork> others)
      throws IOException, InterruptedException {
    var setUp = new StringBuilder("ip link add eth0 type bridge\n");
    setUp.append("ip addr add %s1/24 dev eth0\nip link set eth0 up\n".formatted(prefix));
    int number = 2;
    for (PrivateNetwork other : others) {
      setUp.append(
          "ip link add port%d type veth peer name eth0 netns %d\n".formatted(number, other.pid));
      setUp.append("ip link set port%1$d master eth0\nip link set port%1$d up\n".formatted(number));
      setUp.append(
          "nsenter --target %d --net sh -ec 'ip addr add %s%d/24 dev eth0; ip link set eth0 up'\n"
              .formatted(other.pid, prefix, number));
      number++;
    }
    // The pids are those of this machine, so only the network is entered.
    Process process =
        new ProcessBuilder(
                "nsenter", "--target", Long.toString(pid), "--net", "sh", "-ec", setUp.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(said.strip());
    }
  }

  /// A command as it is run in the network.
  List<String> inside(List<String> command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--target", Long.toString(pid)));
    all.addAll(List.of("--net", "--pid", "--mount", "--"));
    all.addAll(command);
    return all;
  }

  ShoalProcess start(Path home, Map<String, String> environment, List<String> command)
      throws IOException {
    return ShoalProcess.start(home, environment, inside(command));
  }

  /// Returns when everything in it has ended: its first process goes last.
  @Override
  public void close() throws InterruptedException {
    Optional<ProcessHandle> first = ProcessHandle.of(pid);
    keeper.close();
    ShoalProcess.await(
        "the end of the network", () -> first.filter(ProcessHandle::isAlive).isEmpty());
  }
}
