#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The headers can grow without breaking a program that was compiled before, and every language can use them.

A struct grows in one of two ways: it begins with struct_size and is reached through a pointer, or it is the record of a view
with a stride. Every other one says "Frozen." in its comment. Usage: rules.py"""
import sys

import facts

TYPES = {'char', 'double', 'int32_t', 'int64_t', 'size_t', 'uint8_t', 'uint16_t', 'uint32_t', 'uint64_t'}


def faults_of_struct(struct, read, records):
    for at, member in enumerate(struct.members):
        place = f'{struct.name}.{member.name}'
        kind, other = member.type, read.structs.get(member.type.struct or '')
        if kind.struct is None and kind.base not in TYPES:
            yield f'{place}: {kind} is not the same in all languages'
        if kind.pointer > 1:
            yield f'{place}: {kind} is a pointer to a pointer'
        if kind.pointer and not kind.const:
            yield f'{place}: {kind} could be written through'
        if member.name == 'struct_size' and (at > 0 or str(kind) != 'uint32_t'):
            yield f'{place}: is not the first, or no uint32_t'
        if other is None:
            continue
        if not kind.pointer and not other.frozen:
            yield f'{place}: struct {other.name} lies within it and is not frozen'
        elif kind.pointer and not (other.frozen or other.sized or other.opaque) and not (at == 0 and facts.is_view(struct)):
            yield f'{place}: struct {other.name} may grow, and no stride tells how long it is'
        elif kind.pointer and other.sized and any(m.name in (f'{member.name}_count', f'{member.name[:-1]}_count', 'count')
                                                  for m in struct.members):
            yield f'{place}: an array of structs that may grow, without a stride'
    if not (struct.opaque or struct.sized or struct.frozen or struct.name in records):
        yield f'{struct.name}: neither sized nor frozen nor the record of a view'
    if struct.frozen and struct.sized:
        yield f'{struct.name}: says that it is frozen, and carries its size'


def faults_of_function(function, read):
    for at, parameter in enumerate(function.parameters):
        kind, struct = parameter.type, read.structs.get(parameter.type.struct or '')
        place = f'{function.name}, {parameter.name}'
        if kind.struct is None and kind.base not in TYPES | {'int', 'void'}:
            yield f'{place}: {kind} is not the same in all languages'
        if struct is None:
            continue
        if not kind.pointer:
            yield f'{place}: a struct by value'
        elif not (struct.frozen or struct.sized or struct.opaque or facts.is_view(struct)):
            # Filled by the library: the caller says how much room there is.
            if function.parameters[at - 1].name != f'{parameter.name[len("ret_"):]}_size':
                yield f'{place}: struct {struct.name} may grow, and nothing tells how long it is'
    if 'Since: ' not in function.doc and not (function.name.endswith('_free') and function.result.base == 'void'):
        yield f'{function.name}: says not since when it is there'


def padding(rows):
    """Members follow each other without a gap, so no member was missed and no byte is undefined."""
    size = end = 0
    name = ''
    for row in [*rows, 'struct\t\t0\t0']:
        what, *rest = row.split('\t')
        if what == 'struct':
            if end != size:
                yield f'{name}: {size - end} bytes after its last member'
            name, size, end = rest[0], int(rest[1]), 0
            continue
        _, member, offset, length, _ = rest
        if int(offset) != end:
            yield f'{name}.{member}: {int(offset) - end} bytes before it'
        end = int(offset) + int(length)


def main():
    read = facts.headers.read(facts.INCLUDE / 'rollout')
    records = facts.records(read)
    faults = [fault for struct in read.structs.values() for fault in faults_of_struct(struct, read, records)]
    faults += [fault for function in read.functions.values() for fault in faults_of_function(function, read)]
    faults += padding(facts.golden('layout.txt'))
    print('\n'.join(faults) or f'{len(read.structs)} structs, {len(read.functions)} functions')
    return 1 if faults else 0


sys.exit(main())
