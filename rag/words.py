"""The page's own words in several languages, and which of them a browser asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

DEFAULT = "en"

Words = Mapping[str, str]


@cache
def catalogue() -> Mapping[str, Words]:
    """Language -> key -> words."""
    loaded: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "static" / "words.json").read_text("utf-8"))
    return loaded


def language(accept: str) -> str:
    """The language of the catalogue that an Accept-Language header prefers (RFC 9110, 12.5.4).

    >>> language("fr-CH, fr;q=0.9, en;q=0.8"), language("en; q=0.2, de; q=0.7"), language("ja")
    ('fr', 'de', 'en')
    """
    asked = []
    for place, part in enumerate(accept.split(",")):
        name, _, quality = part.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        asked.append((-weight, place, name.split("-")[0].strip().lower()))
    return next((name for weight, _, name in sorted(asked) if weight and name in catalogue()), DEFAULT)
