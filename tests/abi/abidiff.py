#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The libraries of a build against those of the last tagged version, with abidiff and the golden tables of both.

    abidiff.py BUILD

Builds the last tag v* before HEAD in a temporary folder. 1 where a symbol, a layout or a value changed in a way that a program
compiled before would notice, unless MINOR was raised, and with it the soname. Members added at the end of structs that carry
their size, or whose stride the caller gives, are no such change. 77 where there is no git, no tag or no abidiff."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import facts
import tables

LIBRARIES = ('lib/librollout.so', 'lib/json/librollout-json.so')


class Skip(Exception):
    """Why there is nothing to compare with."""


def last_tag():
    for program in ('git', 'abidiff'):
        if not shutil.which(program):
            raise Skip(f'{program} is not there')
    if not (facts.ROOT / '.git').exists():
        raise Skip('this is no checkout: no version to compare with')
    result = subprocess.run(['git', '-C', str(facts.ROOT), 'describe', '--tags', '--match', 'v*', '--abbrev=0'],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    if result.returncode:
        raise Skip('no version is tagged yet')
    return result.stdout.strip()


def version_of(root):
    text = (root / 'include/rollout/version.h').read_text(encoding='utf-8')
    return tuple(int(re.search(rf'ROLLOUT_VERSION_{part} (\d+)', text).group(1)) for part in ('MAJOR', 'MINOR'))


def build_of(tag, scratch):
    """The tag's sources and its build."""
    source, build = scratch / 'source', scratch / 'build'
    source.mkdir()
    facts.run('git', '-C', facts.ROOT, 'archive', '--output', scratch / 'tag.tar', tag)
    facts.run('tar', '-xf', scratch / 'tag.tar', '-C', source)
    facts.run('meson', 'setup', build, source, '-Djson=enabled', '-Dexamples=disabled', '-Dtests=disabled')
    facts.run('ninja', '-C', build)
    return source, build


def may_grow():
    """abidiff's word for it: a suppression for each struct that has a member more at its end."""
    read = facts.headers.read(facts.INCLUDE / 'rollout')
    return ''.join(f'[suppress_type]\n  type_kind = struct\n  name = {name}\n  has_size_change = yes\n'
                   f'  has_data_member_inserted_at = end\n\n' for name in facts.growing(read))


def abidiff_faults(source, old, new, scratch):
    (scratch / 'may-grow').write_text(may_grow(), encoding='utf-8')
    for library in LIBRARIES:
        result = subprocess.run(['abidiff', '--no-added-syms', '--suppressions', str(scratch / 'may-grow'),
                                 '--headers-dir1', str(source / 'include'), '--headers-dir2', str(facts.INCLUDE),
                                 str(old / library), str(new / library)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if result.returncode:
            yield f'{library}:\n{result.stdout}'


def table_faults(source):
    """What moved between the golden tables, which know what abidiff cannot see: values that stand in plain integers."""
    growing = facts.growing(facts.headers.read(facts.INCLUDE / 'rollout'))
    for name in facts.TABLES:
        path = source / 'tests/abi' / name
        before = facts.rows_of(path)
        for difference in tables.differences(name, before, facts.golden(name)):
            grown = re.fullmatch(r'layout\.txt: (\w+): size was (\d+) and is (\d+)', difference)
            if difference.endswith(' is new') or difference.endswith('the order of the rows is another') or \
                    (grown and grown.group(1) in growing and int(grown.group(3)) > int(grown.group(2))):
                continue
            yield difference


def main(build):
    try:
        tag = last_tag()
    except Skip as reason:
        print(reason)
        return 77
    with tempfile.TemporaryDirectory() as temporary:
        scratch = pathlib.Path(temporary)
        try:
            source, old = build_of(tag, scratch)
        except facts.Fault as fault:
            print(f'{tag} cannot be built: {fault}')
            return 1
        faults = [*abidiff_faults(source, old, pathlib.Path(build).resolve(), scratch), *table_faults(source)]
        before, now = version_of(source), version_of(facts.ROOT)
    print('\n'.join(faults) or f'compatible with {tag}')
    if faults and now > before:
        print(f'version {now[0]}.{now[1]} comes after {before[0]}.{before[1]}, and so may change these')
        return 0
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
