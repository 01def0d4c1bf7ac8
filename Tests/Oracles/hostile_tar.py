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
save("garbage-after-member", "behind the end", gzip.compress(good, mtime=0) + b"\0" * 512, compressed=False)
save("members", "more than 10000 gzip members", gzip.compress(b"", mtime=0) * 10_001, compressed=False)
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


for number, name in enumerate([
    "a\u00adb", "a\u034fb", "a\u061cb", "a\u115fb", "a\u1160b", "a\u180eb", "a\u2028b", "a\u2029b", "a\u206ab", "a\u206fb",
    "a\u3164b", "a\uffa0b", "a\ufff9b", "a\ufffbb", "a\U000e0041b", "a\u200db", "a\u200cb", "\U0001f3f4\U000e0067\U000e007f",
]):
    one(f"invisible{number}", "invisible", name, data=b"x")
for number, name in enumerate(["CON", "nul.txt", "d/Aux.tar.gz/x", "com1", "LPT\u00b9.md", "prn .txt", "conin$"]):
    one(f"device{number}", "device of Windows", name, data=b"x")
for number, name in enumerate(["a:b", "a?", "x/a*", "a|b", 'a"b', "<a", "a>"]):
    one(f"windows{number}", "which Windows can't hold", name, data=b"x")
for number, name in enumerate(["a.", "a ", "d./x", "d /x", "..."]):
    one(f"end{number}", "which Windows drops", name, data=b"x")
save("case-sharp-s", "case alone", tar(entry("stra\u00dfe", data=b"1"), entry("STRASSE", data=b"2")))
save("case-ligature", "case alone", tar(entry("\ufb01x", data=b"1"), entry("FIX", data=b"2")))


def raw(name, kind=b"0", data=b"", size=None, magic=b"ustar\x0000"):
    """A header of our own with its content, for what tarfile does not write."""
    header = bytearray(512)
    header[0:len(name)] = name
    header[100:108] = b"0000644\0"
    header[108:124] = b"0000000\0" * 2
    header[124:136] = size if size is not None else b"%011o\0" % len(data)
    header[136:148] = b"00000000000\0"
    header[148:156] = b" " * 8
    header[156:157] = kind
    header[257:265] = magic
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + data + bytes(-len(data) % 512)


def pax(*records, kind=b"x"):
    text = b""
    for key, value in records:
        record = b" " + key + b"=" + value + b"\n"
        length = len(record) + 1
        while len(str(length)) + len(record) != length:
            length += 1
        text += str(length).encode() + record
    return raw(b"header", kind, text)


end = bytes(1024)
file = raw(b"a", data=b"x")
save("pax-nul", "holds a NUL", pax((b"path", b"a\0/../../evil")) + file + end)
save("pax-global-path", "all entries", pax((b"path", b"evil"), kind=b"g") + file + end)
save("pax-global-size", "all entries", pax((b"size", b"1"), kind=b"g") + file + end)
save("pax-two-paths", "two names", pax((b"path", b"a"), (b"path", b"b")) + file + end)
save("pax-two-headers", "two names", pax((b"path", b"a")) + pax((b"path", b"b")) + file + end)
save("pax-other-size", "two sizes", pax((b"size", b"512")) + raw(b"a", data=b"") + raw(b"../evil", data=b"x") + end)
save("pax-sparse", "sparse file", pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
                                      (b"GNU.sparse.name", b"a"), (b"GNU.sparse.realsize", b"99")) + file + end)
save("gnu-sparse", "sparse file", raw(b"a", b"S", b"x", magic=b"ustar  \0") + end)
save("pax-malformed", "malformed", raw(b"h", b"x", b"9999 path=a\n") + file + end)
save("pax-no-line-end", "malformed", raw(b"h", b"x", b"10 path=abc") + file + end)
save("long-name-nul", "holds a NUL", raw(b"h", b"L", b"a\0b\0", magic=b"ustar  \0") + file + end)
save("long-name-and-pax", "two names", raw(b"h", b"L", b"b\0", magic=b"ustar  \0") + pax((b"path", b"a")) + file + end)
save("slash", "a file to some", raw(b"a/", data=b"x") + end)
inner = raw(b"smuggled.py", data=b"print")
save("folder-named-file", "a file to some", pax((b"path", b"data.bin")) + raw(b"evil/", b"\0", inner, magic=b"\0" * 8) + end)
save("folder-long-name", "a file to some", raw(b"h", b"L", b"data.bin\0", magic=b"ustar  \0") + raw(b"evil/", b"\0", inner, magic=b"ustar  \0") + end)
save("pax-blank-key", "malformed", raw(b"h", b"x", b"10  size=0\n"[:11]) + raw(b"main.py", data=inner) + end)
prefixed = bytearray(raw(b"main.py", data=b"x", magic=b"ustar  \0"))
prefixed[345:351] = b"hidden"
prefixed[148:156] = b" " * 8
prefixed[148:156] = b"%06o\0 " % sum(prefixed[:512])
save("gnu-prefix", "not all readers read", bytes(prefixed) + end)
save("contiguous", "not all readers know", raw(b"a", b"7", b"x") + end)
save("unknown-kind", "not all readers know", raw(b"a", b"Z", b"x") + end)
save("volume", "not all readers know", raw(b"a", b"V") + file + end)
save("binary-size", "readers differ", raw(b"a", data=b"x", size=b"\x80" + bytes(10) + b"\1") + end)
save("size-with-tail", "readers differ", raw(b"a", data=b"x", size=b"0000001x000\0") + end)
save("folder-with-size", "folder with content", raw(b"d", b"5", b"x" * 600) + end)


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
parts = [good[:700], b"", good[700:1300], good[1300:]]
save("good-members", "ok", b"".join(gzip.compress(part, mtime=0) for part in parts), compressed=False)
save("good-scripts", "ok", tar(*[entry(name, data=b"x") for name in [
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937", "\U0001f469\u200d\U0001f4bb.md",
    "\u845b\U000e0100", "console.txt", "com10", "nullable", "a.b.c", " x", ".hidden", "stra\u00dfe"]]))
save("good-pax", "ok", pax((b"path", b"b"), (b"mtime", b"1.5"), (b"comment", b"x")) + file + end)
save("good-global", "ok", pax((b"comment", b"0123abc"), kind=b"g") + file + end)
save("good-old-folder", "ok", raw(b"d/", b"\0", magic=b"\0" * 8) + raw(b"d/x", b"\0", b"x", magic=b"\0" * 8) + end)
