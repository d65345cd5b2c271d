"""How the wheel is made: one package ``live_sessions``, of folders that are packages of their own in a clone.

In a clone an author owns ``auth/``, ``models/`` and ``pages/``; in an environment nobody may take such names from
everybody else. So ``auth`` becomes ``live_sessions`` itself, and the others become parts of it. Only imports and the
name of the command are written anew; hatchling runs this as a build hook.
"""

from __future__ import annotations

import ast
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = 'live_sessions'
PLACES = {'auth': PACKAGE, 'models': f'{PACKAGE}.models', 'pages': f'{PACKAGE}.pages'}
"""What a package of a clone is called in the wheel."""

_FROM = re.compile(rf'^(\s*from )({"|".join(PLACES)})\b(?=[\w.]* import )', re.MULTILINE)
_IMPORT = re.compile(r'^(\s*)import (models|pages)\b(?![\w.])', re.MULTILINE)
_COMMAND = re.compile(r'python -m auth\b')


class OnePackage(BuildHookInterface):
    """Makes the tree of the package in a folder of its own, and has hatchling take that."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the tree; called before the wheel is written."""
        self._made = Path(tempfile.mkdtemp(prefix='live-sessions-wheel-'))
        make_package(Path(self.root), self._made)
        build_data['force_include'][str(self._made)] = PACKAGE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the tree; called after the wheel is written."""
        shutil.rmtree(self._made)


def make_package(root: Path, made: Path) -> None:
    """Write the package of a clone into an empty folder.

    :raises ValueError: if an import would be left that means a package of the clone
    """
    left_out = shutil.ignore_patterns('__pycache__', '*.pyc')
    for folder in (*PLACES, 'static'):
        target = made if folder == 'auth' else made / folder
        shutil.copytree(root / folder, target, dirs_exist_ok=True, ignore=left_out)
    for file in [*made.rglob('*.py'), *made.rglob('*.mako')]:
        file.write_text(written_anew(file.read_text(encoding='utf-8')), encoding='utf-8')
    for file in made.rglob('*.py'):
        for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ''] if isinstance(node, ast.ImportFrom) and not node.level else []
            if left := [name for name in names if name.partition('.')[0] in PLACES]:
                raise ValueError(f'{file.relative_to(made)} still imports {left[0]}: write "from {left[0]} import …".')


def written_anew(source: str) -> str:
    """A source text with its imports, and the name of the command, as they are in the package."""
    source = _FROM.sub(lambda found: found[1] + PLACES[found[2]], source)
    source = _IMPORT.sub(rf'\1from {PACKAGE} import \2', source)
    return _COMMAND.sub(f'python -m {PACKAGE}', source)
