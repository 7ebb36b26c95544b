"""Where the shipped files of `resources/` are: beside the packages, or inside a built program."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def resources_folder() -> Path:
    """The `resources` folder of the checkout, of the installed package, or of the built program."""
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / "resources"
    return Path(__file__).resolve().parents[2] / "resources"


def resource(*parts: str) -> Path:
    """The path of one shipped file, such as `resource("fonts", "DejaVuSans.ttf")`.

    Raises FileNotFoundError with a sentence when the installation is not complete.
    """
    path = resources_folder().joinpath(*parts)
    if not path.is_file():
        name = "/".join(parts)
        raise FileNotFoundError(
            f"The file resources/{name} is missing from this installation. Nothing was lost; install again."
        )
    return path


def resource_text(*parts: str) -> str:
    """The text of one shipped UTF-8 file."""
    return resource(*parts).read_text(encoding="utf-8")
