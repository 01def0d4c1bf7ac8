#!/usr/bin/env python3
"""How long `mentatctl --version` takes from start to end, beside `python3 -c pass`: medians of 60 runs in turn.

Usage: Benchmarks/start.py [PROGRAM]     (.build/release/mentatctl)
"""
import statistics
import subprocess
import sys
import time

program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/mentatctl"
commands = {"mentatctl --version": [program, "--version"], "python3 -c pass": ["python3", "-c", "pass"]}
milliseconds = {name: [] for name in commands}
for _ in range(60):
    for name, command in commands.items():
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        milliseconds[name].append((time.perf_counter() - began) * 1000)
ours, theirs = (statistics.median(values) for values in milliseconds.values())
print(f"{' '.join(commands['mentatctl --version'])}: {ours:.1f} ms, python3 -c pass: {theirs:.1f} ms, ratio {ours / theirs:.2f}")
