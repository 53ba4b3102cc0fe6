"""Derive every name of a plugin's package from the one that was typed, and refuse what cannot be one."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import modelzoo_registry
from modelzoo_registry import Kind

LONGEST = 30
"""Letters of a name: with it, every line of the templates stays within their lines' length."""

RESERVED_CLASSES = frozenset(
    {"Any", "Callable", "CliRunner", "Field", "Mapping", "Path", "Sequence", *modelzoo_registry.__all__}
)
"""What the templates import, or authors will: a class of that name would hide it."""

_ALLOWED = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_MODULES = sys.stdlib_module_names | {
    "click", "jinja2", "keras", "modelzoo", "modelzoo_plugins", "modelzoo_registry", "numpy", "onnx", "onnxruntime",
    "pluggy", "pyarrow", "pydantic", "pytest", "tensorflow",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """Name one plugin wherever it needs a name."""

    plugin: str
    """As it is asked for, and its module's: ``my_model``."""

    @property
    def distribution(self) -> str:
        """``zoo-my-model``, also its folder's."""
        return f"zoo-{self._dashed}"

    @property
    def module(self) -> str:
        """``zoo_my_model``, the package that is imported."""
        return f"zoo_{self.plugin}"

    @property
    def cls(self) -> str:
        """``MyModel``."""
        return "".join(word.capitalize() for word in self.plugin.split("_"))

    @property
    def command(self) -> str:
        """``my-model-epochs``, the command of a hook."""
        return f"{self._dashed}-epochs"

    @property
    def _dashed(self) -> str:
        return self.plugin.replace("_", "-")


def derive(name: str) -> Names | None:
    """Return the names that follow from one as it is typed, ``my-model`` or ``my_model``; None when it is none."""
    return Names(name.replace("-", "_")) if _ALLOWED.fullmatch(name) else None


def name_faults(name: str, kind: Kind) -> list[str]:
    """Return all that is wrong with a name, whatever is installed."""
    names = derive(name)
    if names is None:
        rule = "a name is lower-case letters and digits, with single - or _ between its words, and begins with a letter"
        return [f"{rule}. Received: {name!r}.{_meant(name)}"]
    return list(_clashes(names, kind))


def _clashes(names: Names, kind: Kind) -> Iterator[str]:
    """Say what a name of the right form would stand in the way of."""
    plugin, other = names.plugin, f"Choose another, such as {names.plugin}_{kind}"
    if len(plugin) > LONGEST:
        yield f"a name has at most {LONGEST} letters, and this has {len(plugin)}. Choose a shorter one"
    if keyword.iskeyword(plugin):
        yield f"{plugin!r} is a keyword of Python, and no module can be called so. {other}"
    elif plugin in _MODULES:
        yield f"{plugin!r} is a module already, and {plugin}.py would hide it from scripts beside it. {other}"
    if keyword.iskeyword(names.cls) or hasattr(builtins, names.cls):
        yield f"the class would be called {names.cls}, which is Python's own. {other}"
    elif names.cls in RESERVED_CLASSES:
        yield f"the class would be called {names.cls}, as something that plugins import. {other}"
    if plugin.startswith("test"):
        yield f"pytest would take the class {names.cls} for tests. Choose another that begins otherwise"
    if plugin.startswith("zoo_"):
        yield f"the package would be called {names.distribution}. Leave the zoo out: {plugin.removeprefix('zoo_')}"


def _meant(name: str) -> str:
    """Suggest the allowed name nearest to one that is not."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
    suggestion = "_".join(words)
    return f" Did you mean {suggestion!r}?" if derive(suggestion) else ""
