"""The modules of static/live/, joined into one script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pages.joined_modules import joined_modules
from tests.programs import ROOT

LIVE = ROOT / 'static/live'


def joined(folder: Path, **sources: str) -> str:
    """Join modules with these sources, beginning with ``index``."""
    for name, source in sources.items():
        (folder / f'{name}.js').write_text(source, encoding='utf-8')
    return joined_modules(folder)


def order_of(script: str) -> list[str]:
    return re.findall(r'^modules\["([\w-]+)"\] = ', script, re.M)


def test_what_a_module_imports_comes_before_it_and_each_comes_once(tmp_path: Path) -> None:
    script = joined(tmp_path, index='import "./b.js";\nimport { one } from "./a.js";\n', a='export const one = 1;\n',
                    b='import { one as first } from "./a.js";\nexport async function two() {}\nexport class Three {}\n')

    assert order_of(script) == ['a', 'b', 'index']
    assert 'const { one: first } = modules["a"];' in script
    assert 'return { two, Three };' in script
    assert not re.search('^(import|export)', script, re.M)


def test_names_over_several_lines_are_imported(tmp_path: Path) -> None:
    script = joined(tmp_path, index='import {\n  one,\n  two,\n} from "./a.js"; // both\n',
                    a='export const one = 1;\nexport const two = 2;\n')

    assert 'const {\n  one,\n  two,\n} = modules["a"]; // both' in script


def test_a_circle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='in a circle: index, a, b'):
        joined(tmp_path, index='import "./a.js";', a='import "./b.js";', b='import "./a.js";')


@pytest.mark.parametrize('line', [
    'export let changes = 1;', 'export default 1;', 'export { one };', 'export * from "./a.js";', 'import "./a.mjs";',
    'import * as a from "./a.js";', 'import a from "./a.js";', "import './a.js';", 'import { a } from "../a.js";',
    'const a = await import("./a.js");', 'const here = import.meta.url;'])
def test_what_cannot_be_joined_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    said = f'index.js can not be joined with the others because of this line: {line}'
    with pytest.raises(ValueError, match=re.escape(said)):
        joined(tmp_path, index=line, a='export const one = 1;')


def test_all_modules_are_joined(tmp_path: Path) -> None:
    order = order_of(joined_modules(LIVE))

    assert order[-1] == 'index'
    assert sorted(order) == sorted(module.stem for module in LIVE.glob('*.js'))
