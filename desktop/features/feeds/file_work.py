"""What happens to a file that was dropped: looked at, mended, taken in, settled; each step asks the server in a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.feature import FeatureContext
from desktop.features.feeds import actions, queries
from desktop.features.feeds.asking import Wait
from desktop.features.feeds.file_panel import FilePanel
from desktop.features.feeds.rows import ChosenFile, FileFacts, Trial
from desktop.features.feeds.sentences import (
    Step,
    Verdict,
    outcome_of,
    trouble_before,
    trouble_of_asking,
    trouble_while_taking_in,
    verdict_of,
)
from desktop.features.feeds.words import dataset_of_name, dataset_title, moment_words
from desktop.foundation.changes import Changes
from desktop.sync.feed_messages import DeclaredMapping, FeedRun, MappingChange
from desktop.widgets.dialogs import ask

Result = TypeVar("Result")


class FileWork(QObject):
    """One file at a time. `settled`: something was done for good; `file_wanted`: another is to be chosen."""

    settled = Signal()
    file_wanted = Signal()
    _sent = Signal(int, int)

    def __init__(self, context: FeatureContext, panel: FilePanel, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._desk, self.panel, self._page = context, context.desk, panel, page
        self.chosen: ChosenFile | None = None
        self.trial: Trial | None = None
        self.outcome: FeedRun | None = None
        self._wait: Wait | None = None
        waits: list[Wait] = []
        self._waits = waits

        def give_up() -> None:
            for one in waits:
                one.end()

        # What is under way when the page goes away is of no interest to anybody.
        page.destroyed.connect(give_up)
        self._is_for_good = False
        self._sent.connect(self._on_sent)
        panel.looked_again.connect(self.look_again)
        panel.good_rows_wanted.connect(lambda: self._look_anew(good_rows_only=True))
        panel.step_taken.connect(self._take_step)
        panel.called_off.connect(self.call_off)
        panel.settled.connect(self._on_settled)
        panel.mapping_declared.connect(self.declare)
        for box in (panel.dataset, panel.mode, panel.as_of):
            box.currentIndexChanged.connect(lambda _place: self._on_said())

    # --- what a person does ----------------------------------------------------------------------

    def choose(self, path: Path, dataset: str, known: Sequence[str] = ()) -> None:
        """Look at this file; `dataset` unless its name speaks of another one of those `known`."""
        if self.is_busy():
            self._context.notices.attention("One file after the other: wait for the answer, or stop it first.")
            return
        meant = dataset_of_name(path.stem, known, dataset)
        self.chosen, self.trial, self.outcome = None, None, None

        def on_found(facts: FileFacts) -> None:
            self._look(ChosenFile(path, facts, meant, self.panel.chosen_mode()))

        def on_failed(error: Exception) -> None:
            self._show_trouble(trouble_before(error)._replace(step=Step.ANOTHER_FILE, verb="Another file…"))

        self._begin("Reading the file…", for_good=False)
        self._submit(lambda: queries.file_facts(path), on_found, on_failed)

    def look_again(self) -> None:
        """Ask the server anew about the same file, which may have been mended meanwhile."""
        if self.chosen is None or self.is_busy():
            return
        before = self.chosen

        def on_found(facts: FileFacts) -> None:
            self._look(before._replace(facts=facts, as_of_now=before.as_of_now or self.outcome is not None))

        self._begin("Reading the file…", for_good=False)
        self._submit(lambda: queries.file_facts(before.path), on_found, self._on_not_looked_at)

    def take_in(self) -> None:
        """Post what was looked at, for good; again, it is the same batch."""
        trial = self.trial
        if trial is None or self.is_busy():
            return
        self._begin("Sending…", for_good=True)
        wait = self._new_wait()

        def on_done(answer: tuple[Changes, FeedRun]) -> None:
            self._finished(answer[1], trial.chosen.path.name)

        def on_failed(error: Exception) -> None:
            self._show(trouble_while_taking_in(error))

        self._submit(
            lambda: actions.take_in(self._desk, trial, self._tell_sent, wait.called_off), on_done, on_failed, wait
        )

    def call_off(self) -> None:
        """Do not wait any longer for what is under way."""
        if self._wait is not None:
            self._wait.called_off.set()

    def declare(self, change: MappingChange) -> None:
        """Save how files are written, then look at the file again."""
        chosen = self.chosen
        if chosen is None or self.is_busy():
            return

        def on_done(_answer: tuple[Changes, DeclaredMapping]) -> None:
            self._context.notices.good(f"Saved for all files of {dataset_title(chosen.dataset).lower()}.")
            self._end()
            self.look_again()

        def on_failed(error: Exception) -> None:
            self._context.notices.bad(trouble_of_asking(error))
            self._end()
            self._show_found_again()

        self._begin("Saving…", for_good=False)
        self._submit(lambda: actions.declare(self._desk, chosen.dataset, change), on_done, on_failed)

    def settle_run(self, run: FeedRun, *, accept: bool, dataset: str) -> None:
        """Ask whether the held run is meant, and settle it."""
        title = dataset_title(dataset).lower()
        gone = f"{run.rows_gone:,} rows vanish, {run.rows_changed:,} change and {run.rows_new:,} are new."
        ask(
            self._page,
            f"Accept the held {title}?" if accept else f"Reject the held {title}?",
            f"{gone} {'It goes live as it was posted.' if accept else 'The file is dropped; what is live stays.'}",
            "Accept it" if accept else "Reject it",
            lambda: self._settle(run, accept),
            keep_verb="Leave it held",
            dangerous=True,
        )

    # --- for the page ----------------------------------------------------------------------------

    def is_busy(self) -> bool:
        """Whether the server is being asked about a file."""
        return self._wait is not None

    def may_leave(self) -> bool:
        """False, after saying so, while a file is being taken in; a mere look is called off."""
        if self._is_for_good and self.is_busy():
            self._context.notices.attention("A file is being taken in: wait for the answer, or press Stop.")
            return False
        self.call_off()
        return True

    # --- inside ----------------------------------------------------------------------------------

    def _look(self, chosen: ChosenFile) -> None:
        self._end()
        self.chosen, self.trial, self.outcome = chosen, None, None
        self.panel.show_file(chosen, moment_words(chosen.facts.saved_at, self._desk.clock.now()))
        self._begin("Reading the file…", for_good=False)
        wait = self._new_wait()

        def on_done(answer: tuple[Changes, Trial]) -> None:
            self._end()
            self.trial = answer[1]
            self._show_found_again()
            self.panel.focus_step()

        self._submit(
            lambda: actions.look_at(self._desk, chosen, self._tell_sent, wait.called_off),
            on_done,
            self._on_not_looked_at,
            wait,
        )

    def _look_anew(self, *, good_rows_only: bool = False, as_of_now: bool = False, dataset: str = "") -> None:
        if self.chosen is not None and not self.is_busy():
            self.chosen = self.chosen._replace(
                good_rows_only=good_rows_only,
                as_of_now=as_of_now or self.chosen.as_of_now,
                dataset=dataset or self.chosen.dataset,
            )
            self.look_again()

    def _on_said(self) -> None:
        """The person says something else of the file: it is looked at anew."""
        if self.chosen is not None and not self.is_busy():
            self.chosen = self.chosen._replace(
                dataset=self.panel.chosen_dataset(),
                mode=self.panel.chosen_mode(),
                as_of_now=self.panel.is_as_of_now(),
                good_rows_only=False,
            )
            self.outcome = None
            self.look_again()

    def _take_step(self, step: Step) -> None:
        if step in (Step.TAKE_IN, Step.ASK_AGAIN):
            self.take_in()
        elif step is Step.LOOK_AGAIN:
            self.look_again()
        elif step is Step.AS_OF_NOW:
            self._look_anew(as_of_now=True)
        elif step is Step.OTHER_DATASET and self.trial is not None:
            self._look_anew(dataset=verdict_of(self.trial).dataset)
        elif step is Step.ANOTHER_FILE:
            self.file_wanted.emit()

    def _on_settled(self, accept: bool) -> None:
        if self.outcome is not None:
            self.settle_run(self.outcome, accept=accept, dataset=self.outcome.dataset)

    def _settle(self, run: FeedRun, accept: bool) -> None:
        if self.is_busy():
            return

        def on_done(answer: tuple[Changes, FeedRun]) -> None:
            settled = answer[1]
            if self.outcome is not None and self.outcome.id == run.id and self.chosen is not None:
                self._finished(settled, self.chosen.path.name)
                return
            self._end()
            self._context.notices.say(outcome_of(settled, "The held file").tone, settled.sentence)
            self.settled.emit()

        def on_failed(error: Exception) -> None:
            self._end()
            self._context.notices.bad(trouble_of_asking(error))
            if self.outcome is not None and self.chosen is not None:
                self.panel.show_verdict(outcome_of(self.outcome, self.chosen.path.name))
            self.settled.emit()

        self._begin("Settling…", for_good=True)
        self._submit(lambda: actions.settle(self._desk, run.id, accept=accept), on_done, on_failed)

    def _finished(self, run: FeedRun, name: str) -> None:
        self._end()
        self.outcome = run
        verdict = outcome_of(run, name)
        self.panel.show_outcome(run, verdict)
        self.panel.focus_step()
        if not self._page.isVisible():
            self._context.notices.say(verdict.tone, verdict.title)
        self.settled.emit()

    def _show_found_again(self) -> None:
        if self.trial is not None:
            self.panel.show_trial(self.trial, verdict_of(self.trial))

    def _on_not_looked_at(self, error: Exception) -> None:
        self._show_trouble(trouble_before(error))

    def _show_trouble(self, verdict: Verdict) -> None:
        self._end()
        self.panel.show_trouble(verdict)
        self.panel.focus_step()

    def _show(self, verdict: Verdict) -> None:
        self._end()
        self.panel.show_verdict(verdict)
        self.panel.focus_step()

    def _begin(self, doing: str, *, for_good: bool) -> None:
        self._is_for_good = for_good
        self.panel.show_busy(doing)
        self._new_wait()

    def _new_wait(self) -> Wait:
        if self._wait is None:
            self._wait = Wait()
            self._waits[:] = [self._wait]
        return self._wait

    def _end(self) -> None:
        self._waits.clear()
        self._wait = None

    def _submit(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None],
        wait: Wait | None = None,
    ) -> None:
        wait = wait or self._new_wait()
        wait.job = self._context.jobs.submit_read(work, done, failed)

    def _tell_sent(self, sent: int, size: int) -> None:
        """In the thread that sends."""
        self._sent.emit(sent, size)

    def _on_sent(self, sent: int, size: int) -> None:
        if self.is_busy():
            self.panel.show_sent(sent, size)
