#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What amalgamate.py does with names that clash, on a library of a few lines. Usage: clashes.py AMALGAMATE COMPILER..."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SCRIPT, COMPILER = sys.argv[1], sys.argv[2:]
SPDX = '/* SPDX-License-Identifier: Apache-2.0 */\n'
DOT_H = '{spdx}#ifndef {guard}\n#define {guard}\n{text}#endif\n'
HEADERS = {
    'base/one.h': '#include <stddef.h>\nstruct shared;\nenum { KIND = 1, OTHER = 2 };\nstruct box { int KIND; };\n'
                  'int one(struct shared *s);\nsize_t room(void);\n',
    'rules/two.h': 'enum { KIND = 10 };\nstruct box {\n    int a, b;\n};\nextern const struct box boxes[2];\nint two(void);\n',
}
SOURCES = {
    # A name that is also a member, a tag, a parameter, a designator and the argument of offsetof; a table, a macro.
    'base/one.c': '#include "base/one.h"\n#define SIZE 3\nstruct shared {\n    int count;\n};\nstruct pair {\n    int pair, count[SIZE];\n};\n'
                  'typedef int read_fn(int count);\n'
                  'static int count(int pair)\n{\n    return pair + SIZE;\n}\n'
                  'static read_fn *const readers[] = { count };\nstatic const int L1 = 1, L2 = 2;\n'
                  'int one(struct shared *s)\n{\n    struct pair pair = { .pair = KIND, .count = { [0] = L1, [1] = L2 } };\n'
                  '    struct box box = { .KIND = KIND };\n    (void)s;\n'
                  '    return readers[0](pair.pair) + (&pair)->count[1] + box.KIND;\n}\n'
                  'size_t room(void)\n{\n    return offsetof(struct pair, count);\n}\n',
    'rules/two.c': '#include "rules/two.h"\n#define SIZE 5\nenum { L1 = 100 };\nstruct pair {\n    char pair;\n};\n'
                   'const struct box boxes[2] = { { KIND, 1 }, { .a = KIND, .b = 2 } };\n'
                   'static int count(const char *text)\n{\n    /* count "SIZE" */\n    return text[0] == \'S\' ? SIZE : 0;\n}\n'
                   'int two(void)\n{\n    struct pair pair = { 1 };\n    return count("SIZE count") + boxes[1].a + pair.pair + L1;\n}\n',
    'objects/three.c': '#include <rollout/rollout.h>\n#include "base/one.h"\n#include "rules/two.h"\n',
}
# objects/three.c may not see both headers, which declare KIND twice; so what it answers is asked through a third file.
SOURCES['objects/three.c'] = ('#include <rollout/rollout.h>\n#include "base/one.h"\n'
                              'int rollout_three(void)\n{\n    return one(0) * 1000 + (int)room() * 100 + OTHER;\n}\n')
SOURCES['planners/four.c'] = ('#include <rollout/rollout.h>\n#include "rules/two.h"\n'
                              'int rollout_four(void)\n{\n    return two() * 10 + (int)(sizeof boxes / sizeof *boxes);\n}\n')
PUBLIC = {'rollout.h': '#ifndef ROLLOUT_ROLLOUT_H\n#define ROLLOUT_ROLLOUT_H\n#include <rollout/base.h>\n'
                       'int rollout_four(void);\n#endif\n',
          'base.h': '#ifndef ROLLOUT_BASE_H\n#define ROLLOUT_BASE_H\n#include <stdint.h>\nint rollout_three(void);\n#endif\n'}
# one: (1 + 3) + 2 + 1 = 7; room: 4; two: 5 + 10 + 1 + 100 = 116.
MAIN = ('#include "rollout_amalgamation.h"\n'
        'int main(void)\n{\n    return rollout_three() != 7402 || rollout_four() != 1162;\n}\n')


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')


def build(root, changes):
    """The library below root, with other texts for the files that changes names; None: the file is not there."""
    headers, sources, public = ({**group, **{k: v for k, v in changes.items() if k in group or k.startswith(prefix)}}
                                for group, prefix in ((HEADERS, 'h:'), (SOURCES, 'c:'), (PUBLIC, 'p:')))
    headers, sources, public = ({k.split(':')[-1]: v for k, v in group.items()} for group in (headers, sources, public))
    for name, text in headers.items():
        guard = 'RO_' + re.sub(r'\W', '_', name).upper()
        write(root / 'lib' / name, text if text.startswith('/*') else DOT_H.format(spdx=SPDX, guard=guard, text=text))
    for name, text in sources.items():
        write(root / 'lib' / name, SPDX + text)
    for name, text in public.items():
        write(root / 'include/rollout' / name, SPDX + text)
    write(root / 'lib/meson.build', 'sources = files(\n' + ''.join(f"  '{name}',\n" for name in sources) + ')\n')
    write(root / 'include/rollout/meson.build', 'headers = files(' + ', '.join(f"'{name}'" for name in public) + ')\n')
    (root / 'bindings').mkdir()
    shutil.copy(SCRIPT, root / 'bindings/amalgamate.py')


