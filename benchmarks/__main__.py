"""`python -m benchmarks [NAME …]`: run the benchmarks, print a line a figure, write `results.json`."""

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import benchmarks
from benchmarks.figures import Figure

RESULTS = Path(__file__).with_name("results.json")
_NOT_BENCHMARKS = {"__main__", "figures"}


def names() -> list[str]:
    """All benchmarks: the modules of this package that have a `run`."""
    modules = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return [name for name in modules if name not in _NOT_BENCHMARKS and not name.startswith("_")]


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks, or all. Exit 0 when all ran, 1 when one could not, 2 for an unknown name."""
    options = _parser().parse_args(arguments)
    unknown = [name for name in options.names if name not in names()]
    if unknown:
        print(f"There is no benchmark {unknown[0]}; there are: {', '.join(names())}.", file=sys.stderr)
        return 2
    failed = False
    for name in options.names or names():
        try:
            module = importlib.import_module(f"benchmarks.{name}")
            figures: list[Figure] = module.run(options.peers) if name == "peers" else module.run()
        except Exception as error:  # noqa: BLE001 - one benchmark that cannot run must not hide the others
            print(f"{name} could not be measured: {type(error).__name__}: {error}", file=sys.stderr)
            failed = True
            continue
        for figure in figures:
            print(figure.line(), flush=True)
        store(figures)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py bench", description="Runs the benchmarks, or the ones named.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--peers", type=Path, metavar="DIR", help="the folder of the peers' scripts, for `peers`")
    return parser


def store(figures: Sequence[Figure], results: Path = RESULTS) -> None:
    """Put the figures into `results.json` in place of those of the same names."""
    kept: list[dict[str, Any]] = []
    if results.exists():
        new = {figure.name for figure in figures}
        kept = [entry for entry in json.loads(results.read_text(encoding="utf-8")) if entry["name"] not in new]
    entries = kept + [figure.entry() for figure in figures]
    results.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
