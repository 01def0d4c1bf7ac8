"""Writes archives that nobody should unpack, and some that everybody should, into a folder: hostile_tar.py FOLDER.

Prints a line for each: its file name, a tab, and a word of the reason why it is refused, or `ok`.
"""
import gzip
import io
import pathlib
import random
import sys
import tarfile

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
count = 0


def entry(name, kind=tarfile.REGTYPE, data=b"", link="", mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.mode = kind, link, len(data), mode
    return info, data


def tar(*entries, format=tarfile.PAX_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def save(name, reason, data, compressed=True):
    global count
    count += 1
    data = gzip.compress(data, mtime=0) if compressed else data
    (folder / f"{name}.tar.gz").write_bytes(data)
    print(f"{name}.tar.gz\t{reason}")


def one(name, reason, path, *arguments, **keywords):
    save(name, reason, tar(entry(path, *arguments, **keywords)))


one("dotdot", "leads out", "../evil", data=b"x")
one("dotdot-inside", "leads out", "a/../../evil", data=b"x")
one("dotdot-folder", "leads out", "..", tarfile.DIRTYPE)
one("absolute", "absolute name", "/tmp/evil", data=b"x")
one("accented-slash", "leads out", "../\u0301a\u0600/../evil", data=b"x")
one("prepended-slash", "leads out", "a\u0600/../../evil", data=b"x")
save("folders-with-bodies", "", tar(entry("d", tarfile.DIRTYPE, data=b"x" * 600)))
save("names", "names of the archive", tar(*[entry("/".join([f"{i:04}" + "d" * 26] * 31), data=b"x") for i in range(1_400)]))
one("symlink", "symbolic link", "link", tarfile.SYMTYPE, link="/etc/passwd")
one("symlink-inside", "symbolic link", "link", tarfile.SYMTYPE, link="a")
one("hardlink", "is a link", "link", tarfile.LNKTYPE, link="/etc/passwd")
one("character-device", "device", "null", tarfile.CHRTYPE)
one("block-device", "device", "disk", tarfile.BLKTYPE)
one("fifo", "named pipe", "pipe", tarfile.FIFOTYPE)
one("newline", "control character", "a\nb", data=b"x")
one("escape", "control character", "a\x1b[2Jb", data=b"x")
one("backslash", "backslash", "a\\b", data=b"x")
one("right-to-left", "invisible", "a\u202egpj.exe", data=b"x")
one("double-slash", "empty part", "a//b", data=b"x")
one("dot-inside", "leads out", "a/./b", data=b"x")
one("long-name", "more than", "n" * 300, data=b"x")
one("long-path", "more than 1024", "/".join(["d" * 100] * 11), data=b"x")
one("deep", "deeper than", "/".join(["d"] * 40), data=b"x")
save("twice", "stands twice", tar(entry("a", data=b"1"), entry("a", data=b"2")))
save("case", "case alone", tar(entry("Read", data=b"1"), entry("read", data=b"2")))
save("case-folder", "case alone", tar(entry("A/x", data=b"1"), entry("a/y", data=b"2")))
save("case-unicode", "case alone", tar(entry("\u00c4", data=b"1"), entry("\u00e4", data=b"2")))
save("file-and-folder", "a file and a folder", tar(entry("a", data=b"1"), entry("a/b", data=b"2")))
save("folder-and-file", "a file and a folder", tar(entry("a/b", data=b"1"), entry("a", data=b"2")))
save("link-then-file", "symbolic link", tar(entry("d", tarfile.SYMTYPE, link="/tmp"), entry("d/evil", data=b"x")))
save("many", "more than 10000 entries", tar(*[entry(f"f{i}") for i in range(100_000)], format=tarfile.USTAR_FORMAT))
good = tar(entry("a", data=b"x" * 1000))
save("trailing", "behind the end", good + b"tail of something else".ljust(512, b"\0"))
save("second-archive", "behind the end", good + tar(entry("../evil", data=b"x")))
save("trailing-gzip", "behind the end", gzip.compress(good, mtime=0) + b"tail", compressed=False)
save("second-member", "behind the end", gzip.compress(good, mtime=0) + gzip.compress(good, mtime=0), compressed=False)
save("cut", "cut off", gzip.compress(good, mtime=0)[:-10], compressed=False)
save("empty-file", "cut off", b"", compressed=False)
save("no-gzip", "no gzip", good, compressed=False)
save("no-tar", "no tar archive", random.Random(1).randbytes(4096))
damaged = bytearray(gzip.compress(good, mtime=0))
damaged[len(damaged) // 2] ^= 0x55
save("damaged", "", bytes(damaged), compressed=False)
wrong = bytearray(good)
wrong[0] ^= 1
save("checksum", "", bytes(wrong))
liar = bytearray(tar(entry("a", data=b"x")))
save("short-content", "", tar(entry("a", data=b"x" * 600))[:700])


class Zeros(io.RawIOBase):
    """So many zeros that nobody has to hold."""

    def __init__(self, size):
        self.left = size

    def readinto(self, buffer):
        size = min(len(buffer), self.left)
        buffer[:size] = bytes(size)
        self.left -= size
        return size


def bomb(name, size, pieces):
    with gzip.open(folder / f"{name}.tar.gz", "wb") as out, tarfile.open(fileobj=out, mode="w|") as archive:
        for piece in range(pieces):
            info = tarfile.TarInfo(f"zeros{piece}")
            info.size = size
            archive.addfile(info, Zeros(size))
    print(f"{name}.tar.gz\tholds more than")


bomb("bomb", 600 << 20, 1)
bomb("bomb-in-pieces", 300 << 20, 2)

save("good", "ok", tar(entry("./", tarfile.DIRTYPE), entry("./src", tarfile.DIRTYPE, mode=0o755),
                       entry("./src/main.py", data=b"print()\n", mode=0o755), entry("settings.yaml", data=b"id: a\n")))
save("good-unicode", "ok", tar(entry("na\u00efve/\u65e5\u672c.txt", data="\u00e9".encode())))
save("good-gnu", "ok", tar(entry("d" * 90 + "/" + "n" * 120, data=b"long"), format=tarfile.GNU_FORMAT))
save("good-ustar", "ok", tar(entry("a/b/c", data=b"c"), format=tarfile.USTAR_FORMAT))
save("good-empty", "ok", tar())
