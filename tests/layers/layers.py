#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes only ever point down. Usage: layers.py SOURCE_ROOT"""
import pathlib
import re
import sys

# The folders of lib/ that each folder may include from, beside itself.
BELOW = {
    'base': set(),
    'rules': {'base'},
    'objects': {'base', 'rules'},
    'planners': {'base', 'rules'},
    'sim': {'base', 'rules', 'objects', 'planners'},
    'json': {'base'},
}
# The only headers of libc that librollout may use: nothing that does I/O, reads a clock or keeps state.
LIBC = {'assert.h', 'inttypes.h', 'limits.h', 'stdalign.h', 'stdarg.h', 'stdbool.h', 'stddef.h', 'stdint.h', 'stdio.h', 'stdlib.h',
        'string.h'}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def faults_of(root, path):
    """The includes of one file under lib/ that may not be there."""
    layer = path.relative_to(root / 'lib').parts[0]
    if layer not in BELOW:
        yield f'folder lib/{layer} is no layer'
        return
    for quote, name in INCLUDE.findall(path.read_text(encoding='utf-8')):
        if name.startswith('rollout/'):
            if not (root / 'include' / name).is_file():
                yield f'{name} is no public header'
            elif name == 'rollout/json.h' and layer != 'json':
                yield 'rollout/json.h belongs to librollout-json'
        elif quote == '<':
            if layer != 'json' and name not in LIBC:
                yield f'<{name}> is not among the headers that librollout may use'
        else:
            target = name.split('/')[0]
            if '/' not in name or '..' in name or not (root / 'lib' / name).is_file():
                yield f'"{name}" is not written as a path below lib/'
            elif target != layer and target not in BELOW[layer]:
                yield f'"{name}" points up or across: {layer} may include from {sorted(BELOW[layer])}'


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(p for p in (root / 'lib').rglob('*') if p.suffix in ('.c', '.h'))
    faults = [f'{p.relative_to(root)}: {fault}' for p in files for fault in faults_of(root, p)]
    for header in sorted((root / 'include').rglob('*.h')):
        for quote, name in INCLUDE.findall(header.read_text(encoding='utf-8')):
            if not (name.startswith('rollout/') or name in ('stddef.h', 'stdint.h')):
                faults.append(f'{header.relative_to(root)}: <{name}> in a public header')
    if not files:
        faults.append('no source files found')
    print('\n'.join(faults) or f'{len(files)} files')
    return 1 if faults else 0


sys.exit(main())
