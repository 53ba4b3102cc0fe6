"""Search inside parameters that hold settings: ``settings__hidden``, ``regularizers__dropout__rate``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from sklearn.base import BaseEstimator

_DICTS = ("settings", "training")
_LIST = "regularizers"


class NestedParameters(BaseEstimator):
    """Get and set single settings of a model, its training and its regularizers, as parameters of their own."""

    settings: Mapping[str, Any] | None
    training: Mapping[str, Any] | None
    regularizers: Any

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002  (scikit-learn's signature)
        """Return the constructor's parameters by name; with ``deep`` also each setting that they hold."""
        parameters: dict[str, Any] = super().get_params(deep=deep)
        return parameters | dict(self._inner()) if deep else parameters

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name, and return the estimator. What ``__`` names inside of one changes that alone.

        Raises:
            ValueError: when there is no such parameter, or no such regularizer in the list.
        """
        inner = {name: value for name, value in params.items() if name.split("__")[0] in (*_DICTS, _LIST)}
        inner = {name: value for name, value in inner.items() if "__" in name}
        super().set_params(**{name: value for name, value in params.items() if name not in inner})
        for name, value in inner.items():
            owner, _, path = name.partition("__")
            setattr(self, owner, self._changed(owner, path, value))
        return self

    def _inner(self) -> Iterator[tuple[str, Any]]:
        """Yield what is held; a parameter that is not what it should be holds nothing, ``fit`` will say so."""
        for owner in _DICTS:
            held = getattr(self, owner)
            yield from ((f"{owner}__{name}", value) for name, value in _items(held))
        for entry in self.regularizers if isinstance(self.regularizers, list | tuple) else ():
            yield from (
                (f"{_LIST}__{entry.get('name')}__{name}", value) for name, value in _items(entry) if name != "name"
            )

    def _changed(self, owner: str, path: str, value: Any) -> Any:
        """Return a parameter with one setting changed; what the caller gave stays as it is."""
        held = getattr(self, owner)
        if owner in _DICTS:
            return {**(held or {}), path: value}
        regularizer, _, setting = path.partition("__")
        names = [entry.get("name") if isinstance(entry, Mapping) else entry for entry in held or ()]
        if regularizer not in names:
            raise ValueError(f"{_LIST} holds no {regularizer!r}. It holds: {', '.join(map(str, names)) or 'nothing'}")
        changed = [{"name": entry} if isinstance(entry, str) else entry for entry in held]
        place = names.index(regularizer)
        changed[place] = {**changed[place], setting: value}
        return changed


def _items(held: Any) -> Iterable[tuple[str, Any]]:
    return held.items() if isinstance(held, Mapping) else ()
