"""Brings what Qt itself says into the program's log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# Said by the offscreen platform at every window; means nothing and would hide what does.
_NOISE = ("This plugin does not support propagateSizeHints()",)


def catch_qt_messages() -> Callable[[], None]:
    """Logs Qt's messages under the name "qt"; returns what restores the former handler."""
    logger = logging.getLogger("qt")

    def on_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if not message.startswith(_NOISE):
            category = getattr(context, "category", None) or "default"
            logger.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", category, message)

    former = qInstallMessageHandler(on_message)

    def undo() -> None:
        qInstallMessageHandler(former)

    return undo
