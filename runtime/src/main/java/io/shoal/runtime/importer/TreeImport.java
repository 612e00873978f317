package io.shoal.runtime.importer;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Quoted;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.store.ChunkNamer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/// The import of one path. Used once, by one thread.
final class TreeImport {

  /// Takes a finished file or folder, in the order in which they were begun and ended.
  @FunctionalInterface
  private interface ChildSink {
    void accept(DagChild child) throws IOException, ShoalException;
  }

  private static final String HOLDS_KEY = " holds a key of this node";

  private final ChunkStore store;
  private final ChunkNamer namer;
  private final LeafPipeline pipeline;
  private final ImportOptions options;
  private final NodeSecrets secrets;
  private final LongConsumer read;
  private final DistinctChunks counters = new DistinctChunks();
  private final List<String> skipped = new ArrayList<>();
  private final List<ImportResult.FileDigest> digests = new ArrayList<>();
  private final List<DagChild> root = new ArrayList<>(1);
  private long files;
  private int entries;
  private int leaves;
  private long pathChars;

  TreeImport(
      ChunkStore store,
      ChunkNamer namer,
      LeafPipeline pipeline,
      ImportOptions options,
      NodeSecrets secrets,
      LongConsumer read) {
    this.store = store;
    this.namer = namer;
    this.pipeline = pipeline;
    this.options = options;
    this.secrets = secrets;
    this.read = read;
  }

  ImportResult run(Path path, Optional<String> givenName)
      throws IOException, ShoalException, InterruptedException {
    BasicFileAttributes attributes = attributes(path);
    if (!attributes.isDirectory() && !attributes.isRegularFile()) {
      throw new InvalidInputException(
          path + " is " + kind(attributes) + ": give the file or folder itself");
    }
    if (secrets.isOfNode(path)) {
      throw new InvalidInputException(
          "%s is the data folder of a node, or its own in there, with its keys: copy what you want to share to another folder"
              .formatted(Quoted.of(path.toString())));
    }
    String name = givenName.isPresent() ? givenName.get() : ownName(path);
    Optional<String> fault = NameRules.fault(name);
    if (fault.isPresent()) {
      throw refusedName(path, fault.get(), "give another with --name");
    }
    begin(path, attributes, "", 0, root::add);
    pipeline.finish();
    if (root.isEmpty()) {
      throw new InvalidInputException(
          Quoted.of(path.toString()) + HOLDS_KEY + ": it is never published");
    }
    DagChild child = root.getFirst();
    if (child.height() > DagLimits.MAX_DEPTH) {
      throw new InvalidInputException(
          path + " is nested too deeply: at most " + DagLimits.MAX_DEPTH + " levels");
    }
    return new ImportResult(
        child.cid(),
        name,
        attributes.isDirectory(),
        child.fileBytes(),
        files,
        counters.distinct(),
        counters.newChunks(),
        counters.newBytes(),
        List.copyOf(digests),
        List.copyOf(skipped));
  }

  /// The distinct chunks of what was imported, unless they are too many.
  Optional<List<Cid>> chunks() {
    return counters.all();
  }

