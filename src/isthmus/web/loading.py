"""Functions of pages by name: the start page at once, all others with everything they need.

Modules that import each other are loaded by one thread alone: two that load parts of a circle at
once see half of it. The start page loads what it needs; the first other page, or the moment after
the start page, loads the rest.
"""

from __future__ import annotations

import gc
import importlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

FIRST = "start"
"""Module of the pages that are shown before everything is loaded."""

_lock = threading.RLock()
_loaded = threading.Event()


class Loader:
    """Loads the modules of pages.

    Parameters
    ----------
    names : iterable of str
        Every function as module and name (``"start.start"``).
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._modules = sorted({name.partition(".")[0] for name in names})

    def function(self, name: str) -> Callable[..., Any]:
        """Return a function that is looked up when it is called."""
        module, _, own = name.partition(".")

        def called(*words: Any) -> Any:
            if module != FIRST:
                self.load()
                return getattr(_page(module), own)(*words)
            if _loaded.is_set():
                return getattr(_page(module), own)(*words)
            with _lock:
                shown = getattr(_page(module), own)(*words)
            threading.Thread(target=self.load, daemon=True).start()
            return shown

        return called

    def load(self) -> None:
        """Load every page, every lens and every subject, once."""
        if _loaded.is_set():
            return
        with _lock:
            if _loaded.is_set():
                return
            from isthmus.ensemble.lenses import all_lenses
            from isthmus.study.subjects import PAGES, measures, writer

            all_lenses()
            measures()
            for subject in PAGES:
                writer(subject)
            for module in self._modules:
                _page(module)
            # What was loaded stays: who looks for circles looks at what requests made, and often.
            gc.freeze()
            _loaded.set()


def _page(module: str) -> Any:
    return importlib.import_module(f"isthmus.web.pages.{module}")
