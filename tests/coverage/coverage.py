#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much of lib/ do the tests run?

    coverage.py SOURCE_ROOT BUILD_DIR          builds in BUILD_DIR, tests there and judges
    coverage.py SOURCE_ROOT BUILD_DIR strict   the same, and the list of what is not run must be right to the line
    coverage.py SOURCE_ROOT BUILD_DIR update   the same, and takes out of the list what is run or gone, and adds what
                                               is missing, to be explained

Builds with counters and without optimisation, runs the default tier's tests but those of the suites `structure` and
`abi` (they look at sources and built files, or run a copy of the library) except a few, with the recordings kept here
alone, and asks gcovr.
At least 95% of the lines of lib/ must run, and 90% of the branches of lib/rules and of lib/planners.
Each line of lib/ that does not, and each line of rules and planners with a branch that is not taken, stands in
uncovered.txt with the reason why. Where the list says something else than the tests, the differences are printed, and
are faults if `strict` is asked for: another gcc sees other branches.

A branch is what gcc makes of a condition without optimisation: each operand of && and || has two. Nothing is left
out: C has no exceptions, so gcovr's --exclude-throw-branches finds none, and markers that exclude lines are refused
in lib/. An assert is compiled away (b_ndebug): its other branch is one that must never be taken.

Exit status: 0 all holds; 1 not; 77 no gcovr, or no gcc."""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

LINES = {'lib': 95.0}
BRANCHES = {'lib/rules': 90.0, 'lib/planners': 90.0}
OPTIONS = ['-Dwerror=true', '-Djson=enabled', '-Dexamples=enabled', '-Dtests=enabled', '-Dbindings=disabled',
           '-Db_coverage=true', '-Doptimization=0', '-Db_ndebug=true']
SUITES = ['structure', 'abi', 'deep', 'bindings', 'fuzz']
MORE = ['nomem']  # of those suites; threads at once would spoil the counters
ENTRY = re.compile(r'^ +(?P<file>lib/\S+) (?P<function>\w+) (?P<kind>line|branch): (?P<text>.*\S)$')


def run(command, log=None, **options):
    """Ends the program where the command fails, with the end of what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if log:
        log.write_text(done.stdout, encoding='utf-8')
    if done.returncode != 0:
        print(done.stdout[-6000:])
        sys.exit(f'{" ".join(map(str, command[:3]))}: exit status {done.returncode}')


def measure(root, build):
    """Builds, tests and counts. Returns gcovr's report."""
    env = dict(os.environ, CC='gcc', CK_FORK='no', ROLLOUT_VECTORS=str(build / 'no-vectors'))
    env.pop('CFLAGS', None)
    again = ['--reconfigure'] if (build / 'build.ninja').is_file() else []
    run(['meson', 'setup', *again, build, root, *OPTIONS], env=env)
    logs = build / 'meson-logs'
    run(['ninja', '-C', build], logs / 'build.txt', env=env)
    (build / 'no-vectors').mkdir(exist_ok=True)
    for counts in build.rglob('*.gcda'):
        counts.unlink()
    skip = [argument for suite in SUITES for argument in ('--no-suite', suite)]
    for name, which in (('tests', skip), ('more', MORE)):
        run(['meson', 'test', '-C', build, '--no-rebuild', '--print-errorlogs', '-t', '3', '--logbase', name, *which], env=env)
    report = build / 'coverage.json'
    # What the library's own objects ran: tests that include its headers have counters too.
    run(['gcovr', '--root', root, '--object-directory', build, '--filter', f'{re.escape(str(root))}/lib/', '--json', report,
         build / 'lib'])
    return json.loads(report.read_text(encoding='utf-8'))


def source_files(root):
    return sorted(p.relative_to(root).as_posix() for p in (root / 'lib').rglob('*') if p.suffix in ('.c', '.h'))


def compiled(root, build):
    """The files of lib/ that the build has."""
    commands = json.loads((build / 'compile_commands.json').read_text(encoding='utf-8'))
    paths = {(pathlib.Path(command['directory']) / command['file']).resolve() for command in commands}
    return sorted(p.relative_to(root).as_posix() for p in paths if p.is_relative_to(root / 'lib'))


def excluded(root):
    """Markers that take lines out of the count."""
    for name in source_files(root):
        for number, line in enumerate((root / name).read_text(encoding='utf-8').splitlines(), 1):
            if re.search(r'(GCOVR?|LCOV)_EXCL', line):
                yield f'{name}:{number}: marked as not to be counted'


