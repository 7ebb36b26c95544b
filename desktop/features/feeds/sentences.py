"""What the feeds page says of a file: the verdict, and the one step that follows from it."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from desktop.features.feeds.headings import left_over
from desktop.features.feeds.rows import Trial
from desktop.features.feeds.words import counted, dataset_title
from desktop.sync.client import Trouble
from desktop.sync.feed_client import CalledOff
from desktop.sync.feed_messages import FeedRun
from desktop.widgets.colours import Tone
from shared_models.kernel.errors import DomainError

_CERTAIN = ("refused", "token", "revoked", "too_old")
"""Troubles after which a file was surely not taken in."""


class Step(Enum):
    """What a person most likely does next."""

    NONE = auto()
    TAKE_IN = auto()
    LOOK_AGAIN = auto()
    OTHER_DATASET = auto()
    SETTLE = auto()
    ASK_AGAIN = auto()
    ANOTHER_FILE = auto()
    AS_OF_NOW = auto()


class Verdict(NamedTuple):
    """How it stands with a file: tone, a title, a sentence, and the step with its verb."""

    tone: Tone
    title: str
    detail: str
    step: Step
    verb: str = ""
    dataset: str = ""
    """Which one the file is rather of, with `Step.OTHER_DATASET`."""


def verdict_of(trial: Trial) -> Verdict:
    """What the server found when it looked at the file."""
    run = trial.run
    name = trial.chosen.path.name
    if run.status == "landed" and run.repeated:
        return Verdict(Tone.INFO, f"{name} is live already.", run.sentence, Step.ANOTHER_FILE, "Another file…")
    if run.status == "landed":
        return Verdict(Tone.GOOD, f"{name} can be taken in.", _would(run), Step.TAKE_IN, "Take it in")
    if run.status == "held":
        sentence = run.sentence.removeprefix("Held: ").partition(" What was live stays")[0]
        detail = f"{sentence[:1].upper()}{sentence[1:]} A person must then accept it."
        return Verdict(Tone.ATTENTION, f"{name} would be held.", detail, Step.TAKE_IN, "Take it in to be held")
    if run.status == "ignored":
        return Verdict(Tone.ATTENTION, f"{name} is too old.", run.sentence, Step.AS_OF_NOW, "Look at it as of now")
    return _refused(trial, run, name)


def outcome_of(run: FeedRun, name: str) -> Verdict:
    """What became of a file that was taken in."""
    if run.status == "landed":
        again = "It was taken in before; this is the first answer. " if run.repeated else ""
        return Verdict(Tone.GOOD, f"{name} is live.", f"{again}{run.sentence}", Step.ANOTHER_FILE, "Another file…")
    if run.status == "held":
        return Verdict(Tone.ATTENTION, f"{name} is held.", run.sentence, Step.SETTLE)
    if run.status == "rejected":
        return Verdict(Tone.INFO, f"{name} was rejected.", run.sentence, Step.ANOTHER_FILE, "Another file…")
    title = f"{name} was not taken in."
    return Verdict(Tone.BAD, title, run.sentence, Step.LOOK_AGAIN, "Look at it again")


def trouble_before(error: Exception) -> Verdict:
    """What is said when a file could not be looked at. Raises what nobody expected."""
    if isinstance(error, CalledOff):
        title, detail = "Stopped.", "Nothing was changed; the server kept nothing of the file."
    elif isinstance(error, Trouble):
        title = "The file was not looked at."
        detail = f"{_why(error)} Nothing was changed and nothing waits here; look at the file again."
    else:
        title, detail = "The file was not looked at.", _own_fault(error)
    tone = Tone.INFO if isinstance(error, CalledOff) else Tone.BAD
    return Verdict(tone, title, detail, Step.LOOK_AGAIN, "Look at it again")


def trouble_while_taking_in(error: Exception) -> Verdict:
    """What is said when the answer to a file that was sent for good did not come. Raises what nobody expected."""
    if isinstance(error, CalledOff) or (isinstance(error, Trouble) and error.kind not in _CERTAIN):
        why = "You did not wait for it." if isinstance(error, CalledOff) else _why(error)
        detail = (
            f"{why} The file may or may not have been taken in. Ask again: the same batch is answered like the "
            "first time and nothing is taken in twice."
        )
        return Verdict(Tone.ATTENTION, "The answer did not come.", detail, Step.ASK_AGAIN, "Ask again")
    sentence = f"{_why(error)} Nothing was changed." if isinstance(error, Trouble) else _own_fault(error)
    return Verdict(Tone.BAD, "It was not taken in.", sentence, Step.LOOK_AGAIN, "Look at it again")


def trouble_of_asking(error: Exception) -> str:
    """What is said when the server could not be asked, or said no. Raises what nobody expected."""
    return _why(error) if isinstance(error, Trouble) else _own_fault(error)


def _would(run: FeedRun) -> str:
    parts = [f"{run.rows_new:,} new", f"{run.rows_changed:,} changed", f"{run.rows_gone:,} gone"]
    if not run.rows_new and not run.rows_changed and not run.rows_gone:
        found = f"Nothing differs from what is live: {counted(run.rows_unchanged, 'row')} unchanged."
    else:
        found = f"{', '.join(parts)}, {run.rows_unchanged:,} unchanged."
    unknown, unused = (len(some) for some in left_over(run))
    columns = f" {counted(unknown, 'column')} nobody knows would be left out." if unknown else ""
    columns += f" {counted(unused, 'detail')} of the file would not be used." if unused else ""
    refused = f" {counted(run.rows_refused, 'row')} would be refused." if run.rows_refused else ""
    return f"{found}{refused}{columns}"


def _refused(trial: Trial, run: FeedRun, name: str) -> Verdict:
    likely = str(run.facts.get("looks_like") or "")
    if run.code == "other_dataset" and likely:
        title = f"{name} looks like {dataset_title(likely).lower()}, not {dataset_title(trial.chosen.dataset).lower()}."
        verb = f"Look at it as {dataset_title(likely).lower()}"
        return Verdict(Tone.BAD, title, "Nothing was changed.", Step.OTHER_DATASET, verb, likely)
    title = f"{name} cannot be taken in."
    if run.code == "row_errors":
        title = f"{name} has {counted(run.error_count, 'error')} in its rows."
        first = run.sentence.partition("The first: ")[2]
        detail = f"Nothing was changed. The first: {first}" if first else run.sentence
        return Verdict(Tone.BAD, title, detail, Step.LOOK_AGAIN, "Look at it again")
    return Verdict(Tone.BAD, title, run.sentence, Step.LOOK_AGAIN, "Look at it again")


def _why(trouble: Trouble) -> str:
    """The trouble's cause in the words of this page, where nothing is kept and sent later."""
    causes = {
        "offline": "The server cannot be reached.",
        "slow": "The server did not answer in time.",
        "cut": "The server's answer broke off.",
        "busy": "The server is busy.",
        "server_fault": "The server has a fault just now.",
        "not_order_track": "Something other than the Order-Track server answered, perhaps this network's sign-in page.",
    }
    if trouble.kind == "not_order_track" and "certificate" in trouble.sentence:
        return trouble.sentence
    return causes.get(trouble.kind, trouble.sentence)


def _own_fault(error: Exception) -> str:
    if isinstance(error, DomainError):
        return error.sentence
    if isinstance(error, OSError):
        return f"The file cannot be read: {error.strerror or 'it is not there'}. Nothing was sent."
    raise error
