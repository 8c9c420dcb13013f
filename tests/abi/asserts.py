#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The golden tables hold for whoever includes the headers: every row as an assertion that the compiler decides.

    asserts.py c|c++ COMPILER..."""
import sys

import facts

PROLOGUE = {
    'c': '#include <stddef.h>\n#define ASSERT(what, text) _Static_assert(what, text)\n'
         '#define SAME(place, type, text) _Static_assert(_Generic(&place, type: 1, default: 0), text)\n',
    'c++': '#include <cstddef>\n#include <type_traits>\n#define ASSERT(what, text) static_assert(what, text)\n'
           '#define SAME(place, type, text) static_assert(std::is_same<decltype(&place), type>::value, text)\n',
}


def pointer_to(text):
    """The type of a pointer to what has this type in layout.txt."""
    if text.endswith(']'):
        base, length = text[:-1].split('[')
        return f'{base} (*)[{length}]'
    return text + ('*' if text.endswith('*') else ' *')


def assertions():
    for row in facts.golden('layout.txt'):
        what, name, *rest = row.split('\t')
        if what == 'struct':
            size, alignment = rest
            yield f'ASSERT(sizeof(struct {name}) == {size}, "{name}: size");'
            yield f'struct align_{name} {{ char c; struct {name} x; }};'
            yield f'ASSERT(offsetof(struct align_{name}, x) == {alignment}, "{name}: alignment");'
        else:
            member, offset, size, kind = rest
            place = f'((struct {name} *)0)->{member}'
            yield f'ASSERT(offsetof(struct {name}, {member}) == {offset}, "{name}.{member}: offset");'
            yield f'ASSERT(sizeof({place}) == {size}, "{name}.{member}: size");'
            yield f'SAME({place}, {pointer_to(kind)}, "{name}.{member}: type");'
    for row in facts.golden('enums.txt'):
        name, value = row.split('\t')
        yield f'ASSERT({name} == {value}, "{name}");'


def main(language, *compiler):
    if sys.maxsize < 2**32:
        print('the tables are those of 64 bits')
        return 77
    lines = list(assertions())
    text = facts.ALL + PROLOGUE[language] + '\n'.join(lines) + '\n'
    standard = {'c': '-std=c11', 'c++': '-std=c++11'}[language]
    try:
        facts.run(*compiler, standard, '-x', language, '-I', facts.INCLUDE, '-fsyntax-only', '-', text=text)
    except facts.Fault as fault:
        print(fault)
        return 1
    print(f'{len(lines)} assertions')
    return 0 if len(lines) > 500 else 1


sys.exit(main(*sys.argv[1:]))
