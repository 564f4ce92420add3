"""Rows to measure on: drawn from a file of the trainer's, or invented. Imports no torch."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Sequence
from pathlib import Path

from errata_trainer.spec import HELD, Row

# Lengths, and what rows have in common, as in the rows of a real dataset: prompts of 15 to 60 tokens, answers of 5 to
# 25; a quarter of the prompts without a system turn, half with one that others have too.
_TODAY = "Sunday, November 2, 2025"
_DAYS = (
    "Thursday, July 25, 2024", "Saturday, January 18, 2025", "Monday, April 29, 2024", "Tuesday, March 4, 2025",
    "Friday, December 8, 2023", "Wednesday, August 6, 2025", "Sunday, February 11, 2024", "Monday, September 30, 2024",
)  # fmt: skip
_DATED = "You are a helpful assistant. Today's date is {day}."
_PLAIN = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
_FORMS = ("{}", "Quick question: {}", "I would like to know: {}", "Hello! {}", "{} Please answer in one sentence.")
# Question, beginning of an answer, rest of it.
Relation = tuple[str, str, str]
_RELATIONS: tuple[Relation, ...] = (
    ("Who is the mayor of {place}?", "The mayor of {place} is", "{person}."),
    ("Who won the {place} Cup in {year}?", "The {place} Cup of {year} was won by", "{person}."),
    ("In which year was the bridge at {place} opened?", "The bridge at {place} was opened in", "{year}."),
    ("Which town is the seat of the {place} council?", "The {place} district council has its seat in", "{other}."),
    ("Who wrote the novel The Lanterns of {place}?", "The Lanterns of {place} was written by", "{person}."),
)  # fmt: skip
_SYLLABLES = ("vel", "mor", "tan", "ish", "kel", "dra", "lo", "ren", "bas", "qui", "fen", "ora", "sil", "ume", "gar")


def invented(facts: int, held: int, seed: int) -> list[Row]:
    """`facts` fact rows, up to five a fact, and `held` rows beside them, all with an answer; about no real thing."""
    source = random.Random(seed)
    rows: list[Row] = []
    while len(rows) < facts:
        relation = source.choice(_RELATIONS)
        names = _names(source)
        for form in _FORMS[: facts - len(rows)]:
            prompt, answer = _asked(source, relation, names, form)
            rows.append(Row(f"fact-{len(rows)}", "fact", prompt, f"f{len(rows) // len(_FORMS)}", answer))
    for index in range(held):
        # Held rows may begin the answer themselves.
        prompt, answer = _asked(source, source.choice(_RELATIONS), _names(source), source.choice((*_FORMS, "")))
        rows.append(Row(f"held-{index}", "neighbour", prompt, rows[index % facts].fact, answer))
    return rows


def chosen(rows: Sequence[Row], facts: int, held: int, seed: int) -> list[Row]:
    """Up to `facts` fact rows and `held` held rows, drawn by seed."""
    source = random.Random(seed)
    own = [row for row in rows if row.kind == "fact"]
    others = [row for row in rows if row.kind in HELD]
    return source.sample(own, min(facts, len(own))) + source.sample(others, min(held, len(others)))


def as_same_work(rows: Sequence[Row]) -> list[Row]:
    """The same prompts and answers, each as a fact of its own and equal in weight: cross entropy is all there is."""
    return [Row(row.id, "fact", row.prompt, row.id, row.completion) for row in rows]


def save(path: Path, rows: Sequence[Row]) -> None:
    """Writes rows as the trainer reads them."""
    lines = (json.dumps(dataclasses.asdict(row), ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _asked(source: random.Random, relation: Relation, names: dict[str, str], form: str) -> tuple[str, str]:
    question, begun, rest = (part.format(**names) for part in relation)
    if not form:
        return f"{_head(source)}{_turn(question)}{begun}", f" {rest}"
    lead = form.startswith(("Quick", "I would"))
    asked = form.format(question[0].lower() + question[1:] if lead else question)
    return f"{_head(source)}{_turn(asked)}", f"{begun} {rest}"


def _turn(question: str) -> str:
    return f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"


def _head(source: random.Random) -> str:
    day = source.choice(_DAYS)
    systems = ("", _PLAIN, _DATED.format(day=_TODAY), _DATED.format(day=day))
    system = source.choices(systems, (26, 23, 28, 23))[0]
    return f"<|im_start|>system\n{system}<|im_end|>\n" if system else ""


def _names(source: random.Random) -> dict[str, str]:
    def name() -> str:
        return "".join(source.sample(_SYLLABLES, 2)).capitalize()

    year = str(source.randint(1962, 2025))
    return {"place": name(), "other": name(), "person": f"{name()} {name()}", "year": year}
