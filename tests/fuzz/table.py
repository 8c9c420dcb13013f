#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table in README.md names a harness for every public function, and every harness is there and built:
table.py ROOT"""
import pathlib
import re
import sys


def wrong(root):
    folder = root / 'tests/fuzz'
    rows = re.findall(r'^\| `([\w ]+)` \| (.+) \|$', (folder / 'README.md').read_text(encoding='utf-8'), re.MULTILINE)
    table = {name: re.findall(r'`(\w+)`', harnesses) for name, harnesses in rows}
    functions = set()
    for version_script in ('lib/librollout.map', 'lib/json/librollout-json.map'):
        text = (root / version_script).read_text(encoding='utf-8')
        found = re.findall(r'^\s+(rollout_\w+);', text, re.MULTILINE)
        if not found:
            yield f'{version_script}: names no function'
        functions.update(found)
    for name in sorted(functions - set(table)):
        yield f'{name}: is not in the table'
    for name in sorted(set(table) - functions):
        if name.startswith('rollout_'):
            yield f'{name}: is in the table, but is no public function'
    commands = set(re.findall(r'^    \{ "(\w+)", command_', (root / 'examples/rollout/main.c').read_text(encoding='utf-8'),
                              re.MULTILINE))
    for name in sorted(commands - {name.removeprefix('rollout ') for name in table}):
        yield f'rollout {name}: is not in the table'

    build = (folder / 'meson.build').read_text(encoding='utf-8')
    built = {f'fuzz_{name}' for name in re.findall(r"^  '(\w+)': \[", build, re.MULTILINE)}
    named = {harness for harnesses in table.values() for harness in harnesses}
    there = {path.stem for path in folder.glob('fuzz_*.c')}
    for name, text in [(name, 'is not in the table') for name in built | there - named if name not in named] + [
            (name, 'is not built') for name in (named | there) - built] + [
            (name, 'has no file') for name in (named | built) - there]:
        yield f'{name}: {text}'
    for name, harnesses in table.items():
        for harness in harnesses:
            path = folder / f'{harness}.c'
            # What is freed, and what a harness's own helpers call, is not written in each.
            sources = [path, *folder.glob('[!f]*.c'), folder / 'facts.c']
            if name.startswith('rollout_') and not any(
                    re.search(rf'\b{name}\(', s.read_text(encoding='utf-8')) for s in sources if s.exists()):
                yield f'{name}: {harness} does not call it'


def main():
    faults = list(wrong(pathlib.Path(sys.argv[1])))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
