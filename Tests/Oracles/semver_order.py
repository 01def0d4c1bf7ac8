"""Compares two versions a line by the package semver: -1, 0 or 1."""
import sys

import semver

for line in sys.stdin.read().split("\n")[:-1]:
    left, right = line.split(" ")
    print(semver.Version.parse(left).compare(right))
