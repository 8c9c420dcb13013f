#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Go files that follow from include/rollout: constants, structs of facts and results, the code that packs the
one and reads the other, and the layouts that the tests compare.

    generate.py [--check]

--check writes nothing and exits with 1 where a file is not what would be written.

What a member is in Go is decided by rules over its C type and its comment, and by the tables below where these do not
tell. A new header needs its roots in ROOTS where a call takes or gives them, and a name where two clash."""
from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Optional

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import headers  # noqa: E402
import spelling  # noqa: E402

# Names that no rule gives. An enum goes by its first constant.
ENUM_NAMES = {**spelling.ENUMS, 'ROLLOUT_OK': 'Code'}
# Trees are plain Go values here, so nobody needs the kinds of nodes.
ENUMS_LEFT_OUT = ('ROLLOUT_NODE_NULL',)
STRUCT_NAMES = {'rollout_gate': 'FeatureGate', 'rollout_plan': 'PlanResult', 'rollout_diff': 'DiffResult',
                'rollout_order': 'UpdateOrder'}
WORDS = {**spelling.WORDS, 'intstr': 'IntStr', 'id': 'ID', 'ids': 'IDs', 'uid': 'UID', 'abi': 'ABI', 'io': 'IO',
         'nomem': 'NoMemory', 'ok': 'OK', 'qos': 'QoS', 'vct': 'VCT', 'pvc': 'PVC'}
# What the calls take, what they give, and what Decode gives back.
INPUTS = ('rollout_workload', 'rollout_snapshot', 'rollout_order', 'rollout_selector')
RESULTS = ('rollout_plan', 'rollout_candidates', 'rollout_diff', 'rollout_priority_key')
READ = ('rollout_workload', 'rollout_snapshot')
# Tables of a plan that its other parts point into: resolved there, and no fields.
TABLES = ('rollout_plan.attrs', 'rollout_plan.texts')
# Fields that the package adds at the end: struct -> (name, type, doc).
ADDED = {
    'rollout_verdict': ('Sentence', 'string', 'the verdict in words: the numbers that decided, and at most three other '
                        'pods by name; empty unless asked for by WithSentences'),
}
SPECIAL = ('rollout_str', 'rollout_opt', 'rollout_intstr', 'rollout_label', 'rollout_labels', 'rollout_strs',
           'rollout_tree', 'rollout_error')
# Enums whose text the library knows: written by hand.
NAMED_BY_LIBRARY = ('Reason', 'Op', 'Code')
GO = {'uint32_t': 'uint32', 'int32_t': 'int32', 'int64_t': 'int64', 'uint64_t': 'uint64', 'size_t': 'uint64', 'uint8_t': 'uint8',
      'uint16_t': 'uint16', 'double': 'float64'}
KEYWORDS = ('type', 'range', 'map', 'func', 'var', 'import', 'package', 'default', 'select', 'interface')


@dataclass(frozen=True)
class Field:
    name: str        # in Go
    kind: str
    type: str        # in Go
    doc: str
    c: str           # the member's name as cgo spells it
    count: str = ''  # its count member, where it is a slice
    of: str = ''     # the C struct or number behind it
    absent: bool = False
    member: str = ''  # as the headers spell it


def camel(name: str) -> str:
    return ''.join(WORDS.get(word, word.capitalize()) for word in name.strip('_').lower().split('_'))


def c_name(name: str) -> str:
    return '_' + name if name in KEYWORDS else name


def is_view(struct: headers.Struct) -> bool:
    return [m.name for m in struct.members] == ['items', 'count', 'stride']


def comment(doc: str, indent: str = '', first: str = '') -> str:
    """A Go comment: a paragraph, an item or a line of code a line of doc."""
    out: list[str] = []
    for n, paragraph in enumerate((first + doc).split('\n')):
        if n:
            out.append(indent + '//')
        line = indent + '//'
        for word in paragraph.split():
            if len(line) + 1 + len(word) > 120:
                out.append(line)
                line = indent + '//'
            line += ' ' + word
        out.append(line)
    return '\n'.join(out) + '\n'


class Writer:
    def __init__(self) -> None:
        self.headers = headers.read()
        self.enums: list[tuple[headers.Enum, str]] = []
        for enum in self.headers.enums:
            first = enum.constants[0].name
            if enum.header in spelling.OTHER_LIBRARY or first in ENUMS_LEFT_OUT:
                continue
            name = ENUM_NAMES.get(first) or camel(enum.prefix[8:])
            if enum.flags and first not in ENUM_NAMES:
                name += 'Flags'
            self.enums.append((enum, name))
        self.inputs = self.reach(INPUTS)
        self.results = self.reach(RESULTS, leave=self.inputs)
        self.fields = {name: self.fields_of(self.headers.structs[name]) for name in (*self.inputs, *self.results)}
        names = [name for _, name in self.enums] + [self.struct_name(s) for s in self.fields] + \
            [self.constant_name(c.name) for enum, _ in self.enums for c in enum.constants]
        twice = {n for n in names if names.count(n) > 1}
        if twice:
            raise headers.Problem(f'give these another name in generate.py: {sorted(twice)}')

    def reach(self, roots: tuple[str, ...], leave: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The structs that these hold, each after those that it holds itself."""
        found: dict[str, None] = {}

        def add(name: str) -> None:
            struct = self.headers.structs[name]
            if name in found or name in SPECIAL or name in leave:
                return
            for member in struct.members:
                if member.type.struct:
                    add(member.type.struct)
            if not is_view(struct):
                found[name] = None
        for root in roots:
            add(root)
        return tuple(found)

    # What things are called and what they are.

    def struct_name(self, struct: str) -> str:
        return STRUCT_NAMES.get(struct) or camel(struct[8:])

    @staticmethod
    def constant_name(name: str) -> str:
        return camel(name[8:])

    def optional(self, struct: str) -> bool:
        """Has a member `set`: nil in Go where it is 0."""
        return any(m.name == 'set' for m in self.headers.structs[struct].members)

    def enum_of(self, path: str, doc: str) -> str:
        for enum, name in self.enums:
            if spelling.MEMBER_ENUMS.get(path) == name:
                return name
        star = re.match(r'(ROLLOUT_[A-Z_]+_)\*', doc)
        first = re.match(r'(ROLLOUT_[A-Z_]+[A-Z])\b', doc)
        for enum, name in self.enums:
            if star and enum.prefix == star[1] or first and any(c.name == first[1] for c in enum.constants):
                return name
        return ''

    def number(self, path: str, member: headers.Member) -> tuple[str, str]:
        """Kind and Go type of a plain number."""
        doc = member.doc
        if re.search(r'\b0 or 1\b', doc) or doc.startswith('1: '):
            return 'bool', 'bool'
        if 'index into plan->texts' in doc:
            return 'plan_text', 'string'
        return 'number', self.enum_of(path, doc) or GO[member.type.base]

    def fields_of(self, struct: headers.Struct) -> list[Field]:
        fields: list[Field] = []
        members = list(struct.members)
        while members:
            member = members.pop(0)
            what, doc, path = member.type, member.doc, f'{struct.name}.{member.name}'
            name, c = camel(member.name), c_name(member.name)
            behind = members[0] if members else None
            counted = what.pointer == 1 and behind and behind.type.base == 'size_t' and behind.name.endswith('count')

            def add(kind: str, type_: str, count: str = '', of: str = '', absent: bool = False) -> None:
                fields.append(Field(name, kind, type_, doc, c, count, of, absent, member.name))

            if member.name == 'struct_size':
                add('size', '')
            elif member.name.startswith('reserved'):
                pass
            elif member.name == 'set' and what.base == 'uint32_t':
                add('set', '')
            elif counted and path in TABLES:
                members.pop(0)
            elif counted and what.struct and behind:
                members.pop(0)
                item = 'IntStr' if what.struct == 'rollout_intstr' else self.struct_name(what.struct)
                add('slice', '[]' + item, behind.name, what.struct)
            elif counted and behind:
                members.pop(0)
                add('numbers', '[]' + GO[what.base], behind.name, what.base)
            elif what.pointer == 1 and what.struct:
                add('pointer', '*' + self.struct_name(what.struct), of=what.struct)
            elif member.name == 'attr_first':
                members.pop(0)
                fields.append(Field('Attrs', 'attrs', '[]Attr', 'what it carries beside the subject', c))
            elif not what.pointer and not what.struct:
                kind, type_ = self.number(path, member)
                add(kind, type_, of=what.base)
            elif what.struct == 'rollout_str':
                absent = bool(re.search(r'\babsent\b', doc)) and 'empty or absent' not in doc
                add('str', '*string' if absent else 'string', absent=absent)
            elif what.struct == 'rollout_opt':
                add('opt', '*int32')
            elif what.struct == 'rollout_intstr':
                add('intstr', 'IntStr')
            elif what.struct == 'rollout_labels':
                add('label_list', '[]Label') if path in spelling.LABEL_LISTS else add('labels', 'map[string]string')
            elif what.struct == 'rollout_strs':
                add('strs', '[]string')
            elif what.struct == 'rollout_tree':
                add('tree', 'any')
            elif what.struct and is_view(self.headers.structs[what.struct]):
                item = self.headers.structs[what.struct].members[0].type.struct or ''
                add('view', '[]' + self.struct_name(item), of=item)
            elif what.struct and not what.pointer:
                absent = self.optional(what.struct)
                add('struct', '*' * absent + self.struct_name(what.struct), of=what.struct, absent=absent)
            else:
                raise headers.Problem(f'{path}: {what} is not understood')
        if struct.name in ADDED:
            name, type_, doc = ADDED[struct.name]
            fields.append(Field(name, 'added', type_, doc, ''))
        return fields

    # Documentation says names as Go has them.

    def goes(self, text: str) -> str:
        known = {c.name: self.constant_name(c.name) for enum, _ in self.enums for c in enum.constants}
        known['ROLLOUT_NONE'] = 'None'
        text = re.sub(r'ROLLOUT_[A-Z0-9_]+[A-Z0-9](?![A-Z0-9_*])', lambda m: known.get(m[0], m[0]), text)
        text = re.sub(r'ROLLOUT_([A-Z_]+)_\*', lambda m: camel(m[1]) + '*', text)
        text = text.replace(' Frozen.', '').replace('plan->', 'the plan\'s ')
        text = re.sub(r'(?:struct )?rollout_(\w+)\.flags', lambda m: self.struct_name('rollout_' + m[1]) + '.Flags', text)
        text = text.replace('data NULL = absent', 'nil = absent').replace('NULL', 'nil')
        return re.sub(r'One block, read-only, released with rollout_\w+\(\)\. ?', '', text)

    def lead(self, go_name: str, doc: str) -> str:
        return comment(self.goes(doc) or 'as in the headers', first=f'{go_name}: ')

    def enums_file(self) -> str:
        out = ['package rollout\n', '// None is no index, in a result.\nconst None = ^uint32(0)\n',
               '// The version of the headers that this package was generated from.\nconst (\n' + ''.join(
                   f'\t{camel(n)} = {self.headers.macros["ROLLOUT_" + n].value}\n'
                   for n in ('VERSION_MAJOR', 'VERSION_MINOR', 'VERSION_PATCH')) + ')\n']
        for enum, name in self.enums:
            if enum.flags and [c.value for c in enum.constants] != [1 << n for n in range(len(enum.constants))]:
                raise headers.Problem(f'{name}: its bits do not follow one another')
            base = 'int32' if any(c.value < 0 for c in enum.constants) else 'uint32'
            out.append(self.lead(name, enum.doc or 'a set of bits') + f'type {name} {base}\n')
            lines = ['const (']
            for c in enum.constants:
                if c.doc:
                    lines.append(comment(self.goes(c.doc), '\t').rstrip())
                lines.append(f'\t{self.constant_name(c.name)} {name} = ' +
                             (f'1 << {c.value.bit_length() - 1}' if enum.flags else str(c.value)))
            out.append('\n'.join(lines) + '\n)\n')
            if name in NAMED_BY_LIBRARY:
                continue
            if enum.flags:
                names = ', '.join(f'"{self.constant_name(c.name)}"' for c in enum.constants)
                out.append(f'// String is the names of the bits, joined by "|"; "0" for none.\n'
                           f'func (f {name}) String() string {{ return flagText(uint32(f), {name.lower()}Names[:]) }}\n\n'
                           f'var {name.lower()}Names = [...]string{{{names}}}\n')
            else:
                cases = '\n'.join(f'\tcase {self.constant_name(c.name)}:\n\t\treturn "{self.constant_name(c.name)}"'
                                  for c in enum.constants)
                out.append(f'// String is the name of the constant, or the number of an unknown one.\n'
                           f'func (v {name}) String() string {{\n\tswitch v {{\n{cases}\n\t}}\n'
                           f'\treturn unknownText("{name}", int64(v))\n}}\n')
        return '\n'.join(out)

    def types_file(self) -> str:
        out = ['package rollout\n']
        for struct, fields in self.fields.items():
            name = self.struct_name(struct)
            lines = [self.lead(name, self.headers.structs[struct].doc or 'see its fields') + f'type {name} struct {{']
            for f in fields:
                if f.type:
                    lines.append(('' if re.fullmatch(r'(ROLLOUT_\w+_\*)?', f.doc) else comment(self.goes(f.doc), '\t')) + f'\t{f.name} {f.type}')
            out.append('\n'.join(lines) + '\n}\n')
        return '\n'.join(out)

    # Go -> C. Two passes: size adds up what a struct reaches and flattens trees, pack writes it.

    def size_lines(self, f: Field) -> list[str]:
        v = f'v.{f.name}'
        if f.kind == 'str':
            return [f's.absentText({v})' if f.absent else f's.text += uintptr(len({v}))']
        if f.kind == 'intstr':
            return [f's.text += uintptr(len({v}.Text))']
        if f.kind in ('labels', 'label_list', 'strs', 'tree'):
            call = {'labels': 'labels', 'label_list': 'labelList', 'strs': 'strs', 'tree': 'tree'}[f.kind]
            return [f'if !s.{call}({v}) {{', f'\treturn s.in("{f.member}")', '}']
        if f.kind == 'numbers':
            return [f's.fixed += round8(uintptr(len({v})) * unsafe.Sizeof(C.{f.of}(0)))']
        if f.kind in ('slice', 'view'):
            call = self.size_call(f.of, f'&{v}[i]')
            lines = [f"s.fixed += round8(uintptr(len({v})) * C.sizeof_struct_{f.of})"]
            if call:
                lines += [f'for i := range {v} {{', f'\tif !{call} {{', f'\t\treturn s.inElement("{f.member}", i)', '\t}', '}']
            return lines
        if f.kind in ('struct', 'pointer'):
            call = self.size_call(f.of, v if f.absent or f.kind == 'pointer' else '&' + v)
            lines = [f"s.fixed += round8(C.sizeof_struct_{f.of})"] if f.kind == 'pointer' else []
            if call:
                lines += [f'if !{call} {{', f'\treturn s.in("{f.member}")', '}']
            if lines and (f.kind == 'pointer' or f.absent):
                return [f'if {v} != nil {{', *('\t' + line for line in lines), '}']
            return lines
        return []

    def size_call(self, struct: str, argument: str) -> str:
        if struct == 'rollout_intstr':
            return f's.intStr({argument})'
        return f's.{camel(struct[8:])}({argument})' if self.deep(struct) else ''

    def deep(self, struct: str) -> bool:
        """Reaches memory of its own."""
        return any(self.size_lines(f) for f in self.fields[struct])

    def pack_lines(self, f: Field, struct: str) -> list[str]:
        v, c = f'v.{f.name}', f'c.{f.c}'
        if f.kind == 'size':
            return [f'{c} = C.sizeof_struct_{struct}']
        if f.kind == 'set':
            return [f'{c} = 1']
        if f.kind == 'bool':
            return [f'{c} = bit({v})']
        if f.kind == 'number':
            return [f'{c} = C.{f.of}({v})']
        if f.kind == 'str':
            return [f'{c} = p.{"absentText" if f.absent else "str"}({v})']
        if f.kind == 'opt':
            return [f'{c} = optional({v})']
        if f.kind == 'intstr':
            return [f'p.intStr(&{c}, &{v})']
        if f.kind in ('labels', 'tree'):
            return [f'p.{f.kind}(&{c})']
        if f.kind in ('label_list', 'strs'):
            return [f'p.{"labelList" if f.kind == "label_list" else f.kind}(&{c}, {v})']
        if f.kind == 'numbers':
            return [f'{c}, c.{c_name(f.count)} = (*C.{f.of})(p.numbers({v})), C.size_t(len({v}))']
        if f.kind in ('slice', 'view'):
            call = 'intStr' if f.of == 'rollout_intstr' else camel(f.of[8:])
            at = c + '.' if f.kind == 'view' else 'c.'
            items, count = (c + '.items', c + '.count') if f.kind == 'view' else (c, 'c.' + c_name(f.count))
            lines = [f'items := unsafe.Slice((*C.struct_{f.of})(p.alloc(uintptr(n) * C.sizeof_struct_{f.of})), n)',
                     f'{items}, {count} = &items[0], C.size_t(n)']
            if f.kind == 'view':
                lines.append(f'{at}stride = C.sizeof_struct_{f.of}')
            lines += ['for i := range items {', f'\tp.{call}(&items[i], &{v}[i])', '}']
            return [f'if n := len({v}); n > 0 {{', *('\t' + line for line in lines), '}']
        if f.kind == 'pointer':
            return [f'if {v} != nil {{', f'\t{c} = (*C.struct_{f.of})(p.alloc(C.sizeof_struct_{f.of}))',
                    f'\tp.{camel(f.of[8:])}({c}, {v})', '}']
        if f.kind == 'struct':
            call = f'p.{camel(f.of[8:])}(&{c}, {"" if f.absent else "&"}{v})'
            return [f'if {v} != nil {{', '\t' + call, '}'] if f.absent else [call]
        raise headers.Problem(f'{struct}.{f.c}: {f.kind} cannot be packed')

    def pack_file(self) -> str:
        out = ['package rollout\n\n// #include "rollout_go.h"\nimport "C"\n\nimport "unsafe"\n']
        for struct in self.inputs:
            fields, name, go = self.fields[struct], camel(struct[8:]), self.struct_name(struct)
            size = [line for f in fields for line in self.size_lines(f)]
            if size:
                out.append(f'func (s *sizer) {name}(v *{go}) bool {{\n' + '\n'.join('\t' + line for line in size) +
                           '\n\treturn true\n}\n')
            pack = [line for f in fields for line in self.pack_lines(f, struct)]
            out.append(f'func (p *packer) {name}(c *C.struct_{struct}, v *{go}) {{\n' +
                       '\n'.join('\t' + line for line in pack) + '\n}\n')
        return '\n'.join(out)

    # C -> Go.

    def read_lines(self, f: Field) -> list[str]:
        v, c = f'v.{f.name}', f'c.{f.c}'
        if f.kind in ('size', 'set', 'added'):
            return []
        if f.kind == 'bool':
            return [f'{v} = {c} != 0']
        if f.kind == 'number':
            return [f'{v} = {f.type}({c})']
        if f.kind == 'plan_text':
            return [f'{v} = r.planText({c})']
        if f.kind == 'attrs':
            return [f'{v} = r.attrs(c.attr_first, c.attr_count)']
        if f.kind in ('str', 'opt', 'intstr', 'labels', 'label_list', 'strs', 'tree'):
            call = {'str': 'absentText' if f.absent else 'str', 'opt': 'opt', 'intstr': 'intStr', 'labels': 'labels',
                    'label_list': 'labelList', 'strs': 'strs', 'tree': 'tree'}[f.kind]
            return [f'{v} = r.{call}(&{c})']
        if f.kind == 'numbers':
            return [f'if n := int(c.{c_name(f.count)}); n > 0 {{',
                    f'\t{v} = append({v}, unsafe.Slice((*{GO[f.of]})({c}), n)...)', '}']
        if f.kind in ('slice', 'view'):
            items, count, stride = (c + '.items', c + '.count', f'uintptr({c}.stride)') if f.kind == 'view' else \
                (c, 'c.' + c_name(f.count), f'uintptr(C.sizeof_struct_{f.of})')
            call = 'intStrInto' if f.of == 'rollout_intstr' else camel(f.of[8:])
            return [f'if n := int({count}); n > 0 {{', f'\t{v} = make({f.type}, n)', f'\tfor i := range {v} {{',
                    f'\t\tr.{call}(&{v}[i], (*C.struct_{f.of})(unsafe.Add(unsafe.Pointer({items}), uintptr(i)*{stride})))',
                    '\t}', '}']
        if f.kind == 'pointer':
            return [f'if {c} != nil {{', f'\t{v} = new({f.type[1:]})', f'\tr.{camel(f.of[8:])}({v}, {c})', '}']
        if f.kind == 'struct':
            if f.absent:
                return [f'if {c}.set != 0 {{', f'\t{v} = new({f.type[1:]})', f'\tr.{camel(f.of[8:])}({v}, &{c})', '}']
            return [f'r.{camel(f.of[8:])}(&{v}, &{c})']
        raise headers.Problem(f'{f.c}: {f.kind} cannot be read')

    def read_file(self) -> str:
        out = ['package rollout\n\n// #include "rollout_go.h"\nimport "C"\n\nimport "unsafe"\n']
        for struct in dict.fromkeys((*self.reach(READ), *self.results)):
            lines = [line for f in self.fields[struct] for line in self.read_lines(f)]
            out.append(f'func (r *reader) {camel(struct[8:])}(v *{self.struct_name(struct)}, c *C.struct_{struct}) {{\n' +
                       '\n'.join('\t' + line for line in lines) + '\n}\n')
        out.append('// nameOf is the namespace and name of the spec that is set.\n'
                   'func nameOf(c *C.struct_rollout_workload) (namespace, name string) {\n\tswitch {')
        for f in self.fields['rollout_workload']:
            if f.kind == 'pointer':
                named = any(m.c == 'namespace_' for m in self.fields[f.of])
                namespace = f'text(c.{f.c}.namespace_)' if named else '""'
                out.append(f'\tcase c.{f.c} != nil:\n\t\treturn {namespace}, text(c.{f.c}.name)')
        out.append('\t}\n\treturn "", ""\n}')
        return '\n'.join(out) + '\n'

    # What the tests hold against the golden tables.

    def abi_file(self) -> str:
        out = ['// Package abi says how cgo lays the structs of the headers out, for the tests to compare.\n'
               'package abi\n\n/*\n#cgo !rollout_system CFLAGS: -I${SRCDIR}/../..\n'
               '#cgo rollout_system CFLAGS: -I${SRCDIR}/../.. -DROLLOUT_GO_SYSTEM\n'
               '#cgo rollout_system pkg-config: librollout\n#include "rollout_go.h"\n*/\nimport "C"\n\nimport "unsafe"\n',
               '// Struct is one struct of the headers.\n'
               'type Struct struct {\n\tName string\n\tSize, Align uintptr\n\tMembers []Member\n}\n',
               '// Member is one member, with the C type that the headers give it.\n'
               'type Member struct {\n\tName string\n\tOffset, Size uintptr\n\tType string\n}\n',
               '// Structs are all structs but those that nobody sees into.\nfunc Structs() []Struct {\n\treturn []Struct{']
        for struct in self.headers.structs.values():
            if struct.opaque or struct.header in spelling.OTHER_LIBRARY:
                continue
            of = f'C.struct_{struct.name}{{}}'
            out.append(f'\t\t{{"{struct.name}", unsafe.Sizeof({of}), unsafe.Alignof({of}), []Member{{')
            for member in struct.members:
                at = f'{of}.{c_name(member.name)}'
                out.append(f'\t\t\t{{"{member.name}", unsafe.Offsetof({at}), unsafe.Sizeof({at}), "{member.type}"}},')
            out.append('\t\t}},')
        out.append('\t}\n}\n')
        out.append('// Constants are all enumerators, and the numeric macros but the version.\nfunc Constants() map[string]int64 {\n\treturn map[string]int64{')
        for constant in self.headers.constants():
            if constant.name.startswith('ROLLOUT_VERSION_'):
                continue
            out.append(f'\t\t"{constant.name}": C.{constant.name},')
        out.append('\t}\n}')
        return '\n'.join(out) + '\n'

    def version_file(self) -> str:
        names = ('MAJOR', 'MINOR', 'PATCH')
        return '/* The version of the headers that the Go files were generated from. */\n' + ''.join(
            f'#define ROLLOUT_GO_VERSION_{n} {self.headers.value("ROLLOUT_VERSION_" + n)}\n' for n in names)

    def files(self) -> dict[str, str]:
        made = {'enums_gen.go': self.enums_file(), 'types_gen.go': self.types_file(), 'pack_gen.go': self.pack_file(),
                'read_gen.go': self.read_file(), 'internal/abi/abi_gen.go': self.abi_file()}
        first = '// Code generated by bindings/go/generate.py from include/rollout; DO NOT EDIT.\n'
        license_ = '// SPDX-License-Identifier: Apache-2.0\n\n'
        files = {name: formatted(first + license_ + text) for name, text in made.items()}
        files['version_gen.h'] = '/* Code generated by bindings/go/generate.py from include/rollout; DO NOT EDIT. */\n' \
            '/* SPDX-License-Identifier: Apache-2.0 */\n' + self.version_file()
        return files


def formatted(text: str) -> str:
    gofmt = shutil.which('gofmt')
    if not gofmt:
        raise headers.Problem('gofmt is not found')
    done = subprocess.run([gofmt], input=text, capture_output=True, text=True)
    if done.returncode:
        raise headers.Problem(f'gofmt: {done.stderr}\n' +
                              '\n'.join(f'{n} {line}' for n, line in enumerate(text.split('\n'), 1)))
    return done.stdout


def main() -> int:
    if sys.argv[1:] not in ([], ['--check']):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        files = Writer().files()
    except headers.Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    stale = [name for name, text in files.items()
             if not (HERE / name).exists() or (HERE / name).read_text(encoding='utf-8') != text]
    if sys.argv[1:]:
        for name in stale:
            print(f'bindings/go/{name} is not what bindings/go/generate.py writes: run it')
        return 1 if stale else 0
    for name in stale:
        (HERE / name).write_text(files[name], encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
