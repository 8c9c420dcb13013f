#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a harness a number of times, from seeds, and says how to replay what it found.

  run.py HARNESS RUNS SEEDS KEPT   KEPT: a folder of inputs that were worth keeping; it need not exist
"""
import os
import pathlib
import subprocess
import sys
import tempfile


def main():
    harness, runs, seeds, kept = sys.argv[1:]
    found = pathlib.Path(harness).parent / 'found'
    found.mkdir(exist_ok=True)
    prefix = f'{found}/{pathlib.Path(harness).name}-'
    # A smaller store of freed memory is faster, and large enough for what one execution frees.
    options = os.environ.get('ASAN_OPTIONS', '') + ':quarantine_size_mb=16:allocator_release_to_os_interval_ms=-1'
    environment = {**os.environ, 'ASAN_OPTIONS': options.lstrip(':')}
    with tempfile.TemporaryDirectory() as new:
        status = subprocess.run(
            [harness, f'-runs={runs}', '-seed=1', '-timeout=60', '-rss_limit_mb=3000', '-max_len=16384',
             '-print_final_stats=1', f'-artifact_prefix={prefix}', new, seeds, *([kept] if os.path.isdir(kept) else [])],
            env=environment, check=False).returncode
    if status:
        print(f'to replay: {harness} {prefix}... (the path is above)', file=sys.stderr)
    return 1 if status else 0  # libFuzzer's own, 77, would count as skipped


if __name__ == '__main__':
    sys.exit(main())
