# SPDX-License-Identifier: Apache-2.0
"""What ctypes lays out, and the values that the enums have, are those of the golden tables in tests/abi."""
from __future__ import annotations

import ctypes
import enum
import os
import pathlib
import re
import struct
import subprocess
import sys
from typing import Any

import pytest
import rollout
from rollout import _abi, _clib, _pack, _read, enums

from conftest import TOP

ABI = TOP / 'tests' / 'abi'
MORE_SYMBOLS: set[str] = set()


def rows(name: str) -> list[list[str]]:
    return [line.split('\t') for line in (ABI / name).read_text().splitlines() if line and not line.startswith('#')]


@pytest.mark.skipif(struct.calcsize('P') != 8, reason='the tables are of machines with 64 bits')
def test_layouts() -> None:
    told = rows('layout.txt')
    seen = set()
    for row in told:
        if row[0] == 'struct' and row[1] in _abi.STRUCTS:
            layout = _abi.STRUCTS[row[1]]
            seen.add(row[1])
            assert (ctypes.sizeof(layout), ctypes.alignment(layout)) == (int(row[2]), int(row[3])), row
        elif row[0] == 'member' and row[1] in _abi.STRUCTS:
            member: Any = getattr(_abi.STRUCTS[row[1]], row[2])
            assert (member.offset, member.size) == (int(row[3]), int(row[4])), row
    assert seen == set(_abi.STRUCTS)
    told_members = {(row[1], row[2]) for row in told if row[0] == 'member'}
    assert {(name, field[0]) for name, it in _abi.STRUCTS.items() for field in it._fields_} <= told_members


@pytest.mark.parametrize('module', [_pack, _read])
def test_packed_sizes(module: object) -> None:
    """What is packed and read by format is as long as what ctypes lays out."""
    found = [(name, it) for name, it in vars(module).items() if isinstance(it, struct.Struct)]
    assert len(found) > 20
    for name, it in found:
        assert it.size == ctypes.sizeof(_abi.STRUCTS['rollout_' + name.lower()]), name


def members() -> list[tuple[str, int]]:
    return [(name, int(getattr(of, name))) for of in vars(enums).values() if isinstance(of, enum.EnumMeta) for name in dir(of)
            if name.isupper() and not name.startswith('__')]


def test_values() -> None:
    ours = members()
    told = {name: int(value) for name, value in rows('enums.txt')}
    missing = []
    for name, value in told.items():
        short = name[len('ROLLOUT_'):]
        if hasattr(_abi, short):
            assert getattr(_abi, short) == value, name
        elif not any(name.endswith('_' + member) and number == value for member, number in ours):
            missing.append(name)
    assert not missing
    assert len(ours) > 100
    assert rollout.Op.UPDATE_IN_PLACE == told['ROLLOUT_OP_UPDATE_IN_PLACE']
    assert rollout.PodFlags.READY == told['ROLLOUT_POD_READY']


def test_symbols() -> None:
    told = {row[2] for row in rows('symbols.txt') if row[0] == 'librollout'}
    assert set(_abi.PROTOTYPES) == told - MORE_SYMBOLS


def test_version_of_the_library() -> None:
    told = rollout.versions()
    assert told['headers'] == told['library'] == _abi.VERSION


def load(library: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, '-c', 'import rollout; print(rollout.versions()["path"])'], text=True, capture_output=True,
                          env={**os.environ, **variables, 'ROLLOUT_LIBRARY': library,
                               'PYTHONPATH': str(pathlib.Path(rollout.__file__).parents[1]) + os.pathsep
                               + os.environ.get('PYTHONPATH', '')})


def test_loads_the_library_that_is_named() -> None:
    it = load(_clib.path)
    assert it.stdout.strip() == _clib.path, it.stderr


@pytest.mark.skipif(_clib.BUNDLED.exists(), reason='the library inside comes first')
def test_loads_the_system_s_library() -> None:
    """By its soname, where there is none inside."""
    folder = pathlib.Path(_clib.path).parent
    assert (folder / _clib.SONAME).exists()
    it = load('', LD_LIBRARY_PATH=str(folder))
    assert it.stdout.strip() == _clib.SONAME == 'librollout.so.0.1', it.stderr


def test_no_library() -> None:
    it = load('/nowhere/librollout.so')
    assert it.returncode == 1
    assert 'rollout.errors.LibraryError: no librollout: /nowhere/librollout.so' in it.stderr


def compile_library(tmp_path: pathlib.Path, code: str) -> str:
    path = tmp_path / 'other.so'
    (tmp_path / 'other.c').write_text(code)
    subprocess.run(['cc', '-shared', '-fPIC', '-o', str(path), str(tmp_path / 'other.c')], check=True)
    return str(path)


def test_library_of_another_version(tmp_path: pathlib.Path) -> None:
    path = compile_library(tmp_path, 'const char *rollout_version(void) { return "0.9.1"; }')
    it = load(path)
    assert f'rollout.errors.LibraryError: {path} is librollout 0.9.1, but this package needs {_abi.VERSION}' in it.stderr


def test_library_that_lacks_a_function(tmp_path: pathlib.Path) -> None:
    path = compile_library(tmp_path, f'const char *rollout_version(void) {{ return "{_abi.VERSION}"; }}')
    it = load(path)
    assert re.search(f'LibraryError: {re.escape(path)} has no rollout_', it.stderr)


def test_library_that_is_something_else(tmp_path: pathlib.Path) -> None:
    it = load(compile_library(tmp_path, 'int nothing;'))
    assert 'rollout.errors.LibraryError: no librollout: ' in it.stderr
