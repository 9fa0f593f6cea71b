"""Ask the Article: questions answered with verbatim quotes, each cited to its exact characters.

>>> from rag import Assistant
>>> reply = Assistant.from_sources(["seeds"]).ask("Who wrote this?")  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.data import Citation, Reply, Turn
    from rag.errors import RagError

__version__ = "0.1.0"
__all__ = ["Assistant", "Citation", "RagError", "Reply", "Turn", "__version__"]

_HOMES = {"Assistant": "assistant", "Citation": "data", "RagError": "errors", "Reply": "data", "Turn": "data"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``import rag`` alone costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    return getattr(importlib.import_module(f"rag.{_HOMES[name]}"), name)
