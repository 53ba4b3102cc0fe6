"""Examine our distributions and what they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata

from .report import Finding, Package
from .tensorflow import extra_of_build
from .trial import Answer, attempt

OURS = ("modelzoo-keras", "modelzoo-registry", "modelzoo-plugins")
_IMPORTED_AS = {"modelzoo-keras": "modelzoo"}
"""Distributions whose module is called otherwise; of all others, dashes become underscores."""
_EXTRA = re.compile(r"extra\s*==\s*['\"](\w+)")
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[.*?\])?\s*\(?(?P<wanted>[^;()]*)\)?\s*(;(?P<marker>.*))?$")


@dataclass(frozen=True)
class _Wanted:
    name: str
    versions: str = ""
    tried: bool = True
    """Whether it is imported; what stands on TensorFlow would take its time."""


def examine_packages() -> tuple[list[Package], list[Finding]]:
    """Return our distributions and what they ask for; of extras, that of the TensorFlow that is installed."""
    everything = _all_wanted()
    packages = [_look_up(wanted) for wanted in everything]
    tried = {wanted.name for wanted in everything if wanted.tried}
    present = [package for package in packages if package.status != "missing" and package.name in tried]
    trials = [{"try": "import", "module": _module(package.name)} for package in present]
    answers = dict(zip((package.name for package in present), attempt(trials), strict=True))
    packages = [_with_answer(package, answers.get(package.name, {})) for package in packages]
    errors = {name: answer.get("error", "") for name, answer in answers.items()}
    return packages, [finding for package in packages for finding in _findings(package, errors.get(package.name, ""))]


def _with_answer(package: Package, answer: Answer) -> Package:
    """Return a package as its import showed it."""
    if "error" in answer:  # which is more than that its version is another
        return replace(package, status="broken")
    return replace(package, path=answer.get("path") or package.path)


def _all_wanted() -> list[_Wanted]:
    """Return ours, and each of what they ask for, once."""
    wanted = {name: _Wanted(name) for name in OURS}
    for name in OURS:
        for one in _asked_for(name):
            if one.name not in wanted or not wanted[one.name].versions:
                wanted[one.name] = one
    return list(wanted.values())


def _asked_for(distribution: str) -> Iterator[_Wanted]:
    try:
        requirements = metadata.requires(distribution) or []
        extra = extra_of_build()
    except Exception:  # not installed, or metadata that cannot be read: told of the distribution itself
        return
    for requirement in requirements:
        found = _REQUIREMENT.match(requirement)
        marker = (found and found["marker"]) or ""
        extras = _EXTRA.findall(marker)
        if found and (not marker or extra in extras):
            yield _Wanted(found["name"].lower(), found["wanted"].strip(), tried=not extras)


def _look_up(wanted: _Wanted) -> Package:
    try:
        found = metadata.distribution(wanted.name)
        version, path = found.version, str(found.locate_file(""))
    except Exception:
        return Package(wanted.name, "", wanted.versions, "", "missing")
    return Package(wanted.name, version, wanted.versions, path, _status(version, wanted.versions))


def _status(version: str, versions: str) -> str:
    try:
        from packaging.specifiers import SpecifierSet

        return "ok" if SpecifierSet(versions).contains(version, prereleases=True) else "outside"
    except Exception:  # without packaging, which is itself in the list, versions are not compared
        return "ok"


def _findings(package: Package, error: str) -> Iterator[Finding]:
    if package.status == "missing":
        yield Finding("error", package.name, "is not installed", f'pip install "{package.name}{package.wanted}"')
    elif package.status == "broken":
        remedy = f'pip install --force-reinstall "{package.name}{package.wanted}"'
        yield Finding("error", package.name, f"{package.version} cannot be imported: {error}", remedy)
    elif package.status == "outside":
        text = f"is {package.version}, and {package.wanted} is asked for"
        yield Finding("error", package.name, text, f'pip install "{package.name}{package.wanted}"')


def _module(distribution: str) -> str:
    return _IMPORTED_AS.get(distribution, distribution.replace("-", "_"))
