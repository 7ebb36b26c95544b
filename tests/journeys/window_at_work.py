"""The real window at work on a profile, for the scan of what lies on the disk: run as a program of its own.

Signs in, syncs, lends with a sidemark, shows and prints the receipt, meets a fault that quotes a customer, says
`ready TOKEN KEY` and goes on running.
"""

import sys
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.app import App
from desktop.cache.meta import get_meta
from desktop.cache.wrong_tries import WrongTries
from desktop.features.sign_in.ways_in import Ways
from desktop.foundation.logs import report_unexpected, set_up_logs
from desktop.foundation.papers_folder import papers_folder
from desktop.foundation.paths import open_profile
from desktop.printing.papers import LentCopy, LoanReceipt, Paper
from desktop.printing.printers import print_pdf
from desktop.printing.receipts import receipt_pdf
from desktop.sync.desk import Desk
from desktop.widgets.pdf_preview import PdfPreview
from shared_models.designers.records import Designer
from shared_models.kernel.clock import SystemClock
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, new_id
from shared_models.library.operations import CheckOutCopy
from shared_models.library.records import Copy

_SIDEMARK = "Goldfarb Penthouse"


def main(profile: Path, server: str, email: str, password: str) -> int:
    """Work until the window is closed or the process is killed."""
    application = QApplication([])
    paths = open_profile(profile)
    set_up_logs(paths.logs)
    app = App(application, paths, server=server)
    app.window.show()
    opened = Ways(paths.root, SystemClock(), WrongTries()).by_sign_in(server, email, password)
    app.desks.open_desk(*opened)
    assert app.session is not None
    app.session.schedule.round_ended.connect(lambda _report: _work(app, opened.desk))
    return application.exec()


def _work(app: App, desk: Desk) -> None:
    reader = desk.database.read()
    designer, copy = reader.records(Designer, "WHERE name LIKE 'Paloma%'")[0], reader.records(Copy)[0]
    if desk.outbox.operations():
        return
    desk.record(
        CheckOutCopy(
            loan_id=LoanId(new_id()),
            copy_id=CopyId(copy.id),
            designer_id=DesignerId(designer.id),
            due_on=date(2027, 1, 15),
            sidemark=_SIDEMARK,
        )
    )
    pdf = _receipt(desk, designer.name, copy.title)
    preview = PdfPreview(pdf, "receipt.pdf", parent=app.window)
    preview.resize(600, 600)
    preview.show()
    QApplication.processEvents()
    print_pdf(pdf, title=f"Loan receipt for {designer.name}", folder=papers_folder(desk.database.path.parent))
    report_unexpected(ValueError(f"{designer.name} has no card, says {_SIDEMARK}"))
    app.window.open_page("designers")
    QApplication.processEvents()
    app.parts.view_state.save()
    sys.stdout.write(f"ready {get_meta(reader, 'token')} {desk.database.key.hex()}\n")
    sys.stdout.flush()


def _receipt(desk: Desk, designer: str, title: str) -> bytes:
    receipt = LoanReceipt(
        number="261125-A",
        showroom="Halloran Pryce",
        showroom_address=(),
        designer=designer,
        lent_at=desk.clock.now(),
        sidemark=_SIDEMARK,
        copies=(LentCopy("HPS000001", "1354", title, "", "memo", None),),
    )
    return receipt_pdf(receipt, paper=Paper.LETTER)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:5]))
