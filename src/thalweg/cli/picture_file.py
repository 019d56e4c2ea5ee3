"""Where does `--plot FILE` go? Proved before the work begins, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PictureFile", "picture_file"]

_KINDS = ("png", "svg", "pdf")


class PictureFile:
    """A file that a picture will be written to.

    Args:
        kind: png, svg or pdf.
        beside: the empty temporary file in the same folder.
        path: the file that it becomes.
    """

    def __init__(self, kind: str, beside: str, path: str) -> None:
        self.kind, self.beside, self.path = kind, beside, path

    def save(self, figure: Figure) -> None:
        """Writes the picture beside the file, and puts it in its place when it is whole."""
        from thalweg.plot import save

        save(figure, self.beside, self.kind)
        with contextlib.suppress(FileNotFoundError):
            os.chmod(self.beside, stat.S_IMODE(os.stat(self.path).st_mode))
        os.replace(self.beside, self.path)


@contextlib.contextmanager
def picture_file(name: str | None) -> Iterator[PictureFile | None]:
    """Yields the file that `--plot` names; None where there is none.

    A temporary file is made in the folder at once, so that a place that cannot be written to is
    found before the work and not after it. It is removed if the work ends without a picture.

    Raises:
        click.ClickException: the name has another ending, or nothing can be written there.
    """
    if name is None:
        yield None
        return
    kind = os.path.splitext(name)[1].lower().removeprefix(".")
    if kind not in _KINDS:
        wanted = "the ending says which kind of picture: .png, .svg or .pdf"
        raise click.ClickException(f"--plot {name}: {wanted}")
    _quiet_matplotlib()
    path = os.path.realpath(name)
    beside = f"{os.path.dirname(path)}/.thalweg-{secrets.token_hex(6)}.{kind}"
    try:
        if os.path.isdir(path):
            raise click.ClickException(f"--plot {name}: it is a folder; name a file")
        with contextlib.suppress(FileNotFoundError):
            _check_replaceable(name, path)  # a name that is too long is found here
        # Made so, and not by tempfile, the file gets the rights that any new file of the user has.
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except OSError as error:
        missing = not os.path.isdir(os.path.dirname(path))
        told = "its folder does not exist" if missing else f"cannot be written: {error.strerror}"
        raise click.ClickException(f"--plot {name}: {told}") from None
    try:
        yield PictureFile(kind, beside, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)


def _check_replaceable(name: str, path: str) -> None:
    """Refuses to put a picture in the place of what is no file, or is protected from writing.

    A rename asks for neither: it would take away a pipe, or a file that nobody may write to.
    """
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        raise click.ClickException(f"--plot {name}: it is no regular file; name another")
    if not mode & 0o222 or not os.access(path, os.W_OK):
        raise click.ClickException(f"--plot {name}: the file there is protected from writing")


def _quiet_matplotlib() -> None:
    """Keeps matplotlib off the terminal and off a window system that the environment names.

    A notebook exports its own MPLBACKEND to the commands that it runs; a picture in a file needs
    none, and a name that matplotlib does not know would end the command.
    """
    import logging

    os.environ["MPLBACKEND"] = "agg"
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
