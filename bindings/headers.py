#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads include/rollout/*.h: what the ABI tables and the packages for other languages are generated from.

The headers are written in a narrow form, and only that is understood; anything else is an error that names file and
line, never passed over. Sizes and offsets are the compiler's business: tests/abi compares what is read here with them.

    headers.py [FOLDER]    prints everything as JSON
"""
from __future__ import annotations

import ast
import dataclasses
import json
import pathlib
import re
import sys
from dataclasses import dataclass, field
from typing import Iterator, Optional

FOLDER = pathlib.Path(__file__).resolve().parent.parent / 'include' / 'rollout'

# What the headers use of <stdint.h>.
KNOWN = {'UINT32_MAX': 0xFFFFFFFF, 'INT32_MAX': 0x7FFFFFFF, 'INT64_MAX': 0x7FFFFFFFFFFFFFFF}


@dataclass(frozen=True)
class Type:
    """The type of a member, a parameter or a result."""
    base: str               # 'uint32_t', 'char', 'struct rollout_str', 'void'
    pointer: int = 0        # how many '*'
    const: bool = False     # what is pointed to (or held) is const
    length: Optional[int] = None  # of an array

    @property
    def struct(self) -> Optional[str]:
        """Name of the struct, "rollout_str", where it is one or points to one."""
        return self.base[7:] if self.base.startswith('struct ') else None

    def __str__(self) -> str:
        text = ('const ' if self.const else '') + self.base
        if self.pointer:
            text += ' ' + '*' * self.pointer
        return text + (f'[{self.length}]' if self.length is not None else '')


@dataclass(frozen=True)
class Member:
    name: str
    type: Type
    doc: str


@dataclass(frozen=True)
class Struct:
    name: str      # 'rollout_str'
    doc: str
    header: str    # 'base.h'
    members: tuple[Member, ...]  # none: opaque

    @property
    def opaque(self) -> bool:
        return not self.members

    @property
    def sized(self) -> bool:
        """Begins with struct_size: may be shorter or longer than the library's."""
        return bool(self.members) and self.members[0].name == 'struct_size'

    @property
    def frozen(self) -> bool:
        return 'Frozen.' in self.doc


@dataclass(frozen=True)
class Constant:
    name: str      # 'ROLLOUT_PHASE_NONE'
    value: int
    doc: str


@dataclass(frozen=True)
class Enum:
    doc: str
    header: str
    constants: tuple[Constant, ...]
    flags: bool    # every value is written as 1 << n

    @property
    def prefix(self) -> str:
        """What all names begin with, up to and with a '_'. Not always the enum's alone."""
        names = [c.name for c in self.constants]
        first, last = min(names), max(names)
        n = 0
        while n < len(first) and n < len(last) and first[n] == last[n]:
            n += 1
        return first[:first.rfind('_', 0, n) + 1]


@dataclass(frozen=True)
class Function:
    name: str
    doc: str
    header: str
    result: Type
    parameters: tuple[Member, ...]

    @property
    def prototype(self) -> str:
        def declare(what: Type, name: str) -> str:
            text = str(what)
            return text + name if text.endswith('*') else f'{text} {name}'.rstrip()
        parameters = ', '.join(declare(p.type, p.name) for p in self.parameters) or 'void'
        return f'{declare(self.result, self.name)}({parameters})'


@dataclass
class Headers:
    """All public headers. Everything in the order in which it is declared, headers in the order of their includes."""
    headers: list[str] = field(default_factory=list)
    docs: dict[str, str] = field(default_factory=dict)  # of each header
    structs: dict[str, Struct] = field(default_factory=dict)
    enums: list[Enum] = field(default_factory=list)
    macros: dict[str, Constant] = field(default_factory=dict)  # those with a number
    functions: dict[str, Function] = field(default_factory=dict)

    def constants(self) -> Iterator[Constant]:
        for enum in self.enums:
            yield from enum.constants
        yield from self.macros.values()

    def value(self, name: str) -> int:
        for constant in self.constants():
            if constant.name == name:
                return constant.value
        raise KeyError(name)