def amalgamate(root, *arguments):
    return subprocess.run([sys.executable, str(root / 'bindings/amalgamate.py'), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def faults_of_good(root):
    """Two libraries' worth of equal names in one file, and what --check says before and after a change."""
    build(root, {})
    out = root / 'bindings/go'
    result = amalgamate(root)
    if result.returncode:
        yield f'refuses a good library: {result.stdout}'
        return
    write(root / 'main.c', MAIN)
    command = [*COMPILER, '-std=c11', '-Wall', '-Wextra', '-Werror', '-I', str(out), str(root / 'main.c'),
               str(out / 'rollout_amalgamation.c'), '-o', str(root / 'main')]
    compiled = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if compiled.returncode:
        yield compiled.stdout
    elif subprocess.run([str(root / 'main')], check=False).returncode:
        yield 'the one file computes something else'
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    amalgamate(root)
    if before != {path.name: path.read_bytes() for path in out.iterdir()}:
        yield 'a second run writes something else'
    if amalgamate(root, '--check').returncode:
        yield 'its own files are out of date'
    write(root / 'lib/rules/two.c', SPDX + SOURCES['rules/two.c'].replace('SIZE 5', 'SIZE 6'))
    stale = amalgamate(root, '--check')
    if stale.returncode != 1 or 'rollout_amalgamation.c is not what' not in stale.stdout or \
            'run bindings/amalgamate.py' not in stale.stdout or 'amalgamation.h is not' in stale.stdout:
        yield f'a change is not told: {stale.stdout}'
    (out / 'rollout_amalgamation.h').unlink()
    if 'rollout_amalgamation.h is not what' not in amalgamate(root, '--check').stdout:
        yield 'a file that is not there is not told'


# What is changed, and what is said then.
REFUSED = (
    ({'rules/two.h': '#define KIND_OF(x) x\n#define TWICE 1\n' + HEADERS['rules/two.h'],
      'base/one.h': '#define TWICE 2\n' + HEADERS['base/one.h']},
     'lib/base/one.h and lib/rules/two.h both define the macro TWICE'),
    ({'rules/two.h': '#define room 3\n' + HEADERS['rules/two.h']},
     'lib/base/one.h uses the name room and does not include lib/rules/two.h, where it is a macro'),
    ({'objects/three.c': '#include "base/one.h"\n#include "rules/two.h"\nint rollout_three(void)\n{\n    return 1;\n}\n'},
     'lib/objects/three.c: KIND is declared by lib/'),
    ({'rules/two.c': SOURCES['rules/two.c'] + 'int loose(void)\n{\n    return 1;\n}\n'},
     'lib/rules/two.c: loose is neither static nor in a private header'),
    ({'c:rules/five.c': '#include "base/one.h"\nint one(struct shared *s)\n{\n    return s != 0;\n}\n'},
     'lib/base/one.c and lib/rules/five.c both define one'),
    ({'rules/two.c': SOURCES['rules/two.c'].replace('#define SIZE 5', '#define SIZE 5\n#define CALL(x) x ## count')},
     'lib/rules/two.c: a macro makes a text or a name of count'),
    ({'base/one.c': SOURCES['base/one.c'].replace('#define SIZE', '#  define SIZE')},
     'lib/base/one.c: a line of the preprocessor that is not written as the others are'),
    ({'base/one.h': SPDX + HEADERS['base/one.h']}, 'lib/base/one.h: its guard is not RO_BASE_ONE_H'),
    ({'c:json/parse.c': 'static int x;\n'}, 'lib/json/parse.c is in no layer of librollout'),
    ({'p:extra.h': '#ifndef ROLLOUT_EXTRA_H\n#define ROLLOUT_EXTRA_H\n#endif\n'},
     'include/rollout/extra.h is not both installed and included by rollout.h'),
    ({'rules/two.c': SOURCES['rules/two.c'] + 'static int (*chosen)(const char *text) = count;\n'},
     'lib/rules/two.c: cannot tell what this declares: static int ( ( = count ;'),
)


def faults():
    with tempfile.TemporaryDirectory() as scratch:
        yield from faults_of_good(pathlib.Path(scratch))
    for changes, said in REFUSED:
        with tempfile.TemporaryDirectory() as scratch:
            root = pathlib.Path(scratch)
            build(root, changes)
            result = amalgamate(root)
            if result.returncode != 1 or said not in result.stdout:
                yield f'wanted: {said}\nsaid ({result.returncode}): {result.stdout}'
            if (root / 'bindings/go').exists():
                yield f'files are written in spite of: {said}'


found = list(faults())
print('\n'.join(found) or f'{len(REFUSED)} refusals')
sys.exit(1 if found else 0)
