package io.shoal.runtime.importer;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Quoted;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.dag.UnixFsAttributes;
import io.shoal.runtime.file.FileRights;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.store.ChunkNamer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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
  private final Importer.Reading read;
  private final DistinctChunks counters = new DistinctChunks();
  private final List<String> skipped = new ArrayList<>();
  private final List<String> changed = new ArrayList<>(0);
  private final List<ImportResult.FileDigest> digests = new ArrayList<>();
  private final List<DagChild> root = new ArrayList<>(1);
  private final ImportBounds bounds = new ImportBounds();
  private long files;

  TreeImport(
      ChunkStore store,
      ChunkNamer namer,
      LeafPipeline pipeline,
      ImportOptions options,
      NodeSecrets secrets,
      Importer.Reading read) {
    this.store = store;
    this.namer = namer;
    this.pipeline = pipeline;
    this.options = options;
    this.secrets = secrets;
    this.read = read;
  }

  ImportResult run(Path path, Optional<String> givenName)
      throws IOException, ShoalException, InterruptedException {
    BasicFileAttributes attributes = SourceFolder.attributes(path);
    if (!attributes.isDirectory() && !attributes.isRegularFile()) {
      throw new InvalidInputException(
          path + " is " + SourceFolder.kind(attributes) + ": give the file or folder itself");
    }
    if (secrets.isOfNode(path)) {
      throw new InvalidInputException(
          "%s is the data folder of a node, or its own in there, with its keys: copy what you want to share to another folder"
              .formatted(Quoted.of(path.toString())));
    }
    String name = givenName.isPresent() ? givenName.get() : ownName(path);
    Optional<String> fault = NameRules.fault(name);
    if (fault.isPresent()) {
      throw SourceFolder.refusedName(path, fault.get(), "give another with --name");
    }
    ImportSurvey survey = new ImportSurvey(options, secrets);
    survey.root(path, name, attributes);
    begin(path, attributes, "", 0, root::add);
    pipeline.finish();
    if (root.isEmpty()) {
      throw new InvalidInputException(
          Quoted.of(path.toString()) + HOLDS_KEY + ": it is never published");
    }
    DagChild child = root.getFirst();
    if (child.height() > DagLimits.MAX_DEPTH) {
      throw ImportBounds.tooDeep(path);
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
        List.copyOf(skipped),
        survey.unportable(),
        survey.firstUnportable(),
        List.copyOf(changed));
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

  private void begin(
      Path path, BasicFileAttributes attributes, String inside, int depth, ChildSink sink)
      throws IOException, ShoalException, InterruptedException {
    bounds.entry(path, inside, depth);
    if (attributes.isDirectory()) {
      folder(path, attributes, inside, depth, sink);
    } else {
      files++;
      if (options.inPlace() && attributes.size() > 0) {
        inPlace(path, kept(path, attributes), sink);
      } else {
        file(path, kept(path, attributes), store::put, Optional.empty(), sink);
      }
    }
  }

  private void folder(
      Path folder, BasicFileAttributes attributes, String inside, int depth, ChildSink sink)
      throws IOException, ShoalException, InterruptedException {
    List<FolderLayout.Named> named = new ArrayList<>();
    SourceFolder found = SourceFolder.read(folder, secrets);
    skipped.addAll(found.skipped());
    for (SourceFolder.Entry entry : found.entries()) {
      String below = inside.isEmpty() ? entry.name() : inside + "/" + entry.name();
      begin(
          entry.path(),
          entry.attributes(),
          below,
          depth + 1,
          child -> named.add(new FolderLayout.Named(entry.name(), child)));
    }
    UnixFsAttributes kept = kept(folder, attributes);
    pipeline.then(
        () -> sink.accept(new FolderLayout(options.profile(), this::putNode).write(named, kept)));
  }

  /// Rights and time, if they are to be kept.
  private UnixFsAttributes kept(Path path, BasicFileAttributes attributes) throws IOException {
    if (!options.preserve()) {
      return UnixFsAttributes.NONE;
    }
    OptionalInt mode =
        PrivateFile.supportsPermissions(path)
            ? OptionalInt.of(FileRights.bits(path))
            : OptionalInt.empty();
    return new UnixFsAttributes(mode, Optional.of(attributes.lastModifiedTime().toInstant()));
  }

  private void inPlace(Path path, UnixFsAttributes kept, ChildSink sink)
      throws IOException, ShoalException, InterruptedException {
    FileAdoption adoption = new FileAdoption(store.fileBacked().orElseThrow(), path);
    file(path, kept, (cid, bytes) -> store.find(cid).isEmpty(), Optional.of(adoption), sink);
  }

  private void file(
      Path path,
      UnixFsAttributes kept,
      LeafPipeline.Storing storing,
      Optional<FileAdoption> adoption,
      ChildSink sink)
      throws IOException, ShoalException, InterruptedException {
    FileLayout layout = new FileLayout(options.profile(), this::putNode);
    Optional<MessageDigest> whole =
        options.wholeDigest() ? Optional.of(Sha256.begin()) : Optional.empty();
    try (SourceFile in = SourceFile.open(path)) {
      boolean ended = false;
      for (long leaf = 0; !ended; leaf++) {
        ByteBuffer buffer = pipeline.take();
        ended = in.fill(buffer);
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
        bounds.leaves(path, 1);
        whole.ifPresent(digest -> digest.update(buffer.duplicate()));
        read.more(buffer.remaining());
        pipeline.submit(
            buffer,
            bytes -> namer.name(Cid.RAW, bytes),
            storing,
            done -> addLeaf(layout, done, adoption));
      }
      if (in.hasChanged()) {
        changed.add(Quoted.of(path.toString()));
      }
    }
    pipeline.then(
        () -> {
          if (adoption.isPresent()) {
            adoption.get().finish();
          }
          DagChild child = layout.finish(kept);
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
