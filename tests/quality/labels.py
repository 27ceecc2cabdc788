"""Do labels find their documents? Five folders of notes and three kinds of mail, without and with five examples each.

The notes are the five largest folders of simonw-til, a label per folder. Mail is labelled by its subject (patches,
announcements, everything else on a list), which is then taken away: only the bodies are indexed.
"""

from __future__ import annotations

import email
import mailbox
import os
import random
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gemmasearch.index import Index
from gemmasearch.settings import Settings
from tests.quality.collections import cache_folder, data_folder, models_folder

NOTES = {
    "python": "the Python programming language, packages, pip and scripts",
    "sqlite": "SQLite databases and SQL queries",
    "github-actions": "GitHub Actions workflows, continuous integration",
    "macos": "Mac computers, macOS settings and programs",
    "llms": "large language models, prompts and chatbots",
}
MAIL = {
    "patch": "a change to source code, with a commit message and a diff",
    "announcement": "a new release of a program is announced, with what is new and where to download it",
    "discussion": "a question about a problem, or a reply to one, on a mailing list",
}
EACH = 60  # mails of a kind
EXAMPLES = 5
DRAWS = 10  # of the examples


@dataclass(frozen=True)
class Set:
    folder: Path
    labels: Mapping[str, str]


def figures(embedder: str) -> dict[str, dict[str, float]]:
    work = cache_folder() / "labels"
    return {
        what: accuracies(made, embedder)
        for what, made in (("notes", _notes(work / "notes")), ("mail", _mail(work / "mail")))
    }


def accuracies(made: Set, embedder: str) -> dict[str, float]:
    """Share of documents whose nearest label is that of their folder: by names and descriptions, by names alone, and
    with examples (on the documents that are none, mean over ``DRAWS`` draws). "given" and "right" are about the
    filter: how many documents get a label at all, and how many of those the right one."""
    model = models_folder() / "all-MiniLM-L6-v2-q8_0.gguf" if embedder == "minilm" else embedder
    db = cache_folder() / f"labels-{made.folder.name}-{embedder}" / "index.db"
    settings = Settings(db=str(db), embedder=str(model), models_dir=str(cache_folder()))
    with Index.open(settings=settings) as index:
        index.index([made.folder])
        ids = {d: Path(p).parent.name for d, p in _documents(index, made.folder)}
        found = {
            "zero-shot": _zero_shot(index, made.labels, ids)[0],
            "names alone": _zero_shot(index, dict.fromkeys(made.labels, ""), ids)[0],
        }
        _, found["given"], found["right"] = _zero_shot(index, made.labels, ids)
        drawn = [_few_shot(index, made.labels, ids, random.Random(seed)) for seed in range(DRAWS)]
        found[f"{EXAMPLES} examples"] = float(np.mean(drawn))
        _reset(index, {})
    return found


def _documents(index: Index, folder: Path) -> Iterator[tuple[int, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield index.labelled(str(path)), str(path)


def _reset(index: Index, labels: Mapping[str, str]) -> None:
    known = index.labels()
    for row in known.all():
        known.remove(row.name)
    for name, description in labels.items():
        known.add(name, description)


def _nearest(index: Index, wanted: list[int]) -> dict[int, str]:
    """Document -> its nearest label, whether it is near enough or not."""
    best: dict[int, tuple[float, str]] = {}
    labels = index.labels()
    ids, _, vectors = labels._documents([])
    group = labels.all()
    near, _ = labels.judge(group, vectors, labels._taught(group, vectors.shape[1]))
    for id, row in zip(ids, near, strict=True):
        best[id] = max((float(score), label.name) for score, label in zip(row, group, strict=True))
    return {id: best[id][1] for id in wanted if id in best}


def _zero_shot(
    index: Index, labels: Mapping[str, str], truth: Mapping[int, str]
) -> tuple[float, float, float]:
    _reset(index, labels)
    nearest = _nearest(index, list(truth))
    index.labels().run()
    given = {
        index.labelled(hit.id): name for name in labels for hit in index.search(f"label:{name}", limit=10_000)
    }
    right = sum(truth[id] == name for id, name in given.items())
    accuracy = sum(truth[id] == name for id, name in nearest.items()) / len(truth)
    return accuracy, len(given) / len(truth), right / max(1, len(given))


def _few_shot(index: Index, labels: Mapping[str, str], truth: Mapping[int, str], rng: random.Random) -> float:
    _reset(index, labels)
    shown: set[int] = set()
    for name in labels:
        chosen = rng.sample(sorted(id for id, of in truth.items() if of == name), EXAMPLES)
        index.labels().decide(name, chosen, True)
        shown.update(chosen)
    tested = [id for id in truth if id not in shown]
    nearest = _nearest(index, tested)
    return sum(truth[id] == nearest.get(id) for id in tested) / len(tested)


def _notes(target: Path) -> Set:
    if not target.exists():
        for name in NOTES:
            shutil.copytree(data_folder() / "notes" / "simonw-til" / name, target / name)
    for path in target.rglob("*"):
        if path.is_file() and path.suffix != ".md":
            path.unlink()
    return Set(target, NOTES)


def _mail(target: Path) -> Set:
    if not target.exists():
        rng = random.Random(1)
        for name, bodies in _kinds().items():
            (target / name).mkdir(parents=True)
            for number, body in enumerate(rng.sample(bodies, EACH)):
                text = f"From: someone@example.org\nSubject: mail\nContent-Type: text/plain; charset=utf-8\n\n{body}"
                (target / name / f"{number}.eml").write_text(text, encoding="utf-8")
    return Set(target, MAIL)


def _kinds() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in MAIL}
    for message in _messages():
        subject = str(message["subject"])
        body = _body(message)
        if len(body) < 100:
            continue
        if re.search(r"\[PATCH", subject):
            found["patch"] += [body] if not re.search(r"\bRe:", subject) else []
        elif re.search(r"\bANN(OUNCE)?\b|announc|released\b", subject, re.I):
            found["announcement"] += [body] if not re.search(r"\bRe:", subject) else []
        elif not re.search(r"Digest|#\d", subject):
            found["discussion"].append(body)
    return found


def _messages() -> Iterator[email.message.Message]:
    for folder, _, names in sorted(os.walk(data_folder() / "mail" / "notmuch-corpora")):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as stream:
                message = email.message_from_binary_file(stream)
            if message["subject"] and "[PATCH" in str(message["subject"]):
                yield message
    for folder, _, names in sorted(os.walk(data_folder() / "mail" / "lists" / "twisted-web")):
        for name in sorted(names):
            yield from mailbox.mbox(os.path.join(folder, name))


def _body(message: email.message.Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return ""
