#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a C header with every place of an input at which a caller of another version, or a careless one, can differ: what
the test beside it walks. A new struct, member or function is among them by itself.

    places.py OUTPUT

The test declares, before it includes the header, struct inputs with a pointer for each parameter's name; where functions give
one name to several structs, the pointer has the struct's name, without its prefix, instead."""
import collections
import pathlib
import sys

import facts

# What a struct is reached from; trees have neither sizes nor strides, and what the library made it knows itself.
LEFT_OUT = {'rollout_tree', 'rollout_node'}
# Names of the count of an array that is not the array's own with _count.
COUNTS = ('{0}_count', '{1}_count')
KINDS = ('cloneset', 'statefulset', 'daemonset', 'broadcastjob', 'deployment', 'replicaset', 'uniteddeployment',
         'sidecarset')


def made_by_library(struct):
    return struct.sized and 'set by the library' in struct.members[0].doc


class Places:
    def __init__(self, read):
        self.read, self.rows, self.accessors, self.ends = read, [], [], {}
        self.structs = collections.defaultdict(set)  # a parameter's name: those that it is of
        for function in read.functions.values():
            for parameter in function.parameters:
                if self.is_input(parameter):
                    self.structs[parameter.name].add(parameter.type.struct)

    def is_input(self, parameter):
        """Whether the parameter is a struct that a caller fills."""
        struct = self.read.structs.get(parameter.type.struct or '')
        return not (struct is None or not parameter.type.const or struct.opaque or made_by_library(struct)
                    or struct.name in LEFT_OUT)

    def add(self, function, path, what, struct, address, needs, extra='0'):
        number = len(self.accessors)
        guard = ' && '.join(needs) or '1'
        self.accessors.append(f'static void *place_{number}(struct inputs *in)\n{{\n'
                              f'    return {guard} ? (void *)(uintptr_t)({address}) : NULL;\n}}\n')
        size = f'sizeof(struct {struct})' if struct else '0'
        ends = f'ends_{struct}' if what in ('SIZED', 'RECORDS') else 'NULL'
        if what in ('SIZED', 'RECORDS'):
            self.ends[struct] = [m.name for m in self.read.structs[struct].members]
        kind = next((kind.upper() for kind in KINDS if path.startswith(f'workload.{kind}.') or path == f'workload.{kind}'), 'ANY')
        self.rows.append(f'    {{ "{function}", "{path}", {what}, {kind}, place_{number}, {size}, {ends}, {extra} }},')

    def struct(self, function, name, path, expression, needs):
        """What lies within the struct that the expression (an lvalue) is."""
        struct = self.read.structs[name]
        if name in LEFT_OUT:
            return
        if facts.is_view(struct):
            record = struct.members[0].type.struct
            frozen = self.read.structs[record].frozen
            self.add(function, path, 'FROZEN' if frozen else 'RECORDS', record, f'&{expression}', needs)
            self.struct(function, record, f'{path}[0]', f'{expression}.items[0]',
                        [*needs, f'{expression}.items', f'{expression}.count'])
            return
        names = {member.name: member for member in struct.members}
        for member in struct.members:
            place, below = f'{expression}.{member.name}', f'{path}.{member.name}'
            if member.name.startswith('reserved') and member.type.base == 'uint32_t' and not member.type.pointer:
                self.add(function, below, 'RESERVED', None, f'&{place}', needs)
            other = member.type.struct
            if other is None:
                continue
            count = next((c for c in (pattern.format(member.name, member.name[:-1]) for pattern in COUNTS) if c in names), None)
            if not member.type.pointer:
                first = '[0]' if member.type.length else ''
                self.struct(function, other, below + first, place + first, needs)
            elif other in LEFT_OUT or made_by_library(self.read.structs[other]):
                continue
            elif count:
                self.add(function, below, 'ARRAY', other, f'&{place}', needs, f'offsetof(struct {name}, {count})'
                         f' - offsetof(struct {name}, {member.name})')
                self.struct(function, other, f'{below}[0]', f'{place}[0]', [*needs, place, f'{expression}.{count}'])
            else:
                if self.read.structs[other].sized:
                    self.add(function, below, 'SIZED', other, f'&{place}', needs)
                self.struct(function, other, below, f'{place}[0]', [*needs, place])

    def function(self, function):
        for parameter in function.parameters:
            if not self.is_input(parameter):
                continue
            name, struct = parameter.name, self.read.structs[parameter.type.struct]
            pointer = f'in->{name if len(self.structs[name]) == 1 else struct.name.removeprefix("rollout_")}'
            if struct.sized:
                self.add(function.name, name, 'SIZED', struct.name, f'&{pointer}', [])
            self.struct(function.name, struct.name, name, f'{pointer}[0]', [pointer])

    def text(self):
        ends = ''.join(f'static const size_t ends_{name}[] = {{\n' +
                       ''.join(f'    offsetof(struct {name}, {member}) + sizeof(((struct {name} *)0)->{member}),\n'
                               for member in members) + '    0,\n};\n'
                       for name, members in sorted(self.ends.items()))
        told = [f'    "{f.name}",' for f in self.read.functions.values() if any(p.name == 'reterr' for p in f.parameters)]
        return '\n'.join(['/* Generated by tests/abi/places.py: do not edit. */', ends, *self.accessors,
                          'static const struct place places[] = {', *self.rows, '};', '',
                          '/* Every function with an error record. */', 'static const char *const telling[] = {', *told, '};', ''])


def main(output):
    read = facts.headers.read(facts.INCLUDE / 'rollout')
    places = Places(read)
    for function in read.functions.values():
        places.function(function)
    pathlib.Path(output).write_text(places.text(), encoding='utf-8')
    return 0


sys.exit(main(sys.argv[1]))
