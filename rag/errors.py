"""Every error that the project raises on purpose, in one tree.

Each message is one line that says what was wrong, with which input, and what to do.
"""


class RagError(Exception):
    """The root of the tree; the command line turns it into one line and exit code 1."""


class InputError(RagError):
    """Something the user gave cannot be used; the command line exits with 2."""


class SourceError(InputError):
    """A document cannot be read: missing, empty, too large, binary, not UTF-8, unknown format."""


class QuestionError(InputError):
    """A question cannot be asked: empty, too long, or a question word alone.

    ``word`` is the key under which the page says so in the visitor's language, "" where it has no words of its own.
    """

    def __init__(self, message: str, word: str = "") -> None:
        super().__init__(message)
        self.word = word


class IndexUnusableError(InputError):
    """An index folder is missing, damaged, foreign, of another version, or older than its sources."""


class ModelError(RagError):
    """Model weights are missing, damaged or of a kind that cannot be used."""


class GuaranteeError(RagError):
    """A quote is not, character for character, what its source says; no such reply leaves the program."""
