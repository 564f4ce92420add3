"""What a run is asked to do: the spec file and its rows, checked before any weight is loaded."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from errata_trainer.errors import TrainerError
from errata_trainer.recipe import Recipe, resolve

KINDS = ("fact", "neighbour", "anchor", "guard", "probe", "guard_probe")
HELD = ("neighbour", "anchor", "guard")
ENGINES = ("peft", "unsloth")


@dataclass(frozen=True)
class Row:
    """One prompt, rendered as it is served, and what shall be answered (empty: what the base answers).

    `form` says which wording of its fact it is; it is kept for readers of the file.
    """

    id: str
    kind: str
    prompt: str
    fact: str = ""
    completion: str = ""
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    weight: float = 1.0
    form: str = ""


@dataclass(frozen=True)
class Spec:
    """One run. Paths are absolute or relative to the working folder; 0 means no limit or automatic.

    `cache` is for all runs of a machine; without it each run has its own in `work`. `remote` says which other machines
    train, see `Remote`; empty: this one.
    """

    run: str
    base_gguf: str
    base_sha256: str
    rows: str
    out: str
    work: str
    engine: str = "peft"
    seed: int = 7
    threads: int = 0
    max_minutes: float = 0
    max_steps: int = 0
    recipe: str = "default"
    overrides: dict[str, Any] = field(default_factory=dict)
    merged: bool = True
    resume: bool = False
    start_from: str | None = None
    cache: str = ""
    dataset: dict[str, Any] = field(default_factory=dict)
    remote: dict[str, Any] = field(default_factory=dict)


def load_spec(path: Path) -> tuple[Spec, Recipe, list[Row]]:
    """The spec, its resolved recipe and its rows. Raises TrainerError (data) with the first thing wrong."""
    data = _object(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else None
    if data is None:
        raise _bad(f"no spec file at {path}")
    spec = _build(Spec, data, "spec")
    if not spec.run or spec.run.startswith(".") or any(mark in spec.run for mark in "/\\"):
        raise _bad("run must be a plain file name")
    if spec.engine not in ENGINES:
        raise _bad(f"engine must be one of {', '.join(ENGINES)}")
    if spec.threads < 0 or spec.max_steps < 0 or spec.max_minutes < 0:
        raise _bad("threads, max_steps and max_minutes must not be below 0")
    recipe = resolve(spec.recipe, spec.overrides)
    for name in filter(None, (spec.base_gguf, spec.rows, spec.start_from)):
        if not Path(name).is_file():
            raise _bad(f"no file at {name}")
    if (Path(spec.out) / spec.run).exists():
        raise _bad(f"{spec.out} already holds the artefact of run {spec.run}")
    rows = load_rows(Path(spec.rows))
    if recipe.loss == "whole" and any(not row.completion for row in rows if row.kind in ("fact", "anchor")):
        raise _bad("every fact and anchor row needs a completion when the loss is on the whole text")
    return spec, recipe, rows


def load_rows(path: Path) -> list[Row]:
    """The rows of a JSONL file. Raises TrainerError (data) naming the line."""
    rows: list[Row] = []
    seen: set[str] = set()
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{path.name} line {number}"
            data = _object(line, where)
            for key in ("accept", "reject"):
                strings = data.get(key) or []
                if not isinstance(strings, list) or any(not isinstance(item, str) for item in strings):
                    raise _bad(f"{where}: {key} must be a list of strings")
                data[key] = tuple(strings)
            row = _build(Row, data, where)
            if row.kind not in KINDS:
                raise _bad(f"{where}: unknown kind {row.kind!r}")
            if row.id in seen:
                raise _bad(f"{where}: the id {row.id!r} occurs twice")
            if not row.prompt or row.weight <= 0:
                raise _bad(f"{where}: a row needs a prompt and a weight above 0")
            if row.kind in ("fact", "probe") and not row.fact:
                raise _bad(f"{where}: a {row.kind} row needs its fact")
            if row.kind == "fact" and not row.completion:
                raise _bad(f"{where}: a fact row needs a completion")
            seen.add(row.id)
            rows.append(row)
    if not any(row.kind == "fact" for row in rows):
        raise _bad(f"{path.name} has no fact row")
    return rows


def _build(kind: type[Any], data: dict[str, Any], where: str) -> Any:
    fields = {item.name: item for item in dataclasses.fields(kind)}
    unknown = sorted(set(data) - set(fields))
    if unknown:
        raise _bad(f"{where}: unknown keys: {', '.join(unknown)}")
    needed = [
        name
        for name, item in fields.items()
        if name not in data and item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    ]
    if needed:
        raise _bad(f"{where}: missing keys: {', '.join(needed)}")
    for name, value in data.items():
        wanted = _WIRE[str(fields[name].type)]
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            raise _bad(f"{where}: {name} must be {fields[name].type}, not {value!r}")
    return kind(**data)


_WIRE: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "str | None": (str, type(None)),
    "dict[str, Any]": (dict,),
    "tuple[str, ...]": (tuple,),
}


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise _bad(f"{where} is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise _bad(f"{where} is not a JSON object")
    return data


def _bad(message: str) -> TrainerError:
    return TrainerError("data", message, "Correct the spec or the rows of the run.")