def gaps_of(root, file):
    """What is not run in a file: (kind, file, function, text), with the line's number."""
    lines = (root / file['file']).read_text(encoding='utf-8').splitlines()
    starts = sorted((f['lineno'], f['name']) for f in file['functions'])
    for line in file['lines']:
        number = line['line_number']
        function = next((name for start, name in reversed(starts) if start <= number), '-')
        if line.get('gcovr/noncode'):
            continue
        if line['count'] == 0:
            kind = 'line'
        elif file['file'].startswith(tuple(f'{folder}/' for folder in BRANCHES)) and \
                any(branch['count'] == 0 for branch in line['branches']):
            kind = 'branch'
        else:
            continue
        yield (kind, file['file'], function, lines[number - 1].strip()), number


def listed(path):
    """The entries of the list, with their line; and what is wrong with its form."""
    entries, faults, reason = collections.defaultdict(list), [], False
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        if line.startswith('#') or not line.strip():
            reason = reason and bool(line.strip())
        elif not line.startswith(' '):
            reason = True
        elif not (entry := ENTRY.match(line)):
            faults.append(f'{path.name}:{number}: no entry: {line.strip()}')
        elif not reason:
            faults.append(f'{path.name}:{number}: no reason above: {line.strip()}')
        else:
            entries[entry['kind'], entry['file'], entry['function'], entry['text']].append(number)
    return entries, faults


def update(path, gone, missing):
    """Writes the list without those lines, and with entries under a heading of their own."""
    lines = [line for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1) if number not in gone]
    if missing:
        lines += ['', 'To be explained.', *missing]
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')


def share(counts):
    return 100.0 * counts[0] / counts[1] if counts[1] else 100.0


def add_up(report):
    """Lines and branches, run and all, of each file, folder and of lib."""
    lines, branches = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(lambda: [0, 0])
    for file in report['files']:
        code = [line for line in file['lines'] if not line.get('gcovr/noncode')]
        taken = [branch['count'] > 0 for line in code for branch in line['branches']]
        for name in (file['file'], *(p.as_posix() for p in pathlib.Path(file['file']).parents if p.name)):
            for total, had in ((lines[name], [line['count'] > 0 for line in code]), (branches[name], taken)):
                total[0] += sum(had)
                total[1] += len(had)
    return lines, branches


def show(lines, branches):
    """The table; returns what is below its threshold."""
    faults = []
    print(f'{"":36} {"lines":>20} {"branches":>20}')
    for name in sorted(lines):
        below = name.endswith(('.c', '.h')) and (share(lines[name]) < LINES['lib'] or (
            share(branches[name]) < BRANCHES.get(name.rsplit('/', 1)[0], 0.0)))
        if below or not name.endswith(('.c', '.h')):
            figures = [f'{c[0]}/{c[1]} {share(c):6.2f}%' for c in (lines[name], branches[name])]
            print(f'{name:36} {figures[0]:>20} {figures[1]:>20}{"  (below)" if below else ""}')
    for what, wanted, counts in (('lines', LINES, lines), ('branches', BRANCHES, branches)):
        for name, least in wanted.items():
            if share(counts[name]) < least or counts[name][1] == 0:
                faults.append(f'{name}: {share(counts[name]):.2f}% of {counts[name][1]} {what} are run, {least:.0f}% are asked for')
    return faults


def main():
    root, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    if missing := [program for program in ('gcovr', 'gcc', 'ninja') if not shutil.which(program)]:
        print(f'not installed: {missing[0]}')
        return 77
    mode = sys.argv[3] if len(sys.argv) > 3 else ''
    os.nice(10)
    report = measure(root, build)
    gaps = collections.defaultdict(list)
    for file in report['files']:
        for gap, number in gaps_of(root, file):
            gaps[gap].append(number)
    faults = list(excluded(root)) + show(*add_up(report))
    counted = {file['file'] for file in report['files']}
    faults += [f'{name}: not counted' for name in compiled(root, build) if name not in counted]
    path = pathlib.Path(__file__).with_name('uncovered.txt')
    entries, malformed = listed(path)
    faults += malformed
    missing, gone = [], []
    for gap in sorted(set(gaps) | set(entries), key=lambda gap: (gap[1], gaps.get(gap, []))):
        kind, name, function, text = gap
        found, told = gaps.get(gap, []), entries.get(gap, [])
        missing += [(number, f'    {name} {function} {kind}: {text}') for number in found[len(told):]]
        gone += [(number, f'    {name} {function} {kind}: {text}') for number in told[len(found):]]
    differences = [f'line {number} is not run, and not in {path.name}:\n{entry}' for number, entry in missing] + \
        [f'{path.name}:{number}: is run, or is gone:\n{entry}' for number, entry in gone]
    if mode == 'update':
        update(path, {number for number, _ in gone}, [entry for _, entry in missing])
    elif mode == 'strict':
        faults += differences
    elif differences:
        print('\n'.join(['NOTE:', *differences]))
    print('\n'.join(faults) or f'{sum(map(len, entries.values()))} lines are listed as not run wholly')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
