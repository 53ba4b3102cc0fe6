"""Share small tables, fresh Python processes, and wheels to install, with every test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import settings

# How fast an example runs is the machine's affair, and a loaded one is no fault. `make test` draws the same examples
# each time, so that what it says is about the change; `make test-all` draws new ones.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("steady")

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = {
    "modelzoo-keras": ".",
    "modelzoo-registry": "registry",
    "modelzoo-plugins": "plugins",
    "zoo-residual": "examples/third_party_plugin",
}
"""Each distribution, and the folder its wheel is built from."""
_SHARED = ("tensorflow", "keras", "numpy", "pyarrow", "pydantic", "click")
"""What is not installed anew, told by one package of each folder it may be in."""
_NO_SOURCES = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info")
_NO_SOURCES_AT_THE_TOP = {"tests", "build", "dist", "runs", "exports", "zoo-demo"}


@pytest.fixture(scope="session", autouse=True)
def _temporary_files_in_one_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what TensorFlow writes to temporary files: a worker of pytest-xdist ends without clearing it away."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("temporary"))
    yield
    tempfile.tempdir = before


@pytest.fixture(scope="session")
def houses() -> dict[str, list[Any]]:
    """160 rows: two numbers (one with gaps), a text column, and a target of each task."""
    import numpy as np

    draw = np.random.default_rng(7)
    count = 160
    area, rooms = draw.normal(100, 30, count), draw.integers(1, 9, count)
    town = draw.choice(["Ulm", "Köln", "Bonn"], count)
    price = 3 * area + 20 * rooms + 50 * (town == "Ulm") + draw.normal(0, 5, count)
    grade = np.digitize(price, np.quantile(price, [0.33, 0.66]))
    return {
        "area": [None if row % 13 == 5 else value for row, value in enumerate(area.tolist())],
        "rooms": rooms.tolist(),
        "town": town.tolist(),
        "price": price.tolist(),
        "sold": np.where(price > np.median(price), "yes", "no").tolist(),
        "grade": [["low", "mid", "top"][place] for place in grade],
    }


@pytest.fixture(scope="session")
def rows_for(houses):
    """Return a maker of the same rows with the target of one task alone, and the name of that target, if any."""
    targets = {"regression": "price", "binary": "sold", "multiclass": "grade", "reconstruction": None}

    def rows(task: str) -> tuple[dict[str, list[Any]], str | None]:
        others = set(targets.values()) - {targets[task]}
        return {name: values for name, values in houses.items() if name not in others}, targets[task]

    return rows


def flip(path: Path) -> None:
    """Damage a file: change one bit in its middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Damage a file: take its last byte."""
    path.write_bytes(path.read_bytes()[:-1])


@dataclass(frozen=True)
class Outside:
    """A folder of installed packages, and fresh Python processes that see it."""

    folder: Path
    python: Path = Path(sys.executable)

    def install(self, name: str, entry_points: str, **sources: str) -> None:
        """Install version 1.0 of a distribution with these modules."""
        info = self.folder / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        info.joinpath("entry_points.txt").write_text(dedent(entry_points))
        for module, source in sources.items():
            self.folder.joinpath(f"{module}.py").write_text(dedent(source))

    def run(self, script: str, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "-c", dedent(script), *map(str, arguments)],
            env=_own_environment() | {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"} | variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def answer(self, script: str, *arguments: object, **variables: str) -> Any:
        """Run a script whose last line is JSON, and return that."""
        done = self.run(script, *arguments, **variables)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


def _own_environment() -> dict[str, str]:
    """Return this process' variables without those that change what Python imports, or how the zoo works."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "MODELZOO"))}


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    folder = tmp_path / "outside"
    folder.mkdir()
    return Outside(folder)


@pytest.fixture
def offer_hooks(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return an installer of hook plugins that this process sees until the test ends: entry points, and modules."""
    from modelzoo_registry.registry import of_environment

    from modelzoo import hooks

    monkeypatch.syspath_prepend(outside.folder)
    modules: list[str] = []

    def forget() -> None:
        of_environment.cache_clear()
        hooks._report_once.cache_clear()

    def install(entry_points: str, **sources: str) -> None:
        modules.extend(sources)
        outside.install("acme-audit", f"[modelzoo.hooks]\n{entry_points}", **sources)
        forget()

    yield install
    forget()
    for name in modules:
        sys.modules.pop(name, None)


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that sees nothing of this checkout."""
    return subprocess.run(
        [*map(str, command)], cwd=cwd, env=_own_environment(), capture_output=True, text=True, check=False
    )


def must(*command: object, cwd: Path) -> str:
    """Run such a program, which must succeed, and return what it printed."""
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel of each distribution, by its name, built from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheels")
    sources = folder / "sources"
    shutil.copytree(ROOT, sources, ignore=_no_sources)
    built = {}
    for name, where in DISTRIBUTIONS.items():
        into = folder / name
        must(sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", into, sources / where, cwd=folder)
        (built[name],) = into.glob("*.whl")
    return built


def _no_sources(folder: str, names: list[str]) -> set[str]:
    """Name what a build does not need, and what would only take long to copy."""
    return _NO_SOURCES(folder, names) | (_NO_SOURCES_AT_THE_TOP if Path(folder) == ROOT else set())


@pytest.fixture(scope="session")
def install_into_new(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return an installer into an empty environment, given pip's words; it gives the folder of its programs."""

    def install(*words: object) -> Path:
        folder = tmp_path_factory.mktemp("environment")
        venv.create(folder / "venv", with_pip=False, symlinks=True)
        programs = folder / "venv" / "bin"
        pip = [sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet", "--no-compile"]
        must(*pip, *words, cwd=folder)
        return programs

    return install


@pytest.fixture(scope="session")
def installed(
    wheels: dict[str, Path], install_into_new: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Return an installer of one distribution, with all it asks for, into an empty environment."""
    # Ours come from these wheels and from nowhere else, whatever an index may offer under their names.
    ours = tmp_path_factory.mktemp("constraints") / "ours.txt"
    ours.write_text("".join(f"{name} @ {wheel.as_uri()}\n" for name, wheel in wheels.items()))
    return lambda name: install_into_new("--constraint", ours, "--constraint", ROOT / "constraints.txt", name)


@pytest.fixture(scope="session")
def workplace(wheels: dict[str, Path], install_into_new: Callable[..., Path]) -> Path:
    """The programs of a fresh environment with all these wheels; what they ask for is shared with this one."""
    programs = install_into_new("--no-deps", *wheels.values())
    share_the_rest(programs)
    return programs


def share_the_rest(programs: Path) -> None:
    """Let an environment import what is installed in this one, behind all that is its own."""
    site = must(programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=programs)
    folders = dict.fromkeys(str(Path(find_spec(name).origin).parents[1]) for name in _SHARED)
    Path(site.strip(), "shared.pth").write_text("\n".join(folders))
