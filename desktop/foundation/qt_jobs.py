"""The Qt side of `jobs`: worker threads whose answers arrive in the GUI thread by a queued signal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue

from PySide6.QtCore import QObject, Qt, QThread, Signal

from desktop.foundation.jobs import Claim, Failed, Job, JobsClosed, Pace, Result
from desktop.foundation.turns import RightOfWay

_Delivery = Callable[[], None]
_Work = Callable[[], "_Delivery | None"]


class _Worker(QThread):
    """Takes work from a queue until it meets None; emits one delivery for each piece of work that has one."""

    delivered = Signal(object)

    def __init__(self, queue: SimpleQueue[_Work | None], name: str, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._queue = queue

    def run(self) -> None:
        """Runs in the worker's own thread."""
        while (work := self._queue.get()) is not None:
            delivery = work()
            # Let go of the closure before waiting again: it may hold rows of a page that is long closed.
            del work
            if delivery is not None:
                self.delivered.emit(delivery)
            del delivery


class QtJobs(QObject):
    """`Jobs` on threads: one for writes, `readers` for reads; answers are called in the thread that made this object.

    Threads start with the first job, so that making this object costs nothing at start-up.
    """

    def __init__(self, readers: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._write_queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._read_queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._reader_count = readers
        self._writers: list[_Worker] = []
        self._readers: list[_Worker] = []
        self._writes_under_way = 0
        """Writes that were taken and whose answers have not been given yet."""
        self._pace = Pace()
        self.right_of_way = RightOfWay()
        """Every write has it."""
        self._closed = False

    def submit_write(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        """Runs `fn` on the one data worker, strictly in the order submitted."""
        self._refuse_when_closed()
        if not self._writers:
            self._writers = self._start(self._write_queue, 1, "data-worker")
        job = Job()
        work = _work(job, partial(self._written, fn), done, failed, is_write=True)
        self._writes_under_way += 1
        # Every write is answered, if only to say that it is over.
        self._write_queue.put(lambda: partial(self._on_written, work()))
        return job

    def submit_prompt_write(
        self,
        fn: Callable[[], Result],
        done: Callable[[Result], None] | None = None,
        failed: Failed | None = None,
        *,
        claim: Claim,
    ) -> Job:
        """Runs `fn` in the caller's thread when no write is under way and the disk is quick, else on the data worker.

        From one thread to another and back takes longer than most writes.
        """
        self._refuse_when_closed()
        if self._writes_under_way or not self._pace.is_quick:
            return self.submit_write(fn, done, failed)
        with self.right_of_way.taken():
            with claim() as granted:
                if not granted:
                    return self.submit_write(fn, done, failed)
                job = Job()
                work = _work(job, partial(self._pace.timed, fn), done, failed, is_write=True)
                # What is submitted meanwhile goes behind it, and so does what its answer submits.
                self._writes_under_way += 1
                delivery = work()
            self._on_written(delivery)
        return job

    def submit_read(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        """Runs `fn` on the pool of readers; a read cancelled before it began is skipped."""
        self._refuse_when_closed()
        if not self._readers:
            self._readers = self._start(self._read_queue, self._reader_count, "reader")
        job = Job()
        self._read_queue.put(_work(job, fn, done, failed, is_write=False))
        return job

    def close(self) -> None:
        """Carries out every write taken so far, drops waiting reads and waits for the threads; safe to repeat.

        Answers that arrive meanwhile are not delivered: the pages they were for are going away.
        """
        if self._closed:
            return
        self._closed = True
        while not self._read_queue.empty():
            self._read_queue.get()
        for worker in self._writers:
            self._write_queue.put(None)
            worker.delivered.disconnect(self._on_delivered)
        for worker in self._readers:
            self._read_queue.put(None)
            worker.delivered.disconnect(self._on_delivered)
        for worker in (*self._writers, *self._readers):
            worker.wait()

    def _start(self, queue: SimpleQueue[_Work | None], count: int, name: str) -> list[_Worker]:
        workers = []
        for number in range(count):
            worker = _Worker(queue, f"{name}-{number + 1}", self)
            worker.delivered.connect(self._on_delivered, Qt.ConnectionType.QueuedConnection)
            worker.start()
            workers.append(worker)
        return workers

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise JobsClosed("The program is closing; this was not done.")

    def _written(self, fn: Callable[[], Result]) -> Result:
        with self.right_of_way.taken():
            return self._pace.timed(fn)

    def _on_written(self, delivery: _Delivery | None) -> None:
        try:
            if delivery is not None:
                delivery()
        finally:
            self._writes_under_way -= 1

    def _on_delivered(self, delivery: _Delivery) -> None:
        if not self._closed:
            delivery()


def _work(
    job: Job,
    fn: Callable[[], Result],
    done: Callable[[Result], None] | None,
    failed: Failed | None,
    *,
    is_write: bool,
) -> _Work:
    """What the worker runs: does the job and returns what the GUI thread shall call, if anything."""

    def work() -> _Delivery | None:
        if job.cancelled and not is_write:
            return None
        try:
            result = fn()
        except Exception as error:  # noqa: BLE001 - it is handed on whole, to the caller or the excepthook
            return _failure(job, error, failed)
        if done is None:
            return None
        return lambda: None if job.cancelled else done(result)

    return work


def _failure(job: Job, error: Exception, failed: Failed | None) -> _Delivery:
    def deliver() -> None:
        if failed is not None:
            if not job.cancelled:
                failed(error)
        else:
            # Nobody said what to do with it: it is a fault of ours and goes where all of them go.
            sys.excepthook(type(error), error, error.__traceback__)

    return deliver
