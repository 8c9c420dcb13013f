#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""valgrind.py BUILD SOURCE: memcheck of the unit tests, of kept recorded decisions and of the command.

Errors and leaks are failures, without suppressions. Two at a time. Exits with 77 where there is no valgrind."""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

BUILD, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
VALGRIND = ['valgrind', '-q', '--error-exitcode=99', '--leak-check=full', '--show-leak-kinds=all',
            '--errors-for-leak-kinds=all', '--exit-on-first-error=no']
VECTORS = ['cloneset-wild', 'statefulset', 'nativestatefulset', 'daemonset', 'nativedaemonset', 'broadcastjob', 'deployment',
           'replicaset', 'uniteddeployment', 'sidecarset', 'sidecarset-inject', 'ordering', 'inplace']
# They walk what the others do, many times, and under the sanitizers.
LONG = {'test_cloneset', 'test_columns', 'test_daemonset_input', 'test_delay', 'test_memory', 'test_snapshot_object'}
ANSWERS = {0, 1, 2}  # the command's own


def jobs():
    for path in sorted((BUILD / 'tests').glob('test_*')):
        if path.is_file() and os.access(path, os.X_OK) and path.name not in LONG:
            yield path.name, [str(path)], {0}
    replay, vectors = BUILD / 'tests' / 'vectors' / 'replay', SOURCE / 'tests' / 'vectors'
    for name in VECTORS:
        yield f'replay {name}', [str(replay), 'line', str(vectors / f'{name}.jsonl.gz'), str(vectors / 'exceptions.txt')], {0}
    round_trip = BUILD / 'tests' / 'play' / 'round_trip'
    for name in ('cloneset', 'nativestatefulset', 'nativedaemonset', 'sidecarset', 'uniteddeployment'):
        yield f'round trip {name}', [str(round_trip), str(vectors / f'{name}.jsonl.gz')], {0}
    rollout = BUILD / 'examples' / 'rollout'
    for document in sorted((SOURCE / 'examples').glob('*.json')):
        for command in (['plan'], ['plan', '-o', 'json'], ['order']):
            good = {0} if command[0] == 'plan' else {0, 2}  # nothing of some kinds has an order
            yield f'rollout {" ".join(command)} {document.name}', [str(rollout), *command, str(document)], good
    yield 'rollout inject', [str(rollout), 'inject', str(SOURCE / 'examples' / 'inject' / 'checkout.json')], {0}
    for case in sorted((SOURCE / 'tests' / 'invalid').glob('*/input.json'))[::20]:
        yield f'rollout plan {case.parent.name}', [str(rollout), 'plan', str(case)], ANSWERS


def run(job):
    name, command, good = job
    done = subprocess.run(VALGRIND + command, capture_output=True, text=True, check=False,
                          env={**os.environ, 'CK_FORK': 'no', 'CK_DEFAULT_TIMEOUT': '0', 'MALLOC_PERTURB_': '0'})
    return name, done.returncode in good, done.returncode, done.stdout[-2000:] + done.stderr[-4000:]


def main():
    if not shutil.which('valgrind'):
        print('there is no valgrind')
        return 77
    everything, bad = list(jobs()), 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for name, good, status, output in pool.map(run, everything):
            if not good:
                bad += 1
                print(f'{name}: status {status}\n{output}')
    print(f'{len(everything)} programs under valgrind, {bad} with faults')
    return 1 if bad or len(everything) < 50 else 0


if __name__ == '__main__':
    sys.exit(main())