  private static String ownName(Path path) throws IOException {
    // A path like "." has a name too, once it is resolved; the file system's root has none.
    Path name = path.toRealPath(LinkOption.NOFOLLOW_LINKS).getFileName();
    return name == null ? "" : name.toString();
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static String kind(BasicFileAttributes attributes) {
    return attributes.isSymbolicLink() ? "a symbolic link" : "neither a file nor a folder";
  }

  private static InvalidInputException refusedName(Path path, String fault, String cure) {
    return new InvalidInputException(
        "%s: its name cannot be published: %s; %s"
            .formatted(Quoted.of(path.toString()), fault, cure));
  }

  private void begin(
      Path path, BasicFileAttributes attributes, String inside, int depth, ChildSink sink)
      throws IOException, ShoalException, InterruptedException {
    requireBounds(path, inside, depth);
    if (attributes.isDirectory()) {
      folder(path, inside, depth, sink);
    } else {
      files++;
      if (options.inPlace() && attributes.size() > 0) {
        inPlace(path, sink);
      } else {
        file(path, store::put, Optional.empty(), sink);
      }
    }
  }

  /// The bounds that every node has when it fetches this.
  private void requireBounds(Path path, String inside, int depth) throws InvalidInputException {
    pathChars += inside.length();
    if (depth > DagLimits.MAX_DEPTH) {
      throw new InvalidInputException(
          path + " is nested too deeply: at most " + DagLimits.MAX_DEPTH + " levels");
    }
    if (++entries > DagLimits.MAX_ENTRIES
        || inside.length() > DagLimits.MAX_PATH_CHARS
        || pathChars > DagLimits.MAX_ALL_PATHS_CHARS) {
      throw new InvalidInputException(
          "%s: too many entries (%,d at most) or too long paths for one root: add parts of it"
              .formatted(path, DagLimits.MAX_ENTRIES));
    }
  }

  private void folder(Path folder, String inside, int depth, ChildSink sink)
      throws IOException, ShoalException, InterruptedException {
    NameRules.Siblings siblings = new NameRules.Siblings();
    List<FolderLayout.Named> named = new ArrayList<>();
    for (Path path : children(folder)) {
      BasicFileAttributes attributes = attributes(path);
      if (!attributes.isDirectory() && !attributes.isRegularFile()) {
        skipped.add(Quoted.of(path.toString()) + ": " + kind(attributes));
        continue;
      }
      if (attributes.isDirectory() && secrets.isNodeFolder(path)) {
        skipped.add(Quoted.of(path.toString()) + ": the data folder of a node, where its keys are");
        continue;
      }
      String name = String.valueOf(path.getFileName());
      // A name in another encoding than the system's would come back as a different one.
      Optional<String> fault =
          folder.resolve(name).equals(path)
              ? siblings.add(name)
              : Optional.of("it is not in the system's encoding");
      if (fault.isPresent()) {
        throw refusedName(path, fault.get(), "rename it or leave it out");
      }
      String below = inside.isEmpty() ? name : inside + "/" + name;
      begin(
          path,
          attributes,
          below,
          depth + 1,
          child -> named.add(new FolderLayout.Named(name, child)));
    }
    pipeline.then(
        () -> sink.accept(new FolderLayout(options.profile(), this::putNode).write(named)));
  }

  private static List<Path> children(Path folder) throws IOException, InvalidInputException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path path : stream) {
        if (children.size() == DagLimits.MAX_ENTRIES) {
          throw new InvalidInputException(
              "%s has more than %,d entries: add parts of it"
                  .formatted(folder, DagLimits.MAX_ENTRIES));
        }
        children.add(path);
      }
    }
    Collections.sort(children);
    return children;
  }

  private void inPlace(Path path, ChildSink sink)
      throws IOException, ShoalException, InterruptedException {
    FileAdoption adoption = new FileAdoption(store.fileBacked().orElseThrow(), path);
    file(path, (cid, bytes) -> store.find(cid).isEmpty(), Optional.of(adoption), sink);
  }

  private void file(
      Path path, LeafPipeline.Storing storing, Optional<FileAdoption> adoption, ChildSink sink)
      throws IOException, ShoalException, InterruptedException {
    FileLayout layout = new FileLayout(options.profile(), this::putNode);
    Optional<MessageDigest> whole =
        options.wholeDigest() ? Optional.of(Sha256.begin()) : Optional.empty();
    try (FileChannel in =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      boolean ended = false;
      for (long leaf = 0; !ended; leaf++) {
        ByteBuffer buffer = pipeline.take();
        ended = fill(in, buffer);
        if (ended && buffer.remaining() == 0 && leaf > 0) {
          pipeline.giveBack(buffer);
          break;
        }
        if (leaf == 0 && ended && secrets.areIn(buffer)) {
          pipeline.giveBack(buffer);
          if (adoption.isPresent()) {
            adoption.get().forget();
          }
          skipped.add(Quoted.of(path.toString()) + ":" + HOLDS_KEY);
          files--;
          return;
        }
        countLeaf(path);
        whole.ifPresent(digest -> digest.update(buffer.duplicate()));
        read.accept(buffer.remaining());
        pipeline.submit(
            buffer,
            bytes -> namer.name(Cid.RAW, bytes),
            storing,
            done -> addLeaf(layout, done, adoption));
      }
    }
    pipeline.then(
        () -> {
          if (adoption.isPresent()) {
            adoption.get().finish();
          }
          DagChild child = layout.finish();
          whole.ifPresent(digest -> digests.add(fileDigest(child, digest)));
          sink.accept(child);
        });
  }

  private static ImportResult.FileDigest fileDigest(DagChild file, MessageDigest digest) {
    String hex = HexFormat.of().formatHex(digest.digest());
    return new ImportResult.FileDigest(file.cid(), file.fileBytes(), hex);
  }

  private void addLeaf(FileLayout layout, LeafPipeline.Leaf leaf, Optional<FileAdoption> adoption)
      throws IOException, ShoalException {
    counters.count(leaf.cid(), leaf.sizeBytes(), leaf.isNew());
    if (adoption.isPresent()) {
      adoption.get().add(leaf.cid(), leaf.sizeBytes());
    }
    layout.addLeaf(DagChild.leaf(leaf.cid(), leaf.sizeBytes(), leaf.sizeBytes()));
  }

  private void countLeaf(Path path) throws InvalidInputException {
    if (++leaves > DagLimits.MAX_LEAVES) {
      throw new InvalidInputException(
          "%s: more than %,d leaves in one root: use larger leaves or add parts of it"
              .formatted(path, DagLimits.MAX_LEAVES));
    }
  }

  /// @return whether the end of the file was reached
  private static boolean fill(FileChannel in, ByteBuffer buffer) throws IOException {
    int got = 0;
    while (got >= 0 && buffer.hasRemaining()) {
      got = in.read(buffer);
    }
    buffer.flip();
    return got < 0;
  }

  private Cid putNode(byte[] block) throws IOException, ShoalException {
    if (block.length > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
      throw new UserFaultException(
          "a folder's node would be larger than 2 MiB: shorten its names or split it");
    }
    Cid cid = namer.name(Cid.DAG_PB, ByteBuffer.wrap(block));
    counters.count(cid, block.length, store.put(cid, ByteBuffer.wrap(block)));
    return cid;
  }
}
