#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The golden tables of the ABI: symbols.txt, layout.txt and enums.txt in this folder.

    tables.py [--update] BUILD [COMPILER...]

Takes the facts from include/rollout/, the C compiler (cc where none is named) and the shared libraries of the build, and says
what differs from the tables: 1 where anything does. --update writes them."""
import pathlib
import sys

import facts

HERE = pathlib.Path(__file__).resolve().parent


def keyed(name, rows):
    """Each row of a table by what it is about."""
    keys = {'symbols.txt': lambda row: row[2:3], 'layout.txt': lambda row: row[:2] if row[0] == 'struct' else row[:3],
            'enums.txt': lambda row: row[:1]}
    split = [row.split('\t') for row in rows]
    return {tuple(keys[name](row)): row for row in split}


COLUMNS = {'symbols.txt': ('library', 'version', 'name'), 'struct': ('', 'name', 'size', 'alignment'),
           'member': ('', 'struct', 'name', 'offset', 'size', 'type'), 'enums.txt': ('name', 'value')}


def title(name, key):
    return '.'.join(key[1:]) if name == 'layout.txt' else key[0]


def differences(name, there, now):
    """What moved, a sentence a fact."""
    old, new = keyed(name, there), keyed(name, now)
    for key, row in old.items():
        if key not in new:
            yield f'{name}: {title(name, key)} is gone'
            continue
        columns = COLUMNS[row[0] if name == 'layout.txt' else name]
        for column, before, after in zip(columns, row, new[key]):
            if before != after:
                yield f'{name}: {title(name, key)}: {column} was {before} and is {after}'
    for key in new:
        if key not in old:
            yield f'{name}: {title(name, key)} is new'
    if list(old) != list(new) and set(old) == set(new):
        yield f'{name}: the order of the rows is another'


def main(arguments):
    update = '--update' in arguments
    arguments = [argument for argument in arguments if argument != '--update']
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    build, compiler = pathlib.Path(arguments[0]), arguments[1:] or ['cc']
    if sys.maxsize < 2**32:
        print('the tables are those of 64 bits')
        return 77
    try:
        tables = facts.tables(compiler, {'librollout': build / 'lib/librollout.so',
                                         'librollout-json': build / 'lib/json/librollout-json.so'})
    except facts.Fault as fault:
        print(fault)
        return 1
    found = [difference for name, rows in tables.items() for difference in differences(name, facts.golden(name), rows)]
    if update:
        for name, rows in tables.items():
            text = facts.GENERATED + facts.TABLES[name] + ''.join(f'{row}\n' for row in rows)
            (HERE / name).write_text(text, encoding='utf-8')
    print('\n'.join(found) or f'{sum(map(len, tables.values()))} facts')
    if found and not update:
        print('a change that is meant is written into the tables by tests/abi/tables.py --update BUILD')
    return 1 if found and not update else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
