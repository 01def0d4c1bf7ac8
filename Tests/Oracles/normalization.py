"""The forms of each line, separated by tabs: NFKC_Casefold, NFD and NFC, as Python has them.

Python knows no NFKC_Casefold; folding until nothing changes and leaving out what is ignorable is the same (Unicode 3.13).
"""
import sys
import unicodedata

IGNORABLE = {0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0}
IGNORABLE.update(*map(lambda bounds: range(bounds[0], bounds[1] + 1), [
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]))


def folded(text):
    while True:
        kept = "".join(letter for letter in text if ord(letter) not in IGNORABLE)
        after = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", kept).casefold())
        if after == text:
            return text
        text = after


for line in sys.stdin.read().split("\n")[:-1]:
    print("\t".join([folded(line), unicodedata.normalize("NFD", line), unicodedata.normalize("NFC", line)]))
