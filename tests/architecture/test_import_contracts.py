"""The import contracts of pyproject.toml notice each kind of wrong import, shown on a small copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

FOLDERS = [
    *(f"shared_models/{area}" for area in ("kernel", "accounts", "catalogue", "designers", "kits")),
    *(f"shared_models/{area}" for area in ("follow_up", "inquiries", "library", "picking")),
    *(f"shared_models/{area}" for area in ("reviews", "sample_orders", "sync")),
    *(f"desktop/{part}" for part in ("cache", "demo", "foundation", "printing", "shell", "station", "sync")),
    *("desktop/widgets", "desktop/features/library", "desktop/features/picking"),
    *("sync_server/foundation", "sync_server/migrations"),
    *(f"sync_server/features/{area}" for area in ("accounts", "feeds", "mail", "picking", "sync", "web_pages")),
]
FILES = {
    "shared_models/kernel/schema.py": "import sqlalchemy",
    "desktop/foundation/qt_jobs.py": "from PySide6.QtCore import QThreadPool",
    "desktop/sync/schedule.py": "from PySide6.QtCore import QTimer",
    "desktop/cache/tables.py": "import sqlcipher3\nimport shared_models.kernel.schema",
    "desktop/features/library/queries.py": "import desktop.cache.tables",
    "desktop/features/library/page.py": "import desktop.features.library.queries",
    "desktop/features/library/feature.py": "import desktop.features.library.page",
    "desktop/settings.py": "",
    "desktop/desk_session.py": "import desktop.sync.schedule",
    "desktop/app.py": "import desktop.features.library.feature\nimport desktop.desk_session",
    "sync_server/app.py": "import sync_server.features.sync",
}


@pytest.fixture
def small_tree(tmp_path: Path) -> Path:
    """The shape of the three packages with a few right imports, and the real contracts."""
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
    for made in [path for path in tmp_path.rglob("*") if path.is_dir()]:
        (made / "__init__.py").touch()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken_contracts(tree: Path) -> dict[str, str]:
    """The contracts that the linter finds broken in this tree, each with what it says about it."""
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", lint, "--no-logo", "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    summary, _, details = done.stdout.partition("Broken contracts\n")
    names = re.findall(r"^(.+?) BROKEN", summary, re.MULTILINE)
    sections = re.split(r"^(.+)\n-+$", details, flags=re.MULTILINE)
    reasons = dict(zip(sections[1::2], sections[2::2], strict=True))
    return {name: reasons[name] for name in names}


WRONG_IMPORTS = [
    ("desktop/sync/engine.py", "import sync_server.app", "The two programs"),
    ("shared_models/kernel/ids.py", "import shared_models.picking", "areas stand on each other"),
    ("shared_models/library/records.py", "import shared_models.library.rules", "inside an area"),
    ("shared_models/library/rules.py", "import requests", "no Qt, no web framework"),
    ("shared_models/library/rules.py", "import sqlalchemy", "SQLAlchemy only in kernel.schema"),
    ("shared_models/library/rules.py", "import shared_models.kernel.schema", "Tables are made from records"),
    ("desktop/foundation/paths.py", "import desktop.printing", "desktop: one direction"),
    ("desktop/features/library/rules.py", "import desktop.features.picking", "features open one another"),
    ("desktop/features/library/actions.py", "import desktop.foundation.qt_jobs", "no Qt in data"),
    ("desktop/printing/tickets.py", "from PySide6.QtGui import QImage", "no Qt in data"),
    ("desktop/station/commands.py", "import desktop.sync.schedule", "only the composition root"),
    ("desktop/shell/window.py", "import desktop.cache.tables", "no SQL and no HTTP in widgets"),
    ("desktop/features/picking/page.py", "import requests", "pages ask queries"),
    ("desktop/app.py", "import desktop.features.picking.page", "only door"),
    ("sync_server/foundation/caller.py", "import sync_server.features.sync", "sync_server: one direction"),
    ("sync_server/features/mail/tasks.py", "import sync_server.features.picking", "links and feeds above"),
    ("sync_server/worker.py", "import requests", "no station's parts"),
    ("desktop/extras.py", "import os", "desktop: one direction"),
]


def test_the_right_imports_break_nothing(small_tree: Path) -> None:
    assert broken_contracts(small_tree) == {}


def test_each_wrong_import_is_named_under_the_contract_it_breaks(small_tree: Path) -> None:
    for path, wrong, _ in WRONG_IMPORTS:
        with (small_tree / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{wrong}\n")
    broken = broken_contracts(small_tree)
    for path, wrong, said in WRONG_IMPORTS:
        module = path.removesuffix(".py").replace("/", ".")
        reasons = "".join(reason for name, reason in broken.items() if said in name)
        assert re.search(rf"\b{module}\b", reasons), f"{path}: {wrong}\n{reasons}"


def test_a_ring_inside_one_area_is_found(small_tree: Path) -> None:
    library = small_tree / "shared_models" / "library"
    (library / "holds.py").write_text("import shared_models.library.shelves", encoding="utf-8")
    (library / "shelves.py").write_text("import shared_models.library.holds", encoding="utf-8")
    assert set(broken_contracts(small_tree)) == {"No ring of imports anywhere"}
