#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one test of the package, as meson does.

    run.py fresh             the generated modules are what generate.py writes
    run.py mypy              sources and tests are clean under mypy --strict
    run.py unit|leak         tests/test_*.py, over the library that was just built
    run.py vectors [KIND]    recorded decisions: those that are kept, or of KIND the full set where it is found
    run.py wheel|sdist       builds one, installs it into an empty environment and runs the tests there, from another folder

    ROLLOUT_LIBRARY   the shared library; ROLLOUT_COMMAND   the rollout command; ROLLOUT_SCRATCH   folder for environments
"""
from __future__ import annotations

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from typing import Optional

TESTS = pathlib.Path(__file__).resolve().parent
PACKAGE = TESTS.parent
TOP = PACKAGE.parent.parent
SKIPPED = 77
SCRATCH = pathlib.Path(os.environ.get('ROLLOUT_SCRATCH') or tempfile.gettempdir()) / 'python'


def run(*command: object, where: Optional[pathlib.Path] = None, **variables: Optional[str]) -> int:
    """Exit status. A variable that is None is taken away."""
    environment = {**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'}
    for name, value in variables.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    print('+', *command, flush=True)
    return subprocess.run([str(part) for part in command], cwd=where, env=environment).returncode


def must(*command: object, where: Optional[pathlib.Path] = None, **variables: Optional[str]) -> None:
    if run(*command, where=where, **variables):
        sys.exit(f'failed: {command[0]}')


def tools() -> pathlib.Path:
    """The environment with what the tests need, made once; several tests may ask for it at the same time."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    requirements = TESTS / 'requirements.txt'
    folder = SCRATCH / 'tools'
    stamp = folder / 'requirements.txt'
    with open(SCRATCH / 'lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != requirements.read_text():
            shutil.rmtree(folder, ignore_errors=True)
            must(sys.executable, '-m', 'venv', folder)
            must(folder / 'bin' / 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements)
            shutil.copyfile(requirements, stamp)
    return folder


def site_packages(environment: pathlib.Path) -> str:
    return str(next(environment.glob('lib/python3*/site-packages')))


def pytest(*arguments: object) -> int:
    return run(tools() / 'bin' / 'python', '-m', 'pytest', '-q', *arguments, where=PACKAGE, PYTHONPATH=str(PACKAGE / 'src'))


def unit_tests(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path for path in folder.glob('test_*.py') if path.name not in ('test_leak.py', 'test_vectors.py'))


def fresh() -> int:
    return run(sys.executable, PACKAGE / 'generate.py', '--check')


def mypy() -> int:
    python = tools() / 'bin' / 'python'
    cache = SCRATCH / 'mypy'
    common = [python, '-m', 'mypy', '--strict', '--cache-dir', cache]
    status = run(*common, '-p', 'rollout', where=PACKAGE / 'src')
    status |= run(*common, '.', '../examples', '../bench.py', where=TESTS, MYPYPATH=str(PACKAGE / 'src'))
    return status | run(*common, 'generate.py', where=PACKAGE, MYPYPATH=str(PACKAGE.parent))


def check_wheel(wheel: pathlib.Path) -> None:
    """Nothing but the package, its library and its description."""
    platform = wheel.name.split('-')[-1]
    if not wheel.name.endswith(f'-py3-none-{platform}') or platform.startswith('any'):
        sys.exit(f'{wheel.name}: not of one platform and any Python')
    names = zipfile.ZipFile(wheel).namelist()
    expected = {f'rollout/{path.name}' for path in (PACKAGE / 'src' / 'rollout').iterdir() if path.is_file()}
    expected |= {'rollout/librollout.so'}
    found = {name for name in names if '.dist-info/' not in name}
    if found != expected:
        sys.exit(f'{wheel.name}: {sorted(found ^ expected)} are in it and should not, or are not and should')
    if not any(name.endswith('/COPYING') for name in names):
        sys.exit(f'{wheel.name}: has no COPYING')


def installed(what: str) -> int:
    """Builds in a copy of the sources, so that nothing is left in the checkout."""
    python = tools() / 'bin' / 'python'
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        ignore = shutil.ignore_patterns('__pycache__', '*.egg-info', 'build', 'dist')
        shutil.copytree(PACKAGE, scratch / 'bindings' / 'python', ignore=ignore)
        (scratch / 'bindings' / 'go').mkdir()
        # As it would be at a release; that the copy which is kept is this one is another test.
        must(sys.executable, PACKAGE.parent / 'amalgamate.py', scratch / 'bindings' / 'go')
        shutil.copy(TOP / 'COPYING', scratch)
        made, empty = scratch / 'made', scratch / 'empty'
        # The wheel is built out of the sdist, as it would be for a release.
        must(python, '-m', 'build', '--no-isolation', *(['--sdist'] if what == 'sdist' else []), '-o', made,
             where=scratch / 'bindings' / 'python')
        shutil.rmtree(scratch / 'bindings')
        must(sys.executable, '-m', 'venv', empty)
        if what == 'wheel':
            wheel, = made.glob('*.whl')
            check_wheel(wheel)
            must(empty / 'bin' / 'pip', 'install', '--quiet', '--no-index', '--no-deps', wheel)
        else:  # pip fetches setuptools by itself; a C compiler is all that must be there
            source, = made.glob('*.tar.gz')
            must(empty / 'bin' / 'pip', 'install', '--quiet', '--disable-pip-version-check', source)
        must(empty / 'bin' / 'pip', 'check')

        elsewhere = scratch / 'elsewhere'
        shutil.copytree(TESTS, elsewhere / 'tests', ignore=ignore)
        shutil.copytree(PACKAGE / 'examples', elsewhere / 'examples', ignore=ignore)
        alone = {'ROLLOUT_LIBRARY': None, 'ROLLOUT_TOP': str(TOP), 'PYTHONPATH': site_packages(tools())}
        must(empty / 'bin' / 'python', '-c', 'import rollout, pathlib; '
             'assert pathlib.Path(rollout.versions()["path"]).parent == pathlib.Path(rollout.__file__).parent', where=elsewhere,
             ROLLOUT_LIBRARY=None, PYTHONPATH=None)
        tests = elsewhere / 'tests'
        played = [*unit_tests(tests), *([tests / 'test_vectors.py'] if what == 'wheel' else [])]
        return run(empty / 'bin' / 'python', '-m', 'pytest', '-q', *played, where=elsewhere, **alone) or \
            run(python, '-m', 'mypy', '--strict', '--cache-dir', scratch / 'cache', '--python-executable', empty / 'bin' / 'python',
                'examples', where=elsewhere)


def main() -> int:
    what, *more = sys.argv[1:]
    if what == 'fresh':
        return fresh()
    if what == 'mypy':
        return mypy()
    if what in ('wheel', 'sdist'):
        return installed(what)
    if what == 'unit':
        return pytest(*unit_tests(TESTS))
    if what == 'leak':
        return pytest(TESTS / 'test_leak.py')
    if what == 'vectors':
        status = pytest(TESTS / 'test_vectors.py', *[f'--kind={kind}' for kind in more])
        return SKIPPED if more and status == 5 else status  # 5: nothing was collected
    sys.exit(f'unknown test {what}, see run.py')


if __name__ == '__main__':
    sys.exit(main())
