# SPDX-License-Identifier: Apache-2.0
"""What the headers' structs and enums are in Python: the one place in which that is decided, by rules over what
bindings/headers.py read, and by the tables below where the headers do not tell.

A new header needs no line here unless a name clashes."""
from __future__ import annotations

import pathlib
import re
import sys
from dataclasses import dataclass
from keyword import iskeyword
from typing import Optional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import headers  # noqa: E402
import spelling  # noqa: E402

# Names that no rule gives. An enum goes by its first constant.
ENUM_NAMES = {**spelling.ENUMS, 'ROLLOUT_OK': 'ErrorCode', 'ROLLOUT_NODE_NULL': 'NodeKind'}
STRUCT_NAMES = {'rollout_gate': 'FeatureGate'}
# What the calls take and give; what these reach is packed or read.
INPUTS = ('rollout_workload', 'rollout_snapshot', 'rollout_order')
RESULTS = ('rollout_plan', 'rollout_candidates', 'rollout_diff', 'rollout_priority_key')
# Read besides: what rollout_document_decode() gives.
READ = ('rollout_workload', 'rollout_snapshot')
# Members of a plan that its other parts point into; they are resolved there, and no fields.
TABLES = {'rollout_plan.attrs': 'attrs', 'rollout_plan.texts': 'texts'}
# Fields that the package adds at the end: struct -> (name, annotation, default, doc).
ADDED = {
    'rollout_verdict': (('sentence', 'str', "''", 'the verdict in words: the numbers that decided, and at most three '
                         'other pods by name; empty unless the plan was made with texts=True'),),
}

# How one field is packed and read. struct codes of its C members follow from the C type.
SCALARS = {'uint32_t': 'I', 'int32_t': 'i', 'int64_t': 'q', 'uint64_t': 'Q', 'size_t': 'N', 'uint8_t': 'B', 'uint16_t': 'H', 'double': 'd'}
RANGES = {'uint32_t': (0, 2**32 - 1), 'int32_t': (-2**31, 2**31 - 1), 'int64_t': (-2**63, 2**63 - 1),
          'uint64_t': (0, 2**64 - 1)}
# Structs that have a Python type of their own: struct codes, annotation, default.
SPECIAL = {
    'rollout_str': ('PN', 'str', "''"),
    'rollout_opt': ('Ii', 'Optional[int]', 'None'),
    'rollout_intstr': ('IiPN', 'Union[int, str, None]', 'None'),
    'rollout_labels': ('PII', 'Mapping[str, str]', 'field(default_factory=dict)'),
    'rollout_strs': ('PII', 'Sequence[str]', '()'),
    'rollout_terms': ('PII', 'Sequence[tuple[str, str]]', '()'),
    'rollout_tree': ('PN', 'Json', 'None'),
}


@dataclass(frozen=True)
class Field:
    """One Python field, or with hidden=True C members that have none."""
    name: str
    kind: str           # how it is packed, read and checked: see generate.py
    codes: str          # of the C members, for the struct module
    annotation: str = ''
    default: str = ''
    doc: str = ''
    of: str = ''        # a Python class or enum
    optional: bool = False
    constant: int = 0   # of a hidden one
    limits: tuple[int, int] = (0, 0)

    @property
    def hidden(self) -> bool:
        return self.kind in ('constant', 'size', 'table')


@dataclass(frozen=True)
class Record:
    """A struct that is a dataclass."""
    struct: headers.Struct
    name: str
    fields: tuple[Field, ...]
    optional: bool      # has a member `set`: absent is None
    result: bool

    @property
    def codes(self) -> str:
        return ''.join(f.codes for f in self.fields)

    @property
    def short(self) -> str:
        return self.struct.name[8:]


def camel(name: str) -> str:
    return ''.join(spelling.WORDS.get(word, word.capitalize()) for word in name.strip('_').lower().split('_'))


