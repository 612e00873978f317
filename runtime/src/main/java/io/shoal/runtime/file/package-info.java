/// Files of this machine: valid names, files that are there completely or not at all, files that
/// only their owner reads.
///
/// Start at [AtomicFiles], which says in which order a file is written so that a crash leaves the
/// old or the new one; [PrivateFile] does the same for secrets. [NameRules] is the one check of
/// names from strangers before they become names of files. [HeldFolder] is how a process uses a
/// [DataFolder], also one that it cannot write to. The others are small: [DataFolderLock],
/// [DiskFull], [DiskReserve], [FileRights], [Sha256], [SystemPath], [WholeDigests].
@NullMarked
package io.shoal.runtime.file;

import org.jspecify.annotations.NullMarked;