TOKEN = re.compile(r'''
    (?P<comment>/\*.*?\*/)
  | (?P<directive>^\#(?:\\\n|[^\n])*)
  | (?P<string>"[^"\n]*")
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>0[xX][0-9a-fA-F]+|\d+)
  | (?P<punctuation><<|[-+~|(){}\[\];,=*])
  | (?P<space>\s+)
''', re.VERBOSE | re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    line: int


class Problem(Exception):
    """What the parser does not understand."""


def prose(comment: str) -> str:
    """The text of a comment without its stars: a paragraph, an item of a list or a line of code a line."""
    if comment.startswith('/**<'):  # one sentence or two, broken wherever the line was full
        return ' '.join(comment[4:-2].split())
    lines = [re.sub(r'^\s*\*( {1,2}|$)', '', line) if n else line.lstrip()
             for n, line in enumerate(comment[3:-2].rstrip().split('\n'))]
    paragraphs: list[str] = []
    indent: Optional[int] = None  # of the paragraph that goes on; None: none does
    for line in lines:
        depth, text = len(line) - len(line.lstrip()), line.strip()
        if not text:
            indent = None
        elif text.startswith('- '):
            paragraphs.append(text)
            indent = depth + 2
        elif indent == depth:
            paragraphs[-1] += ' ' + text
        elif indent is None and depth >= 4:
            paragraphs.append(line.rstrip())
        else:
            paragraphs.append(text)
            indent = depth
    return '\n'.join(paragraphs)


class Parser:
    def __init__(self, path: pathlib.Path, into: Headers) -> None:
        self.path, self.into, self.header = path, into, path.name
        self.tokens = list(self.scan(path.read_text(encoding='utf-8')))
        self.at = 0

    def scan(self, text: str) -> Iterator[Token]:
        at, line = 0, 1
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise Problem(f'{self.path}:{line}: not understood: {text[at:at + 30]!r}')
            kind = match.lastgroup or ''
            # A comment that is no documentation says nothing here.
            if kind != 'space' and not (kind == 'comment' and not match.group().startswith('/**')):
                yield Token(kind, match.group(), line)
            line += match.group().count('\n')
            at = match.end()

    def problem(self, what: str) -> Problem:
        token = self.tokens[min(self.at, len(self.tokens) - 1)]
        return Problem(f'{self.path}:{token.line}: {what}, at {token.text!r}')

    def peek(self) -> Optional[Token]:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def next(self) -> Token:
        token = self.peek()
        if token is None:
            raise self.problem('ends too early')
        self.at += 1
        return token

    def take(self, text: str) -> bool:
        token = self.peek()
        if token and token.text == text:
            self.at += 1
            return True
        return False

    def want(self, text: str) -> None:
        if not self.take(text):
            raise self.problem(f'expected {text}')

    def word(self) -> str:
        token = self.next()
        if token.kind != 'word':
            self.at -= 1
            raise self.problem('expected a name')
        return token.text

    def doc_behind(self) -> str:
        """The comments after a member or enumerator that speak of it."""
        docs = []
        while (token := self.peek()) and token.kind == 'comment' and token.text.startswith('/**<'):
            docs.append(prose(self.next().text))
        return ' '.join(docs)

    def doc_before(self) -> str:
        doc = ''
        while (token := self.peek()) and token.kind == 'comment':
            if token.text.startswith('/**<'):
                raise self.problem('a comment about nothing')
            doc = prose(self.next().text)
        return doc

    def evaluate(self, text: str) -> int:
        """A constant expression of numbers, names, <<, |, +, -."""
        names = {**KNOWN, **{c.name: c.value for c in self.into.constants()}}

        def value(node: ast.expr) -> int:
            if isinstance(node, ast.Constant) and isinstance(node.value, int):
                return node.value
            if isinstance(node, ast.Name) and node.id in names:
                return names[node.id]
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
                return -value(node.operand)
            if isinstance(node, ast.BinOp):
                left, right = value(node.left), value(node.right)
                if isinstance(node.op, ast.LShift):
                    return left << right
                if isinstance(node.op, ast.BitOr):
                    return left | right
                if isinstance(node.op, ast.Add):
                    return left + right
                if isinstance(node.op, ast.Sub):
                    return left - right
            raise self.problem(f'no constant: {text}')
        return value(ast.parse(text, mode='eval').body)

    def type(self) -> Type:
        const = self.take('const')
        base = self.word()
        if base == 'struct':
            base = 'struct ' + self.word()
        pointer = 0
        while self.take('*'):
            pointer += 1
            self.take('const')  # "const char *const *"
        return Type(base, pointer, const)

    def declared(self) -> Member:
        what, name = self.type(), self.word()
        if self.take('['):
            token = self.next()
            what = dataclasses.replace(what, length=self.evaluate(token.text))
            self.want(']')
        return Member(name, what, '')

    def struct(self, doc: str) -> None:
        name = self.word()
        members: list[Member] = []
        if self.take('{'):
            while not self.take('}'):
                before = self.doc_before()
                together = [self.declared()]
                while self.take(','):  # "int64_t a, b;"
                    together.append(dataclasses.replace(together[0], name=self.word()))
                self.want(';')
                doc_of = self.doc_behind() or before
                members += [dataclasses.replace(member, doc=doc_of) for member in together]
            if not members:
                raise self.problem(f'struct {name} has no member')
        self.want(';')
        if name in self.into.structs and (not members or self.into.structs[name].members):
            raise self.problem(f'struct {name} is declared twice')
        self.into.structs[name] = Struct(name, doc, self.header, tuple(members))

    def enum(self, doc: str) -> None:
        constants: list[Constant] = []
        flags = True
        self.want('{')
        while not self.take('}'):
            before = self.doc_before()
            name = self.word()
            self.want('=')
            parts: list[str] = []
            while (token := self.peek()) and token.text not in (',', '}') and token.kind != 'comment':
                parts.append(self.next().text)
            flags = flags and parts[:2] == ['1', '<<']
            value = self.evaluate(' '.join(parts))
            behind = self.doc_behind()
            self.take(',')
            constants.append(Constant(name, value, behind or self.doc_behind() or before))
        self.want(';')
        self.into.enums.append(Enum(doc, self.header, tuple(constants), flags))

    def function(self, doc: str) -> None:
        result, name = self.type(), self.word()
        self.want('(')
        parameters: list[Member] = []
        if not (self.take('void') and self.take(')')):
            while True:
                parameters.append(self.declared())
                if self.take(')'):
                    break
                self.want(',')
        self.want(';')
        self.into.functions[name] = Function(name, doc, self.header, result, tuple(parameters))

    def directive(self, text: str, doc: str) -> None:
        match = re.match(r'#define\s+(ROLLOUT_\w+)\s+(\S.*)$', text)
        if match and match[1] != 'ROLLOUT_API' and not match[2].startswith('__attribute__'):
            value = self.evaluate(match[2])
            self.into.macros[match[1]] = Constant(match[1], value, doc)

    def parse(self) -> None:
        doc = ''
        while token := self.peek():
            if token.kind == 'comment':
                doc = prose(self.next().text)
                if doc.startswith('@file'):
                    self.into.docs[self.header] = doc.split(' ', 2)[2] if doc.count(' ') > 1 else ''
                    doc = ''
                continue
            self.next()
            if token.kind == 'directive':
                self.directive(token.text, doc)
            elif token.text == 'struct':
                self.struct(doc)
            elif token.text == 'enum':
                self.enum(doc)
            elif token.text == 'ROLLOUT_API':
                self.function(doc)
            elif token.text == 'extern':  # extern "C" { ... } for C++
                self.next()
                self.want('{')
            elif token.text != '}':
                self.at -= 1
                raise self.problem('not understood')
            doc = ''


def in_order(folder: pathlib.Path, names: list[str]) -> list[str]:
    """Header names, each after those that it includes."""
    ordered: list[str] = []

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise Problem(f'{folder / name}: includes itself by way of {", ".join(above)}')
        if name in ordered:
            return
        text = (folder / name).read_text(encoding='utf-8')
        for other in re.findall(r'^#include <rollout/(\w+\.h)>', text, re.MULTILINE):
            add(other, (*above, name))
        ordered.append(name)
    for name in names:
        add(name, ())
    return ordered


def read(folder: pathlib.Path = FOLDER) -> Headers:
    """Parses every header of the folder; raises Problem where one is not in the form that is understood."""
    into = Headers()
    into.headers = in_order(folder, sorted(path.name for path in folder.glob('*.h')))
    for name in into.headers:
        Parser(folder / name, into).parse()
    return into


def main() -> int:
    try:
        headers = read(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    print(json.dumps(dataclasses.asdict(headers), indent=2))
    return 0


if __name__ == '__main__':
    sys.exit(main())