def python_name(member: str) -> str:
    name = member.rstrip('_')
    return name + '_' if iskeyword(name) else name


def is_view(struct: headers.Struct) -> bool:
    return [m.name for m in struct.members] == ['items', 'count', 'stride']


class Description:
    def __init__(self, read: headers.Headers) -> None:
        self.headers = read
        self.enum_names: list[tuple[headers.Enum, str]] = []
        for enum in read.enums:
            if enum.header not in spelling.OTHER_LIBRARY:
                name = ENUM_NAMES.get(enum.constants[0].name) or camel(enum.prefix[8:])
                if enum.flags and enum.constants[0].name not in ENUM_NAMES:
                    name += 'Flags'
                self.enum_names.append((enum, name))
        self.constants = {c.name: (name, self.constant_name(enum, c.name)) for enum, name in self.enum_names
                          for c in enum.constants}
        self.reached: dict[str, None] = {}
        self.results: set[str] = set()
        for roots, result in ((INPUTS, False), (RESULTS, True)):
            before = set(self.reached)
            for root in roots:
                self.reach(root)
            if result:
                self.results = set(self.reached) - before
        names = [name for _, name in self.enum_names] + [self.class_name(s) for s in self.reached]
        twice = {n for n in names if names.count(n) > 1}
        if twice:
            raise headers.Problem(f'give these another name in describe.py: {sorted(twice)}')
        self.records = {name: self.record(read.structs[name]) for name in self.reached}

    def reach(self, name: str) -> None:
        """Adds the structs that are dataclasses, each after those that it holds."""
        struct = self.headers.structs[name]
        if name in self.reached or name in SPECIAL:
            return
        for member in struct.members:
            if member.type.struct:
                self.reach(member.type.struct)
        if not is_view(struct):
            self.reached[name] = None

    def class_name(self, struct: str) -> str:
        return STRUCT_NAMES.get(struct) or camel(struct[8:])

    @staticmethod
    def constant_name(enum: headers.Enum, name: str) -> str:
        short = name[len(enum.prefix):]
        return short if not short[0].isdigit() else '_' + short

    def enum_of(self, path: str, doc: str) -> Optional[tuple[headers.Enum, str]]:
        """The enum that a member's comment names: "ROLLOUT_PHASE_*", or by one of its constants."""
        for enum, name in self.enum_names:
            if spelling.MEMBER_ENUMS.get(path) == name:
                return enum, name
        star = re.match(r'(ROLLOUT_[A-Z_]+_)\*', doc)
        if star:
            for enum, name in self.enum_names:
                if enum.prefix == star[1]:
                    return enum, name
        first = re.match(r'(ROLLOUT_[A-Z_]+[A-Z])\b', doc)
        for enum, name in self.enum_names:
            if first and any(c.name == first[1] for c in enum.constants):
                return enum, name
        return None

    def number(self, struct: headers.Struct, member: headers.Member, result: bool) -> Field:
        base, doc = member.type.base, member.doc
        name, code, path = python_name(member.name), SCALARS[base], f'{struct.name}.{member.name}'
        if name == 'struct_size':
            return Field(name, 'size', code)
        if name.startswith('reserved'):
            return Field(name, 'constant', code)
        if re.search(r'\b0 or 1\b', doc) or re.match(r'1: ', doc):
            return Field(name, 'bool', code, 'bool', 'False', doc)
        found = self.enum_of(path, doc)
        if found:
            enum, enum_name = found
            if enum.flags:
                return Field(name, 'flags', code, enum_name, f'{enum_name}(0)', doc, enum_name, limits=RANGES[base])
            values = {c.value: c.name for c in enum.constants}
            optional = 0 not in values and bool(re.search(r'\b0 = ', doc))
            first = 'None' if optional else f'{enum_name}.{self.constants[values[0]][1]}' if 0 in values else ''
            annotation = f'Optional[{enum_name}]' if optional else enum_name
            return Field(name, 'enum', code, annotation, first, doc, enum_name, optional, limits=RANGES.get(base, (0, 0)))
        if result and 'index into plan->texts' in doc:
            return Field(name, 'text_index', code, 'Optional[str]', 'None', doc, optional=True)
        if result and ('or ROLLOUT_NONE' in doc):
            return Field(name, 'index', code, 'Optional[int]', 'None', doc, optional=True)
        return Field(name, 'int', code, 'int', '0', doc, limits=RANGES.get(base, (0, 2**64 - 1)))

    def record(self, struct: headers.Struct) -> Record:
        fields: list[Field] = []
        members = list(struct.members)
        result = struct.name in self.results
        optional = False
        while members:
            member = members.pop(0)
            what, doc, name = member.type, member.doc, python_name(member.name)
            behind = members[0] if members else None
            path = f'{struct.name}.{member.name}'
            if member.name == 'set' and what.base == 'uint32_t':
                optional = True
                fields.append(Field(name, 'constant', 'I', constant=1))
            elif what.pointer and behind and behind.type.base == 'size_t' and behind.name.endswith('_count') or \
                    what.pointer and member.name == 'items' and behind and behind.name == 'count':
                members.pop(0)
                if path in TABLES:
                    fields.append(Field(name, 'table', 'PN', of=what.struct or '', doc=TABLES[path]))
                else:
                    fields.append(self.several(name, 'slice', 'PN', what, doc, result))
            elif what.pointer == 1 and what.struct:
                inner = self.class_name(what.struct)
                fields.append(Field(name, 'pointer', 'P', f'Optional[{inner}]', 'None', doc, what.struct, True))
            elif name == 'attr_first' and behind and behind.name == 'attr_count':
                members.pop(0)
                fields.append(Field('attrs', 'range', 'II', 'tuple[Attr, ...]', '()', 'what it carries beside the subject'))
            elif not what.pointer and not what.struct:
                fields.append(self.number(struct, member, result))
            elif what.struct in SPECIAL:
                fields.append(self.special(name, 'rollout_terms' if path in spelling.LABEL_LISTS else what.struct, doc, result))
            elif what.struct and is_view(self.headers.structs[what.struct]):
                item = self.headers.structs[what.struct].members[0].type
                fields.append(self.several(name, 'view', 'PNN', item, doc, result))
            elif what.struct and not what.pointer:
                inner_record = self.record(self.headers.structs[what.struct])
                inner = inner_record.name
                absent = inner_record.optional
                fields.append(Field(name, 'struct', inner_record.codes, f'Optional[{inner}]' if absent else inner,
                                    'None' if absent else f'{inner}()', doc, what.struct, absent))
            else:
                raise headers.Problem(f'{path}: {what} is not understood')
        return Record(struct, self.class_name(struct.name), tuple(fields), optional, result)

    def several(self, name: str, kind: str, codes: str, item: headers.Type, doc: str, result: bool) -> Field:
        outer = 'tuple[{}, ...]' if result else 'Sequence[{}]'
        if item.struct == 'rollout_intstr':
            return Field(name, 'intstrs', codes, outer.format('Union[int, str]'), '()', doc)
        if not item.struct:
            return Field(name, 'numbers', codes, outer.format('int'), '()', doc, SCALARS[item.base], limits=RANGES[item.base])
        return Field(name, kind, codes, outer.format(self.class_name(item.struct)), '()', doc, item.struct)

    def special(self, name: str, struct: str, doc: str, result: bool) -> Field:
        codes, annotation, default = SPECIAL[struct]
        kind = struct[8:]
        if kind == 'str' and re.search(r'\babsent\b', doc) and not re.search(r'empty or absent', doc):
            return Field(name, kind, codes, 'Optional[str]', 'None', doc, optional=True)
        if kind == 'strs' and result:
            annotation = 'tuple[str, ...]'
        return Field(name, kind, codes, annotation, default, doc)
