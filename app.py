"""The chat page over ``index/`` (or over ``seeds/`` when it is not there): ``python app.py``."""

import os
import sys
from pathlib import Path

from rag import Assistant, RagError
from rag.console import notify, progress
from rag.feedback import Feedback
from rag.page import appearance, build_page
from rag.serve import Settings, add_api, before_gradio, launch_options, read_settings


def open_assistant(settings: Settings) -> Assistant:
    """The assistant of what the owner names, or of ``index/`` or ``seeds/`` beside this file."""
    here = Path(__file__).parent
    index = settings.index or here / "index"
    if settings.sources or not (settings.index or index.is_dir()):
        sources = settings.sources or [here / "seeds"]
        return Assistant.from_sources(sources, threshold=settings.threshold, notify=notify, progress=progress())
    return Assistant.open(index, threshold=settings.threshold, notify=notify)


def main() -> None:
    """Serve until stopped."""
    settings = read_settings(os.environ)
    before_gradio(settings, os.environ)
    keep = Feedback(settings.feedback) if settings.feedback else None
    assistant = open_assistant(settings)
    page = build_page(assistant, keep)
    add_api(page, assistant, keep)
    page.launch(**launch_options(settings, **appearance()))


if __name__ == "__main__":
    try:
        main()
    except (RagError, OSError) as error:
        sys.exit(f"app.py: {error}")
