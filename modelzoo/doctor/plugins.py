"""Examine every offered plugin: where it is from, whether it loads, and what to do when it does not."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from .report import Finding, Plugin
from .trial import attempt

if TYPE_CHECKING:
    from modelzoo_registry import PluginEntry

HEAVY = ("tensorflow", "keras")
_IMPORT_LATER = "its author, of {}, should import it inside the methods that compute"
_VERSIONS = re.compile("[<>=~]")
_ABSENT = re.compile(r"No module named '([\w.]+)'")


def examine_plugins() -> tuple[str, list[Plugin], list[Finding]]:
    """Return the contract's version, the plugins in the order of the listing, and what was found about them."""
    try:
        from modelzoo_registry.contract import CONTRACT_VERSION
        from modelzoo_registry.entries import installed_entry_points, read_entries
    except Exception:  # told among the packages
        return "", [], []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        entries = read_entries(installed_entry_points())
    findings = [Finding("warning", "entry points", str(one.message), "install that package again") for one in told]
    start, *answers = attempt([{"try": "registry"}, *({"try": "plugin", "place": n} for n in range(len(entries)))])
    if "error" in start:  # of what the registry rests on, which is told among the packages: no plugin is to blame
        text = f"none could be tried: {start['error']}"
        findings.append(Finding("error", "plugins", text, "mend the packages first"))
        answers = [{"status": "untried"} for _ in entries]
    plugins = [_plugin(entry, answer) for entry, answer in zip(entries, answers, strict=True)]
    return CONTRACT_VERSION, plugins, findings + [found for plugin in plugins for found in _findings(plugin)]


def _plugin(entry: PluginEntry, answer: dict[str, Any]) -> Plugin:
    status = answer.get("status", "broken")
    cause = answer.get("cause", "") or answer.get("error", "")
    return Plugin(
        name=entry.name,
        kind=entry.kind,
        distribution=entry.distribution,
        version=entry.version,
        path=answer.get("path") or _folder(entry),
        status=status,
        cause=cause,
        remedy=_remedy(entry, status, cause),
        asks_for=entry.requirement,
        heavy_import=answer.get("heavy_import", ""),
    )


def _folder(entry: PluginEntry) -> str:
    dist = entry.entry_point.dist
    try:
        return "" if dist is None else str(dist.locate_file(""))
    except Exception:  # whoever made that distribution's metadata
        return ""


def _remedy(entry: PluginEntry, status: str, cause: str) -> str:
    """Return what a user can do about a plugin that is not usable."""
    if status in ("ok", "untried"):
        return ""
    if status == "conflict":
        return f"name it in full, {entry.qualified_name}, or uninstall one: pip uninstall {entry.distribution}"
    absent = _ABSENT.search(cause)
    module = absent[1].partition(".")[0] if absent else ""
    if module in HEAVY:
        return _IMPORT_LATER.format(entry.distribution)
    if module:
        return f"install what holds {module!r}, and ask its author to require it"
    if status == "incompatible":
        return f"pip install --upgrade {entry.distribution} modelzoo-keras, or pip uninstall {entry.distribution}"
    return (
        f"tell the author of {entry.distribution} {entry.version}; until it is mended, install another release or "
        f"pip uninstall {entry.distribution}"
    )


def _findings(plugin: Plugin) -> list[Finding]:
    about = f"{plugin.kind} {plugin.name}"
    found = []
    if plugin.cause:
        found.append(Finding("error", about, plugin.cause, plugin.remedy))
    if plugin.heavy_import:
        text = f"imports {plugin.heavy_import} when it is loaded, which every listing waits for"
        found.append(Finding("warning", about, text, _IMPORT_LATER.format(plugin.distribution)))
    if plugin.status == "ok" and not _VERSIONS.search(plugin.asks_for):
        text = f"does not say which version of the contract {plugin.distribution} was built for"
        remedy = "its author should have modelzoo-registry among the dependencies, with a range"
        found.append(Finding("warning", about, text, remedy))
    return found
