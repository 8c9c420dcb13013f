#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The one-file copy compiles without a warning wherever it may be put, shows what it should and computes as the library does.

    compiles.py SOURCE MAP ALLOWED INCLUDE COMPILER

SOURCE is rollout_amalgamation.c beside its header, MAP the version script of librollout, ALLOWED the list of what may be
imported, INCLUDE the folder of the public headers."""
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

source, version_script, allowed, include, compiler = sys.argv[1:]
folder = str(pathlib.Path(source).parent)
STRICT = ['-Wall', '-Wextra', '-Werror']
FUSED = re.compile(r'\bvfn?m(add|sub)\w*')


def run(*command, text=None):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C'})


def compile_to(target, *flags, what=source):
    """What the compiler complains of; empty: it does not."""
    result = run(compiler, *flags, '-c', str(what), '-o', str(target))
    return '' if result.returncode == 0 else f'{compiler} {" ".join(flags)}:\n{result.stdout[:3000]}'


def symbols(target, which):
    return {line.split()[-1]: line.split()[-2] for line in run('nm', which, str(target)).stdout.splitlines() if line.split()}


def public_names():
    text = pathlib.Path(version_script).read_text(encoding='utf-8')
    return set(re.findall(r'\b(rollout_\w+);', text))


def shown(target, hidden):
    """One symbol a public function, hidden or not, and nothing else; imports of the list alone; nothing to write to."""
    table = run('objdump', '-t', str(target)).stdout
    found = {}
    for line in table.splitlines():
        entry = re.match(r'[0-9a-f]+ ([gw]).{6} (\S+)\t[0-9a-f]+ (\.hidden )?(\S+)$', line)
        if entry and entry.group(2) != '*UND*':
            found[entry.group(4)] = bool(entry.group(3))
        written = re.match(r'[0-9a-f]+ ..... O (\.data|\.bss|\.tdata|\.tbss)(?!\.rel\.ro)\S*\t\S+ (\S+)', line)
        if written:
            yield f'{written.group(2)} lies in {written.group(1)}'
    for name in sorted(set(found) ^ public_names()):
        yield f'{name} is {"there, and not public" if name in found else "public, and not there"}'
    for name, is_hidden in sorted(found.items()):
        if is_hidden != hidden:
            yield f'{name} is {"" if is_hidden else "not "}hidden'
    with open(allowed, encoding='utf-8') as lines:
        known = {line.strip() for line in lines if not line.startswith('#')} | {'_GLOBAL_OFFSET_TABLE_'}
    for name in sorted(set(symbols(target, '--undefined-only')) - known):
        yield f'imports {name}'


def contracted(target):
    return len(FUSED.findall(run('objdump', '-d', str(target)).stdout))


def faults_of(scratch):
    target = scratch / 'all.o'
    yield compile_to(target, '-std=c11', '-O0', '-pedantic-errors', '-DROLLOUT_BUILDING', '-fPIC', *STRICT)
    yield from shown(target, hidden=False)

    # The header, alone and with those that are installed before or behind it.
    mine, theirs = '#include "rollout_amalgamation.h"\n', '#include <rollout/json.h>\n#include <rollout/rollout.h>\n'
    for standard, language in (('-std=c99', 'c'), ('-std=c11', 'c'), ('-std=c++11', 'c++')):
        for text in (mine + mine, mine + theirs, theirs + mine):
            flags = [standard, '-x', language, '-pedantic-errors', '-Wpadded', *STRICT, '-I', folder, '-I', include]
            result = run(compiler, *flags, '-fsyntax-only', '-', text=text + 'extern int end_of_file;\n')
            if language == 'c++' and result.returncode and 'cc1plus' in result.stdout:
                continue  # there is no C++ compiler
            if result.returncode:
                yield f'{text}{compiler} {" ".join(flags)}:\n{result.stdout[:2000]}'

    # As cgo does, but for clang's level.
    flags = ['-std=gnu17', '-g', '-fPIC', '-pthread', *(['-O0', '-ffp-contract=on'] if 'clang' in compiler else ['-O2'])]
    fused = platform.machine() in ('x86_64', 'AMD64')
    flags += ['-mfma'] if fused else []
    yield compile_to(target, *flags, *STRICT)
    yield from shown(target, hidden=True)
    if not fused:
        return
    # No product is added without being rounded, where the compiler does so if it is not told otherwise.
    probe = scratch / 'probe.c'
    probe.write_text('double f(double a, double b, double c);\n'
                     'double f(double a, double b, double c) { return a * b + c; }\n', encoding='utf-8')
    yield compile_to(scratch / 'probe.o', *flags, what=probe)
    if contracted(scratch / 'probe.o') == 0:
        yield f'{compiler} {" ".join(flags)} fuses nothing in a * b + c: nothing is proved'
    if contracted(target) > 0:
        yield f'{compiler} {" ".join(flags)}: {contracted(target)} fused instructions'


with tempfile.TemporaryDirectory() as temporary:
    faults = [fault for fault in faults_of(pathlib.Path(temporary)) if fault]
print('\n'.join(faults) or 'clean')
sys.exit(1 if faults else 0)
