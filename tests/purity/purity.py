#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a library imports, exports and could write to.

  purity.py imports ALLOWED SHARED   nothing is imported that the list does not name
  purity.py exports MAP SHARED       exactly the symbols of the version script are exported
  purity.py globals ARCHIVE          no object holds data that can be written
"""
import os
import re
import subprocess
import sys


def lines_of(*command):
    # LC_ALL: the tools' words are parsed.
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, 'LC_ALL': 'C'}).stdout.splitlines()


def dynamic_symbols(library, which):
    return {line.split()[-1].split('@')[0] for line in lines_of('nm', '-D', which, library) if line.split()}


def imports(allowed, library):
    with open(allowed, encoding='utf-8') as lines:
        known = {line.strip() for line in lines if line.strip() and not line.startswith('#')}
    found = dynamic_symbols(library, '--undefined-only')
    if 'malloc' not in found:
        yield 'malloc is not among the imports: is this the library?'
    for name in sorted(found - known):
        yield f'imports {name}'


def exports(version_script, library):
    with open(version_script, encoding='utf-8') as text:
        blocks = re.findall(r'(\w+\.?[\w.]*)\s*\{[^}]*?global:(.*?)local:', text.read(), re.DOTALL)
    wanted = {name for _, block in blocks for name in re.findall(r'(\w+);', block)}
    nodes = {node for node, _ in blocks}
    found = dynamic_symbols(library, '--defined-only') - nodes
    for name in sorted(found - wanted):
        yield f'exports {name}, which the version script does not name'
    for name in sorted(wanted - found):
        yield f'does not export {name}'


def writable(archive):
    """Objects in sections that stay writable. Tables of constants with pointers in them lie in
    .data.rel.ro, which the loader closes before the program runs."""
    member = archive
    seen = 0
    for line in lines_of('objdump', '-t', archive):
        header = re.match(r'(\S+):\s+file format', line)
        if header:
            member = header.group(1)
            seen += 1
            continue
        # value, flags (a column of seven characters), section, size, name
        entry = re.match(r'[0-9a-f]+ (.{7}) (\S+)\t([0-9a-f]+)\s+(.*)', line)
        if not entry:
            continue
        flags, section, size, name = entry.groups()
        is_section = 'd' in flags and name == section
        if not is_section and int(size, 16) > 0 and re.match(r'\.(data|bss|tdata|tbss)|\*COM\*', section):
            if not section.startswith('.data.rel.ro'):
                yield f'{member}: {name} in {section}'
    if seen == 0:
        yield f'{archive}: no objects'


MODES = {'imports': imports, 'exports': exports, 'globals': writable}
faults = list(MODES[sys.argv[1]](*sys.argv[2:]))
print('\n'.join(faults) or 'clean')
sys.exit(1 if faults else 0)
