"""The chat page over ``index/`` (built from ``seeds/`` when it is not there): ``python app.py``."""

import sys
from pathlib import Path

from rag import Assistant, RagError
from rag.page import build_page, launch_options


def notify(message: str) -> None:
    """Tell the owner, on the console, of work done once."""
    sys.stderr.write(message + "\n")


def open_assistant() -> Assistant:
    """The assistant of ``index/`` beside this file, or of ``seeds/`` when there is no index."""
    here = Path(__file__).parent
    if (here / "index").is_dir():
        return Assistant.open(here / "index", notify=notify)
    return Assistant.from_sources([here / "seeds"], notify=notify)


if __name__ == "__main__":
    try:
        assistant = open_assistant()
    except RagError as error:
        sys.exit(f"app.py: {error}")
    build_page(assistant).launch(**launch_options())
