package io.shoal.runtime.dag;

import io.shoal.api.ShoalException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The files and folders of a plan, as numbers: a folder can have a million of them, and a stranger
/// can name the same ones again and again in a few bytes. Confined to one thread while it grows.
final class PlannedEntries {
  /// What a file or folder takes here and in [Places].
  static final int BYTES_FOR_ENTRY = 24;

  private static final int ROOT = -1;

  /// Instead of the number of a folder that is left out.
  private static final int GONE = -2;

  private final DagWalker dag;

  // By folder: its parent, its name's place in the parent's node, and its own node.
  private final IntList folderParents = new IntList();
  private final IntList folderNames = new IntList();
  private final IntList folderRefs = new IntList();

  // For a sharded folder names are in shards below it: by folder, the node that holds the name.
  private final IntList folderNodes = new IntList();

  // By file: its folder, the node that holds its name, the place there, and what it is made of.
  private final IntList fileParents = new IntList();
  private final IntList fileNodes = new IntList();
  private final IntList fileNames = new IntList();
  private final IntList fileContents = new IntList();

  private final List<TreePlan.Content> contents = new ArrayList<>();
  private final IntList contentRefs = new IntList();
  private long sizeBytes;
  private boolean sizeIsKnown = true;
  private boolean hasAttributes;

  PlannedEntries(DagWalker dag) {
    this.dag = dag;
  }

  /// Where an entry is: in which folder, and its name as link `name` of the node `node`.
  record Named(int folder, int node, int name) {
    /// The root, which has no name.
    static final Named TOP = new Named(ROOT, 0, 0);
  }

  /// @return the folder's number
  int addFolder(Named at, int ref) throws ShoalException {
    dag.memory().take(BYTES_FOR_ENTRY);
    folderParents.add(at.folder());
    folderNodes.add(at.node());
    folderNames.add(at.name());
    folderRefs.add(ref);
    hasAttributes |= !attributes(ref).isEmpty();
    return folderRefs.size() - 1;
  }

  /// A file that is one leaf.
  void addLeaf(Named at, int ref) throws ShoalException {
    addFile(at, ref << 1);
    long size = singleBytes(ref);
    sizeBytes += Math.max(0, size);
    sizeIsKnown &= size != TreePlan.UNKNOWN_SIZE;
  }

  /// @param content its number
  void addContentFile(Named at, int content) throws ShoalException {
    addFile(at, content << 1 | 1);
    sizeBytes += contents.get(content).sizeBytes();
    hasAttributes |= !attributes(contentRefs.get(content)).isEmpty();
  }

  private void addFile(Named at, int what) throws ShoalException {
    dag.memory().take(BYTES_FOR_ENTRY);
    fileParents.add(at.folder());
    fileNodes.add(at.node());
    fileNames.add(at.name());
    fileContents.add(what);
  }

  /// @param ref of the file's top node
  int addContent(int ref, TreePlan.Content content) {
    contents.add(content);
    contentRefs.add(ref);
    return contents.size() - 1;
  }

  int folderCount() {
    return folderRefs.size();
  }

  int fileCount() {
    return fileContents.size();
  }

  List<TreePlan.Content> contents() {
    return contents;
  }

  /// The number of a file's content, or -1 if it is one leaf.
  int contentOf(int file) {
    int what = fileContents.get(file);
    return (what & 1) == 1 ? what >> 1 : -1;
  }

  /// The leaf that a file is made of, if it is one.
  int leafOf(int file) {
    return fileContents.get(file) >> 1;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  boolean sizeIsKnown() {
    return sizeIsKnown;
  }

  boolean hasAttributes() {
    return hasAttributes;
  }

  private UnixFsAttributes attributes(int ref) {
    return dag.node(ref).map(WalkedNode::attributes).orElse(UnixFsAttributes.NONE);
  }

  /// The same without some files and folders, and without all that is in these.
  PlannedEntries without(Set<String> paths) throws ShoalException {
    PlannedEntries left = new PlannedEntries(dag);
    left.contents.addAll(contents);
    for (int content = 0; content < contents.size(); content++) {
      left.contentRefs.add(contentRefs.get(content));
    }
    int[] numbers = new int[folderCount()];
    for (int folder = 0; folder < numbers.length; folder++) {
      int parent = numberIn(numbers, folderParents.get(folder));
      numbers[folder] =
          parent == GONE || paths.contains(folderPath(folder))
              ? GONE
              : left.addFolder(
                  new Named(parent, folderNodes.get(folder), folderNames.get(folder)),
                  folderRefs.get(folder));
    }
    for (int file = 0; file < fileCount(); file++) {
      Named at = new Named(fileParents.get(file), fileNodes.get(file), fileNames.get(file));
      int parent = numberIn(numbers, at.folder());
      if (parent == GONE || paths.contains(path(at))) {
        continue;
      }
      Named there = new Named(parent, at.node(), at.name());
      if (contentOf(file) >= 0) {
        left.addContentFile(there, contentOf(file));
      } else {
        left.addLeaf(there, leafOf(file));
      }
    }
    return left;
  }

  private static int numberIn(int[] numbers, int folder) {
    return folder == ROOT ? ROOT : numbers[folder];
  }

  private long singleBytes(int ref) {
    return ref < 0 ? dag.resolve(ref).multihash().digestSizeBytes() : TreePlan.UNKNOWN_SIZE;
  }

  TreePlan.PlannedFile file(int file) {
    int content = contentOf(file);
    String path = path(fileParents.get(file), fileNodes.get(file), fileNames.get(file));
    if (content >= 0) {
      int top = contentRefs.get(content);
      return new TreePlan.PlannedFile(path, contents.get(content), attributes(top), dag, top);
    }
    int ref = leafOf(file);
    return new TreePlan.PlannedFile(
        path, new TreePlan.Content(ref, singleBytes(ref)), UnixFsAttributes.NONE, dag, ref);
  }

  TreePlan.PlannedFolder folder(int folder) {
    int ref = folderRefs.get(folder);
    return new TreePlan.PlannedFolder(folderPath(folder), dag.resolve(ref), attributes(ref));
  }

  private String folderPath(int folder) {
    return path(folderParents.get(folder), folderNodes.get(folder), folderNames.get(folder));
  }

  String path(Named at) {
    return path(at.folder(), at.node(), at.name());
  }

  private String path(int parent, int node, int name) {
    if (parent == ROOT) {
      return "";
    }
    String own = names(node).get(name);
    String above = folderPath(parent);
    return above.isEmpty() ? own : above + "/" + own;
  }

  private NameList names(int node) {
    return switch (dag.node(node).orElseThrow()) {
      case WalkedNode.Folder folder -> folder.names();
      case WalkedNode.Shard shard -> shard.names();
      case WalkedNode.File _, WalkedNode.Symlink _ ->
          throw new IllegalStateException("only folders have names");
    };
  }

  int topFolderOfFile(int file) {
    int folder = fileParents.get(file);
    while (folder > 0 && folderParents.get(folder) > 0) {
      folder = folderParents.get(folder);
    }
    return Math.max(0, folder);
  }
}
