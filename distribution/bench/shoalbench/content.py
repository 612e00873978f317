"""What is transferred: files and folders that a seed determines, and whether they arrived."""
import hashlib
import os
import random
import shutil
import subprocess

from shoalbench.processes import PATIENCE_SECONDS, StepFailed

MIB = 1024 * 1024

LEAST_SMALL_BYTES = 4 * 1024
MOST_SMALL_BYTES = 64 * 1024


def make_file(path, size, seed):
    """Bytes that do not compress: a key stream, which openssl makes faster than the disk writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    zeros = path.with_suffix('.zeros')
    with open(zeros, 'wb') as file:
        file.truncate(size)
    key = hashlib.sha256(b'shoalbench %d' % seed).hexdigest()[:32]
    subprocess.run(['openssl', 'enc', '-aes-128-ctr', '-nosalt', '-K', key, '-iv', '0' * 32, '-in', zeros, '-out', path],
                   check=True)
    zeros.unlink()
    return path


def make_folder(path, files, seed):
    """Files of 4 to 64 KiB in folders of a hundred."""
    chance = random.Random(seed)
    for number in range(files):
        file = path / ('%02d' % (number // 100)) / ('file-%04d' % number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(chance.randbytes(chance.randint(LEAST_SMALL_BYTES, MOST_SMALL_BYTES)))
    return path


def size_of(path):
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob('*') if file.is_file())


def sha256(path):
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def must_equal(source, copy):
    """Holds, outside of any timing, that a copy is what it should be."""
    command = ['cmp', '-s'] if source.is_file() else ['diff', '-rq']
    if not copy.exists() or subprocess.run([*command, source, copy], stdout=subprocess.DEVNULL,
                                           timeout=PATIENCE_SECONDS).returncode != 0:
        raise StepFailed('%s differs from its source' % copy.name)


def remove(path):
    """Removes what is there, and lets the disk come to rest."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    os.sync()


def level_memory(folder, size=1024 * MIB):
    """Leaves the next contender memory that was used a moment ago.

    A virtual machine gives back to its host what is free for seconds, and the first write to such a page takes several
    times as long: without this, who runs after a pause would pay for it and who follows another would not.
    """
    scratch = folder / 'levelled'
    block = bytes(MIB)
    with open(scratch, 'wb') as file:
        for _ in range(size // MIB):
            file.write(block)
    scratch.unlink()
