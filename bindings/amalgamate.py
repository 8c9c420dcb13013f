#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes librollout as one header and one C file, for callers who have a C compiler and nothing else.

    amalgamate.py [--check] [--depfile FILE] [FOLDER]

FOLDER (bindings/go beside this script's folder where none is given) receives

  rollout_amalgamation.h   the public headers in the order of their includes, without json.h. Each keeps its guard, so that
                           <rollout/json.h> can be included too
  rollout_amalgamation.c   the sources that lib/meson.build names and the private headers they include. Only what the public
                           headers declare has a symbol, and a hidden one: the file can be linked into a program or a shared
                           object whose process has an installed librollout as well

--check writes nothing and exits with 1 where one of the two is not what would be written. --depfile says for make and ninja
which files were read.

What a C file declares for itself alone (static functions and tables, types, enumerators) is given its path as prefix: split of
lib/base/log.c becomes base_log_split. Its macros end with it. What private headers declare becomes static; a name or tag that two
of them declare is given the header's path as prefix. Whatever else could clash is an error here, and no file is written."""
import argparse
import collections
import difflib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = ('base', 'rules', 'objects', 'planners', 'sim')
HEADER, SOURCE = 'rollout_amalgamation.h', 'rollout_amalgamation.c'
COMMAND = 'bindings/amalgamate.py'
READ = []  # files, in the order in which they were read
LICENSE = '/* SPDX-License-Identifier: Apache-2.0 */\n'

TOKEN = re.compile(r'''(?P<comment>/\*.*?\*/|//[^\n]*)
    |(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<name>[A-Za-z_]\w*)
    |(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
    |(?P<space>(?:[ \t\r\n]|\\\n)+)
    |(?P<mark>->|\.\.\.|\#\#|.)''', re.DOTALL | re.VERBOSE)
INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"].*\n', re.MULTILINE)
DEFINE = re.compile(r'^#define (\w+)', re.MULTILINE)
TAGGED = ('struct', 'union', 'enum')
# Words that stand where a declared name could: none of them is one.
KEYWORDS = frozenset(('const', 'volatile', 'inline', 'static', 'extern', 'typedef', 'unsigned', 'signed', 'char', 'short', 'int',
                      'long', 'float', 'double', 'void', 'bool', 'restrict', '__attribute__'))


class Unhandled(Exception):
    """Something in lib/ that this script cannot put into one file; the text says where and what."""


# A token: its kind as in TOKEN, its text, and whether it belongs to a preprocessor's line.
Token = collections.namedtuple('Token', 'kind text directive')
# A name declared at file scope, that of a type alone left out: place of the declaration's first token, and what it is.
Declared = collections.namedtuple('Declared', 'start name is_static is_extern is_typedef')


def tokens_of(text):
    tokens, directive, fresh = [], False, True
    for match in TOKEN.finditer(text):
        kind, value = match.lastgroup, match.group()
        if kind == 'space':
            if '\n' in value.replace('\\\n', ''):
                directive, fresh = False, True
        else:
            directive = directive or (fresh and value == '#')
            fresh = fresh and kind == 'comment'
        tokens.append(Token(kind, value, directive))
    return tokens


def meaningful(tokens):
    """Places of the tokens that a compiler proper sees."""
    return [i for i, t in enumerate(tokens) if t.kind not in ('comment', 'space') and not t.directive]


def split_declarations(tokens):
    """The declarations at file scope as lists of places."""
    places, depth, in_body = [], 0, False
    for i in meaningful(tokens):
        text = tokens[i].text
        if text == '{' and depth == 0:
            in_body = bool(places) and tokens[places[-1]].text == ')'
        places.append(i)
        depth += (text in '({[') - (text in ')}]')
        if depth == 0 and (text == ';' or (text == '}' and in_body)):
            yield places
            places, in_body = [], False
    if places:
        raise Unhandled(f'a declaration without an end: {tokens[places[0]].text}')


def outermost(tokens, places):
    """The declaration without what stands in brackets: they remain as one '(', '{' or '['. Attributes are left out."""
    seen, depth, attribute = [], 0, False
    for i in places:
        text = tokens[i].text
        closes = text in ')}]'
        depth -= closes
        if text == '__attribute__':
            attribute = True
        elif depth == 0 and not closes and not attribute:
            seen.append(text)
        elif depth == 0 and closes:
            attribute = False
        depth += text in '({['
    return seen


def declared_in(tokens, places):
    """What one declaration declares."""
    words = outermost(tokens, places)
    if words[0] in ('_Static_assert', ';'):
        return []
    said = ' '.join(words)
    # A struct and the like is one word, like any other type.
    for k, word in enumerate(words):
        if word in TAGGED:
            words[k:k + 2] = ['int'] if words[k + 1] == '{' else ['int', '']
            if words[k + 2:k + 3] == ['{'] and words[k + 1] == '':
                words[k + 2] = ''
    words = [word for word in words if word]
    chunks = [[]]
    for word in words:
        if word == ',':
            chunks.append([])
        else:
            chunks[-1].append(word)
    found = []
    for chunk in chunks:
        # A name stands before its parameters, its size, its value or the end.
        head = chunk
        for end in ('=', '(', '[', ';', '{'):
            head = head[:head.index(end)] if end in head else head
        name = head[-1] if head and re.match(r'[A-Za-z_]', head[-1]) and head[-1] not in KEYWORDS else None
        if name is None and (len(chunks) > 1 or chunk != head + [';']):
            raise Unhandled(f'cannot tell what this declares: {said}')
        if name:
            found.append(Declared(places[0], name, 'static' in words, 'extern' in words, 'typedef' in words))
    return found


def types_in(tokens):
    """Tags that are defined, tags that are named, and enumerators, anywhere in the file."""
    places = meaningful(tokens)
    tags, named, enumerators = set(), set(), set()
    for k, i in enumerate(places):
        if tokens[i].text not in TAGGED:
            continue
        after = k + 1
        if tokens[places[after]].kind == 'name':
            named.add(tokens[places[after]].text)
            after += 1
            if tokens[places[after]].text == '{':
                tags.add(tokens[places[after - 1]].text)
        if tokens[i].text == 'enum' and tokens[places[after]].text == '{':
            depth, expected = 0, False
            for j in places[after:]:
                text = tokens[j].text
                depth += (text in '({[') - (text in ')}]')
                if depth == 0:
                    break
                if expected and tokens[j].kind == 'name':
                    enumerators.add(text)
                expected = depth == 1 and text in '{,'
    return tags, named, enumerators


def read(path):
    """The text of a file below the root."""
    READ.append(path)
    return (ROOT / path).read_text(encoding='utf-8')


class File:
    """A file of lib/: its text without the includes and the license's line, and what it declares at file scope."""

    def __init__(self, name):
        self.name = name
        text = read(f'lib/{name}')
        self.includes = [(quote, target) for quote, target in INCLUDE.findall(text)]
        self.is_header = name.endswith('.h')
        text = INCLUDE.sub('', text).replace(LICENSE, '', 1)
        if self.is_header:
            text = without_guard(name, text)
        if re.search(r'^[ \t]+#|^#[ \t]+|^#include', text, re.MULTILINE):
            raise Unhandled(f'lib/{name}: a line of the preprocessor that is not written as the others are')
        self.text = text.strip('\n') + '\n'
        self.macros = set(DEFINE.findall(self.text))
        self.tokens = tokens_of(self.text)
        self.names_used = {t.text for t in self.tokens if t.kind == 'name'}
        try:
            self.declared = [d for places in split_declarations(self.tokens) for d in declared_in(self.tokens, places)]
        except Unhandled as fault:
            raise Unhandled(f'lib/{name}: {fault}') from None
        self.tags, self.tags_named, self.enumerators = types_in(self.tokens)

    def ordinary(self):
        """What shares one name space: functions, variables, types of typedef and enumerators."""
        return {d.name for d in self.declared} | self.enumerators


def without_guard(name, text):
    guard = 'RO_' + re.sub(r'\W', '_', name).upper()
    inner = re.fullmatch(r'(.*?)#ifndef (\w+)\n#define (\w+)\n(.*)#endif\n', text, re.DOTALL)
    if not inner or inner.group(2) != guard or inner.group(3) != guard:
        raise Unhandled(f'lib/{name}: its guard is not {guard}')
    return inner.group(1) + inner.group(4)


def member_places(tokens):
    """Places of names that are members of a struct, and so in a name space of their own."""
    places = meaningful(tokens)
    members, kinds = set(), []  # kinds: what each open bracket is
    for k, i in enumerate(places):
        text = tokens[i].text
        before = tokens[places[k - 1]].text if k else ''
        after = tokens[places[k + 1]].text if k + 1 < len(places) else ''
        if text in '({[':
            kind = text
            if text == '{' and k >= 1:
                earlier = tokens[places[k - 2]].text if k >= 2 else ''
                if before in ('struct', 'union') or earlier in ('struct', 'union'):
                    kind = 'struct'
            if text == '(' and before == 'offsetof':
                kind = 'offsetof'
            kinds.append(kind)
        elif text in ')}]':
            kinds.pop()
        elif tokens[i].kind == 'name' and kinds:
            pointer = kinds[-1] == '(' and kinds[-2:-1] == ['struct'] and before == '*'
            if kinds[-1] == 'struct' and after in (';', ',', '[', ':') or pointer and after == ')':
                members.add(i)
            if kinds[-1] == 'offsetof' and before == ',':
                members.add(i)
        if before in ('.', '->'):
            members.add(i)
    return members


def prefix_of(name):
    return re.sub(r'\W', '_', name[:-2]) + '_'


def renamed(files, seen):
    """What each file has to call otherwise: its names, and its tags, each with what they become."""
    own = {}
    for what, names_of in (('name', File.ordinary), ('tag', lambda file: file.tags)):
        owners = collections.Counter(name for file in files.values() if file.is_header for name in names_of(file))
        for file in files.values():
            mine = {name for name in names_of(file) if file.is_header and owners[name] > 1}
            if not file.is_header and what == 'name':
                mine = {d.name for d in file.declared if (d.is_static or d.is_typedef)} | file.enumerators
            elif not file.is_header:
                # What a header names without its definition is meant there too.
                mine = {tag for tag in file.tags if not tag.startswith('rollout_')}
                mine -= set().union(*(files[header].tags_named for header in seen[file.name]))
            own[file.name, what] = {name: prefix_of(file.name) + name for name in mine}
    doubled = {tag for (name, what), changes in own.items() if what == 'tag' and name.endswith('.h') for tag in changes}
    for file in files.values():
        for tag in sorted(file.tags_named & doubled - file.tags if file.is_header else ()):
            if not any(tag in files[header].tags for header in seen[file.name]):
                raise Unhandled(f'lib/{file.name} names the tag {tag}, which several files define, and includes none of them')
    result = {}
    for (name, what), changes in own.items():
        result[name, what] = dict(changes)
        for header in sorted(seen[name]):
            for there, becomes in own[header, what].items():
                if result[name, what].setdefault(there, becomes) != becomes:
                    raise Unhandled(f'lib/{name}: {there} is declared by lib/{header} and by another file that it sees')
    return result


def written(file, names, tags):
    """The file's text as it stands in the amalgamation."""
    tokens, texts = file.tokens, [t.text for t in file.tokens]
    members = member_places(tokens)
    before = ''
    for i, token in enumerate(tokens):
        if token.kind in ('space', 'comment'):
            continue
        if token.kind == 'name' and i not in members:
            if token.directive and before in ('.', '->'):
                pass
            elif before in TAGGED:
                texts[i] = tags.get(token.text, token.text)
            elif token.text in names:
                if token.directive and before in ('#', '##'):
                    raise Unhandled(f'lib/{file.name}: a macro makes a text or a name of {token.text}')
                texts[i] = names[token.text]
        before = token.text

    for d in file.declared:
        if d.is_static or d.is_typedef or d.name.startswith('rollout_'):
            continue
        if d.is_extern:
            texts[d.start] = 'static'
        elif not texts[d.start].startswith('static '):
            texts[d.start] = 'static ' + texts[d.start]
    text = ''.join(texts)
    if not file.is_header:
        text += ''.join(f'#undef {name}\n' for name in sorted(file.macros))
    return f'\n/* ---- lib/{file.name} ---- */\n\n{text}'


def in_order(sources):
    """The sources and, before the first of those that includes it, each private header; and who sees which headers."""
    files, seen = {}, {}

    def take(name):
        if name in seen:
            return
        seen[name] = set()
        file = File(name)
        for quote, target in file.includes:
            if quote == '"':
                take(target)
                seen[name] |= {target} | seen[target]
        files[name] = file

    for name in sources:
        take(name)
    return files, seen


def check(files, seen):
    """Refuses what would mean something else in one file than in many."""
    headers = [file for file in files.values() if file.is_header]
    macros = {}
    for header in headers:
        for name in sorted(header.macros):
            if macros.setdefault(name, header.name) != header.name:
                raise Unhandled(f'lib/{macros[name]} and lib/{header.name} both define the macro {name}')
    declared = {d.name for header in headers for d in header.declared}
    bodies = {}
    for file in files.values():
        for name in sorted(file.names_used & set(macros)):
            if macros[name] != file.name and macros[name] not in seen[file.name]:
                raise Unhandled(f'lib/{file.name} uses the name {name} and does not include lib/{macros[name]}, '
                                f'where it is a macro')
        for name in sorted(file.names_used & file.macros if not file.is_header else ()):
            if name in macros:
                raise Unhandled(f'lib/{file.name} defines the macro {name} of lib/{macros[name]}')
        if file.is_header:
            continue
        for d in file.declared:
            if d.is_static or d.is_typedef or d.name.startswith('rollout_'):
                continue
            if d.name not in declared:
                raise Unhandled(f'lib/{file.name}: {d.name} is neither static nor in a private header')
            if bodies.setdefault(d.name, file.name) != file.name:
                raise Unhandled(f'lib/{bodies[d.name]} and lib/{file.name} both define {d.name}')


def list_in(path, name):
    """The files that a meson.build names in `NAME = files(...)`."""
    text = read(path)
    found = re.search(rf'^{name} = files\(([^)]*)\)', text, re.MULTILINE)
    if not found:
        raise Unhandled(f'{path}: no list "{name} = files(...)"')
    return re.findall(r"'([^']+)'", found.group(1))


def amalgamated_header():
    wanted, done, parts, system = list_in('include/rollout/meson.build', 'headers'), [], [], set()

    def take(name):
        if name in done:
            return
        done.append(name)
        text = read(f'include/rollout/{name}')
        for quote, target in INCLUDE.findall(text):
            if target.startswith('rollout/'):
                take(target[len('rollout/'):])
            else:
                system.add(target)
        text = INCLUDE.sub('', text).replace(LICENSE, '', 1)
        parts.append(f'\n/* ---- rollout/{name} ---- */\n\n' + re.sub(r'\n{3,}', '\n\n', text))

    take('rollout.h')
    for name in sorted(set(wanted) ^ set(done)):
        raise Unhandled(f'include/rollout/{name} is not both installed and included by rollout.h')
    includes = ''.join(f'#include <{name}>\n' for name in sorted(system))
    return ('/* Generated by ' + COMMAND + ' from include/rollout: do not edit. */\n' + LICENSE +
            '/* The public headers of librollout in one. What holds for all of them is said in the part rollout/rollout.h. */\n'
            '#ifndef ROLLOUT_AMALGAMATION_H\n#define ROLLOUT_AMALGAMATION_H\n\n' + includes + ''.join(parts) + '\n#endif\n')


def amalgamated_source():
    sources = list_in('lib/meson.build', 'sources')
    for name in sources:
        if name.split('/')[0] not in LAYERS:
            raise Unhandled(f'lib/{name} is in no layer of librollout: {", ".join(LAYERS)}')
    # From below: a reader meets what is used before its use. Within a layer the order is that of the list.
    files, seen = in_order(sorted(sources, key=lambda name: LAYERS.index(name.split('/')[0])))
    check(files, seen)
    # stddef.h and stdint.h are the public headers'; named here, since those come within what is hidden.
    system = {'stddef.h', 'stdint.h'} | {target for file in files.values() for quote, target in file.includes
                                         if quote == '<' and not target.startswith('rollout/')}
    changes = renamed(files, seen)
    return ('/* Generated by ' + COMMAND + ' from lib: do not edit. */\n' + LICENSE +
            '//go:build !rollout_system\n\n' +
            ''.join(f'#include <{name}>\n' for name in sorted(system)) +
            SETTINGS + '\n#include "' + HEADER + '"\n' +
            ''.join(written(file, changes[name, 'name'], changes[name, 'tag']) for name, file in files.items()) +
            '\n#if defined(__GNUC__)\n#pragma GCC visibility pop\n#endif\n')


SETTINGS = '''
/* Ranks are doubles that compare for equality: a fused multiply-add would change their last bits. gcc contracts by itself where
 * it is not asked for ISO C and the machine has the instruction. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__) && defined(__FP_FAST_FMA)
#pragma GCC optimize("fp-contract=off")
#endif

#if defined(__GNUC__)
/* Some functions are there for tests of single files alone. */
#pragma GCC diagnostic ignored "-Wunused-function"
/* No symbol leaves the program or shared object that this file becomes a part of; compile with -DROLLOUT_BUILDING where the public
 * functions are to. */
#pragma GCC visibility push(hidden)
#endif
'''


def main():
    parser = argparse.ArgumentParser(description='Writes librollout as one header and one C file.')
    parser.add_argument('--check', action='store_true', help='write nothing, exit with 1 where a file is out of date')
    parser.add_argument('--depfile', type=pathlib.Path, help='write there what the two files are made from')
    parser.add_argument('folder', nargs='?', type=pathlib.Path, default=ROOT / 'bindings/go')
    arguments = parser.parse_args()
    try:
        results = {HEADER: amalgamated_header(), SOURCE: amalgamated_source()}
    except Unhandled as fault:
        print(f'amalgamate.py: {fault}', file=sys.stderr)
        return 1
    stale = 0
    for name, text in results.items():
        path = arguments.folder / name
        if not arguments.check:
            arguments.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding='utf-8', newline='\n')
            continue
        there = path.read_text(encoding='utf-8') if path.is_file() else ''
        if there != text:
            stale = 1
            print(f'{path} is not what include/ and lib/ give: run {COMMAND}')
            for line in list(difflib.unified_diff(there.splitlines(), text.splitlines(), 'there', 'wanted', n=0, lineterm=''))[:10]:
                print(f'    {line}')
    if arguments.depfile:
        made = ' '.join(str(arguments.folder / name) for name in results)
        arguments.depfile.write_text(f'{made}: ' + ' '.join(str(ROOT / path) for path in READ) + '\n', encoding='utf-8')
    return stale


if __name__ == '__main__':
    sys.exit(main())
