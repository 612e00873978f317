package io.shoal.runtime.destination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.TreePlanner;
import io.shoal.runtime.dag.UnixFsData;
import io.shoal.runtime.testing.Blocks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NameTrialTest {
  private static final Path PART = Path.of("/stick/out.part");

  private final Blocks blocks = new Blocks();
  private final Medium medium = new Medium();

  /// A medium as FAT is: it ignores case, takes none of the characters that FAT has for itself, and
  /// drops dots at the end of a name.
  private static final class Medium implements NameTrial.Place {
    private final Map<String, Integer> entries = new HashMap<>();
    private boolean broken;

    private static String stored(Path path) {
      return path.toString().replaceAll("\\.+(/|$)", "$1").toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean makeFolder(Path folder) throws IOException {
      return makeFile(folder);
    }

    @Override
    public boolean makeFile(Path file) throws IOException {
      if (broken) {
        throw new FileSystemException(file.toString(), null, "Input/output error");
      }
      if (file.getFileName().toString().matches(".*[:?*|].*")) {
        throw new NoSuchFileException(file.toString());
      }
      return entries.putIfAbsent(stored(file), entries.size()) == null;
    }

    @Override
    public void deleteFile(Path file) {
      entries.remove(stored(file));
    }

    @Override
    public Object identity(Path path) {
      return entries.get(stored(path));
    }
  }

  private Cid folder(Map<String, Cid> entries) throws Exception {
    List<PbLink> links = new ArrayList<>();
    entries.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> links.add(new PbLink(entry.getValue(), entry.getKey(), 1)));
    byte[] data = UnixFsData.folder().encode();
    return blocks.put(Cid.DAG_PB, DagPb.encode(new PbNode(links, Optional.of(data))));
  }

  private Cid leaf(String content) {
    return blocks.put(Cid.RAW, content.getBytes(StandardCharsets.UTF_8));
  }

  private TreePlan plan(Cid root) throws Exception {
    return TreePlanner.plan(blocks.walk(root));
  }

  private NameTrial.Outcome run(TreePlan plan, boolean resumed) throws Exception {
    return new NameTrial(plan, PART, medium, resumed, () -> false).run();
  }

  private static List<String> files(TreePlan plan) {
    return plan.files().stream().map(TreePlan.PlannedFile::path).toList();
  }

  @Test
  void ofTwinsTheFirstIsWrittenAndTheOtherNamed() throws Exception {
    Cid net = folder(Map.of("xt_MARK.h", leaf("a"), "xt_mark.h", leaf("b"), "z", leaf("c")));
    TreePlan plan = plan(folder(Map.of("net", net, "aux.c", leaf("d"))));
    for (boolean resumed : List.of(false, true)) {
      NameTrial.Outcome outcome = run(plan, resumed);

      assertEquals(List.of("aux.c", "net/xt_MARK.h", "net/z"), files(outcome.plan()));
      assertEquals(1, outcome.leftOut().size());
      String line = outcome.leftOut().getFirst();
      assertTrue(line.startsWith("net/xt_mark.h: "), line);
      assertTrue(line.contains("'net/xt_MARK.h'"), line);
      assertTrue(line.contains("shoal get " + leaf("b")), line);
    }
  }

  @Test
  void namesThatTheMediumRefusesOrChangesAreLeftOutWithWhatIsInThem() throws Exception {
    Cid inner = folder(Map.of("f", leaf("a")));
    TreePlan plan =
        plan(
            folder(
                Map.of("12:30", inner, "dot.", leaf("b"), "fine", leaf("c"), "what?", leaf("d"))));

    NameTrial.Outcome outcome = run(plan, false);

    assertEquals(List.of("fine"), files(outcome.plan()));
    assertEquals(1, outcome.plan().folders().size());
    assertEquals(3, outcome.leftOut().size(), outcome.leftOut()::toString);
    assertEquals(4, plan.files().size(), "the whole stays as it was");
    assertTrue(medium.entries.keySet().stream().noneMatch(name -> name.contains("trial")));
  }

  @Test
  void aPlanOfPlainNamesIsNotTried() throws Exception {
    TreePlan plan = plan(folder(Map.of("a", leaf("a"), "b", leaf("b"))));
    assertSame(plan, run(plan, false).plan());
    assertTrue(medium.entries.isEmpty());
  }

  @Test
  void aMediumThatTakesNoNameAtAllIsAFailure() throws Exception {
    TreePlan plan = plan(folder(Map.of("what?", leaf("a"))));
    medium.broken = true;
    assertThrows(IOException.class, () -> run(plan, false));
  }
}
