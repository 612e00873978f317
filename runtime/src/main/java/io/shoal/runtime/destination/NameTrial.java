package io.shoal.runtime.destination;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.LeftOut;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.file.DiskFull;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Finds out which names of a plan a destination can hold: it makes the files and folders whose
/// names some systems cannot hold, each exclusively. A name that the system refuses, or takes for
/// that of a file that was made before, is left out, so that no twin overwrites the other. All
/// other names need no trial. Used once, by one thread.
final class NameTrial {
  /// A name that every system holds, for comparison.
  private static final String PLAIN = ".shoal-name-trial";

  /// What is remembered of each name that is tried.
  private static final int BYTES_FOR_TRIAL = 300;

  static final String REFUSED = "the destination cannot hold its name";

  /// Where names are tried.
  interface Place {
    /// @return false if something has its name
    boolean makeFolder(Path folder) throws IOException, UserFaultException;

    /// @return false if something has its name
    boolean makeFile(Path file) throws IOException;

    void deleteFile(Path file) throws IOException;

    /// What a file or folder is, whatever name leads to it.
    Object identity(Path path) throws IOException;
  }

  /// @param plan what the destination can hold
  /// @param leftOut the rest, each with the reason and the way to get it
  record Outcome(TreePlan plan, List<String> leftOut) {}

  private final TreePlan whole;
  private final Path part;
  private final Place place;
  private final boolean resumed;
  private final BooleanSupplier stopped;
  private final Map<String, String> reasons = new LinkedHashMap<>();
  private final Map<Object, String> made = new HashMap<>();
  private Optional<Boolean> keepsEnds = Optional.empty();

  /// @param part where the plan's root goes
  /// @param resumed whether an earlier attempt may have made some
  /// @param stopped whether the download is to end
  NameTrial(TreePlan whole, Path part, Place place, boolean resumed, BooleanSupplier stopped) {
    this.whole = whole;
    this.part = part;
    this.place = place;
    this.resumed = resumed;
    this.stopped = stopped;
  }

  /// @throws InterruptedException the download was stopped
  Outcome run() throws IOException, ShoalException, InterruptedException {
    if (whole.unusual().isEmpty()) {
      return new Outcome(whole, List.of());
    }
    LeftOut leftOut = new LeftOut();
    for (TreePlan.PlannedFolder folder : whole.folders()) {
      String path = folder.path();
      if (TreePlan.isWithin(path, reasons.keySet())) {
        continue;
      }
      if (!whole.unusual().contains(path)) {
        // Others may have to be tried in it.
        place.makeFolder(path.isEmpty() ? part : part.resolve(path));
      } else if (!holds(path, true)) {
        leftOut.addName(path, folder.cid(), reason(path));
      }
    }
    for (TreePlan.PlannedFile file : whole.files()) {
      String path = file.path();
      if (whole.unusual().contains(path)
          && !TreePlan.isWithin(path, reasons.keySet())
          && !holds(path, false)) {
        leftOut.addName(path, file.cid(), reason(path));
      }
    }
    return new Outcome(whole.without(reasons.keySet()), leftOut.lines());
  }

  private String reason(String path) {
    return reasons.getOrDefault(path, "");
  }

  private boolean holds(String path, boolean folder)
      throws IOException, ShoalException, InterruptedException {
    if (stopped.getAsBoolean()) {
      throw new InterruptedException("the download was stopped");
    }
    whole.memory().take(BYTES_FOR_TRIAL + 2L * path.length());
    Optional<String> reason = tried(path, folder);
    reason.ifPresent(why -> reasons.put(path, why));
    return reason.isEmpty();
  }

  /// @return why the destination cannot hold it
  private Optional<String> tried(String path, boolean folder)
      throws IOException, UserFaultException {
    Optional<String> refused = Optional.of(REFUSED);
    Path tried;
    boolean isNew;
    try {
      tried = part.resolve(path);
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (!String.valueOf(tried.getFileName()).equals(name) || changesEnd(name)) {
        return refused;
      }
      isNew = folder ? place.makeFolder(tried) : place.makeFile(tried);
    } catch (InvalidPathException e) {
      return refused;
    } catch (FileSystemException e) {
      // A system says in many ways that it does not take a name.
      if (DiskFull.of(e).isPresent() || !holdsPlainNameBeside(part.resolve(path))) {
        throw e;
      }
      return refused;
    }
    String before = made.putIfAbsent(place.identity(tried), path);
    if (before != null) {
      return Optional.of("the destination takes its name for '" + before + "'");
    }
    return isNew || resumed
        ? Optional.empty()
        : Optional.of("the destination takes its name for that of another file");
  }

  private boolean holdsPlainNameBeside(Path tried) throws UserFaultException {
    try {
      Path plain = tried.resolveSibling(PLAIN);
      if (place.makeFile(plain)) {
        place.deleteFile(plain);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether the system silently drops a dot or a blank at the end.
  private boolean changesEnd(String name) throws IOException {
    if (!name.endsWith(".") && !name.endsWith(" ")) {
      return false;
    }
    if (keepsEnds.isEmpty()) {
      keepsEnds = Optional.of(keepsEnds());
    }
    return !keepsEnds.get();
  }

  private boolean keepsEnds() throws IOException {
    Path plain = part.resolve(PLAIN);
    try {
      Path dotted = part.resolve(PLAIN + ".");
      if (!place.makeFile(dotted)) {
        return false;
      }
      boolean free = place.makeFile(plain);
      place.deleteFile(dotted);
      if (free) {
        place.deleteFile(plain);
      }
      return free;
    } catch (FileSystemException | InvalidPathException e) {
      return false;
    }
  }
}
