"""Imports go down the floors of docs/architecture.md, and the walk that says so can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from house.floors import find_climbs, find_cycle, read_floors, read_modules, room_of

TOP = Path(__file__).parents[2]
PACKAGE = TOP / "src" / "thalweg"
FLOORS = read_floors((TOP / "docs" / "architecture.md").read_text(encoding="utf-8"))


def test_every_import_goes_down():
    assert find_climbs(PACKAGE, FLOORS) == []


def test_no_import_cycle():
    assert find_cycle(PACKAGE) == []


def test_the_page_lists_the_rooms_that_exist():
    modules = read_modules(PACKAGE)
    rooms = {room_of(module, modules) for module in modules} - {"__init__.py"}
    assert set(FLOORS) == rooms


# A house of three floors, in order; each test below plants one fault in it.
PAGE = """
## Floors

```
attic/             pictures
ops/  values/      the table · Tensor
errors.py          exceptions
```
"""


@pytest.fixture
def house(tmp_path):
    package = tmp_path / "home"
    files = {
        "__init__.py": "from .attic.roof import roof\nfrom .ops import add\n",
        "errors.py": "import math\n",
        "ops/__init__.py": "from .add import add\n",
        "ops/add.py": "from ..errors import HomeError\n",
        "values/__init__.py": "",
        "values/tensor.py": "from home import errors\nimport home.errors\n",
        "attic/__init__.py": "",
        "attic/roof.py": "def roof():\n    from ..ops import add\n    from ..values.tensor import T\n",
    }
    for name, text in files.items():
        file = package / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return package


def test_floors_are_read_from_the_bottom():
    assert read_floors(PAGE) == {"errors.py": 0, "ops/": 1, "values/": 1, "attic/": 2}


def test_a_room_on_two_floors_is_refused():
    with pytest.raises(ValueError, match=r"ops/ stands on two floors"):
        read_floors(PAGE.replace("attic/ ", "ops/ "))


def test_a_house_in_order_passes(house):
    assert find_climbs(house, read_floors(PAGE)) == []
    assert find_cycle(house) == []


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("ops/add.py", "from ..attic import roof", "home.ops.add:1 imports home.attic.roof"),
        ("ops/add.py", "import home.attic.roof", "home.ops.add:1 imports home.attic.roof"),
        ("ops/add.py", "from .. import attic", "home.ops.add:1 imports home.attic:"),
        ("ops/add.py", "from home import add", "home.ops.add:1 imports home: ops/ is not above"),
        ("ops/add.py", "def f():\n    import home.attic", "home.ops.add:2 imports home.attic:"),
        ("ops/add.py", "class A:\n    def f(s):\n        import home.attic", "home.ops.add:3"),
        ("ops/add.py", "from ..values import tensor", "ops/ is not above values/"),
        ("errors.py", "from .ops import add", "home.errors:1 imports home.ops.add"),
        (
            "errors.py",
            "try:\n    from . import ops\nexcept ImportError:\n    pass",
            "home.errors:2",
        ),
        (
            "ops/add.py",
            "if TYPE_CHECKING:\n    pass\nelse:\n    import home.attic",
            "home.ops.add:4",
        ),
        ("ops/add.py", "import_module('home.attic')", "home.ops.add:1 imports home.attic:"),
        (
            "ops/add.py",
            "importlib.import_module('..attic', x)",
            "home.ops.add:1 imports home.attic:",
        ),
        ("ops/add.py", "__import__('home.attic')", "home.ops.add:1 imports home.attic:"),
        ("ops/add.py", "import_module(name)", "home.ops.add:1 imports what no reader can see"),
        ("cellar/__init__.py", "", "cellar/ is not among the floors"),
        ("porch.py", "", "porch.py is not among the floors"),
    ],
)
def test_a_planted_climb_is_found(house, file, text, fault):
    (house / file).parent.mkdir(exist_ok=True)
    (house / file).write_text(text)
    faults = find_climbs(house, read_floors(PAGE))
    assert len(faults) == 1
    assert fault in faults[0]


def test_an_import_for_type_checkers_alone_may_climb(house):
    (house / "ops" / "add.py").write_text("if TYPE_CHECKING:\n    from ..attic.roof import Roof\n")
    assert find_climbs(house, read_floors(PAGE)) == []


def test_a_planted_cycle_is_found(house):
    (house / "ops" / "add.py").write_text("def f():\n    from .mul import mul\n")
    (house / "ops" / "mul.py").write_text("from . import add\n")
    assert set(find_cycle(house)) == {"home.ops.add", "home.ops.mul"}
