# SPDX-License-Identifier: Apache-2.0
"""Builds the package with the library inside: the core is one C file, which needs a C compiler and nothing else.

In a checkout that file lies in bindings/go; an sdist has a copy of it in core/."""
from __future__ import annotations

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sysconfig

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
CORE = HERE / 'core' if (HERE / 'core').is_dir() else HERE.parent / 'go'
SOURCE, HEADER = CORE / 'rollout_amalgamation.c', CORE / 'rollout_amalgamation.h'
COPYING = HERE / 'COPYING' if (HERE / 'COPYING').exists() else HERE.parent.parent / 'COPYING'
# Ranks are doubles that compare for equality, so that no multiplication may be joined with an addition. -Bsymbolic: another
# librollout in the process does not get in between.
FLAGS = ['-std=c11', '-O2', '-ffp-contract=off', '-fvisibility=hidden', '-DROLLOUT_BUILDING', '-DNDEBUG', '-fPIC', '-shared']


def version() -> str:
    text = HEADER.read_text(encoding='utf-8')
    parts = [re.search(rf'^#define ROLLOUT_VERSION_{part} (\d+)$', text, re.MULTILINE) for part in ('MAJOR', 'MINOR', 'PATCH')]
    return '.'.join(part[1] for part in parts if part)


class BuildPackage(build_py):
    def run(self) -> None:
        super().run()
        target = pathlib.Path(self.build_lib) / 'rollout' / 'librollout.so'
        compiler = shlex.split(os.environ.get('CC') or 'cc')
        linker = [] if sysconfig.get_platform().startswith('macosx') else ['-Wl,-Bsymbolic', '-Wl,-s']
        command = [*compiler, *FLAGS, *shlex.split(os.environ.get('CFLAGS', '')), '-o', str(target), str(SOURCE), *linker]
        print(' '.join(command))
        subprocess.run(command, check=True)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        return [*super().get_outputs(include_bytecode), str(pathlib.Path(self.build_lib) / 'rollout' / 'librollout.so')]


class Wheel(bdist_wheel):
    """One for each platform and for every Python: ctypes needs none of its headers."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        return 'py3', 'none', super().get_tag()[2]


class SourceDistribution(sdist):
    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        super().make_release_tree(base_dir, files)
        core = pathlib.Path(base_dir) / 'core'
        core.mkdir(exist_ok=True)
        for path in (SOURCE, HEADER):
            shutil.copyfile(path, core / path.name)
        shutil.copyfile(COPYING, pathlib.Path(base_dir) / 'COPYING')


class WithLibrary(Distribution):
    def has_ext_modules(self) -> bool:
        return True  # so that the wheel is this platform's


setup(version=version(), distclass=WithLibrary, cmdclass={'build_py': BuildPackage, 'bdist_wheel': Wheel, 'sdist': SourceDistribution})
