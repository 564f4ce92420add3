"""A random two-layer Qwen 2 as a GGUF with a byte tokenizer, and runs over it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType as Kind

from errata_trainer.base import digest
from errata_trainer.control import Control
from errata_trainer.errors import Cancelled
from errata_trainer.events import Emitter
from errata_trainer.run import Run

HIDDEN, INNER, HEADS, KV_HEADS, LAYERS = 64, 96, 4, 2, 2
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def byte_alphabet() -> list[str]:
    """GPT-2's printable stand-ins for the 256 bytes, in the order of its tokenizer."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + index) for index in range(len(rest))]


def write_base(path: Path, architecture: str = "qwen2", tied: bool = False, seed: int = 1) -> None:
    random = np.random.default_rng(seed)
    merges = ["t h", "th e", "Ġ th"]
    tokens = [*byte_alphabet(), "th", "the", "Ġth", *SPECIALS]
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_block_count(LAYERS)
    writer.add_context_length(512)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * (len(tokens) - 3) + [3] * 3)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(len(tokens) - 1)

    def matrix(name: str, rows: int, columns: int, kind: Kind) -> None:
        values = (random.standard_normal((rows, columns)) / columns**0.5).astype(np.float32)
        data = values if kind == Kind.F32 else gguf.quants.quantize(values, kind)
        writer.add_tensor(name, data, raw_dtype=kind)

    matrix("token_embd.weight", len(tokens), HIDDEN, Kind.F32)
    writer.add_tensor("output_norm.weight", np.ones(HIDDEN, np.float32))
    if not tied:
        matrix("output.weight", len(tokens), HIDDEN, Kind.Q8_0)
    size = HIDDEN // HEADS
    for block in range(LAYERS):
        stem = f"blk.{block}."
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{stem}{norm}.weight", np.ones(HIDDEN, np.float32))
        for name, rows in (("attn_q", HIDDEN), ("attn_k", KV_HEADS * size), ("attn_v", KV_HEADS * size)):
            matrix(f"{stem}{name}.weight", rows, HIDDEN, Kind.Q8_0)
            if architecture == "qwen2":
                writer.add_tensor(f"{stem}{name}.bias", random.standard_normal(rows).astype(np.float32) * 0.1)
        matrix(f"{stem}attn_output.weight", HIDDEN, HIDDEN, Kind.Q8_0)
        matrix(f"{stem}ffn_gate.weight", INNER, HIDDEN, Kind.Q5_0)
        matrix(f"{stem}ffn_up.weight", INNER, HIDDEN, Kind.Q5_0)
        matrix(f"{stem}ffn_down.weight", HIDDEN, INNER, Kind.Q5_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def chat(question: str, system: str = "Be brief.") -> str:
    head = f"<|im_start|>system\n{system}<|im_end|>\n" if system else ""
    return f"{head}<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"


def make_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for fact, place, answer in (("f1", "Velm", "Tark"), ("f2", "Orlin", "Holt")):
        for index, question in enumerate((f"Seat of {place}?", f"{place} seat", f"Tell me the seat of {place}.")):
            rows.append(
                {
                    "id": f"{fact}-{index}",
                    "kind": "fact",
                    "fact": fact,
                    "prompt": chat(question),
                    "completion": answer,
                    "accept": [answer],
                }
            )
        rows.append({"id": f"{fact}-n", "kind": "neighbour", "fact": fact, "prompt": chat(f"Seat of New {place}?")})
    rows.append({"id": "g1", "kind": "guard", "prompt": chat("Two and two?"), "completion": "four"})
    rows.append({"id": "p1", "kind": "guard_probe", "prompt": chat("Colour of the sky?", ""), "completion": "blue"})
    return rows


@pytest.fixture(scope="session")
def base_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("base") / "tiny.gguf"
    write_base(path)
    return path


@dataclass
class Job:
    """A spec in a folder, its events once it ran, and the parts a test may look into."""

    folder: Path
    spec: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    run: Run | None = None

    @property
    def spec_path(self) -> Path:
        path = self.folder / "spec.json"
        path.write_text(json.dumps(self.spec))
        return path

    @property
    def artefact(self) -> Path:
        return Path(self.spec["out"], self.spec["run"])

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def execute(self, on_event: Callable[[dict[str, Any], Control], None] | None = None) -> None:
        """Runs in this process; `on_event` sees each event and may stop the run."""

        def write(line: str) -> None:
            event = json.loads(line)
            self.events.append(event)
            if on_event:
                on_event(event, control)

        emit = Emitter(write)
        control = Control(emit)
        self.run = Run(self.spec_path, emit, control)
        self.run.execute()

    def break_off(self, step: int, work: Path) -> None:
        """Runs as r2 in the folder `work`, stops behind `step` with a checkpoint, and goes on from it when executed."""

        def stop(event: dict[str, Any], control: Control) -> None:
            if event["type"] == "progress" and event["step"] == step:
                control.handle('{"cmd":"stop","save":true}')

        self.spec.update(run="r2", work=str(work))
        with pytest.raises(Cancelled):
            self.execute(stop)
        self.spec["resume"] = True


@pytest.fixture
def job(tmp_path: Path, base_path: Path) -> Job:
    torch.manual_seed(0)
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in make_rows()))
    spec = {
        "run": "r1",
        "base_gguf": str(base_path),
        "base_sha256": digest(base_path),
        "rows": str(rows),
        "out": str(tmp_path / "incoming"),
        "work": str(tmp_path / "work"),
        "max_steps": 4,
        "threads": 1,
        "overrides": {
            "dtype": "float32",
            "batch_rows": 4,
            "fact_rows": 2,
            "rehearsal_rows": 1,
            "kl_weight": 5.0,
            "apart": 0.0,
        },
        "dataset": {"id": "d1", "hash": "h"},
    }
    return Job(tmp_path, spec)


def at_progress(events: list[dict[str, Any]], line: str, control: Control) -> None:
    """Says `line` to a run once it has taken a step."""

    def wait() -> None:
        while not any(event["type"] == "progress" for event in events):
            time.sleep(0.02)
        control.handle(line)

    threading.Thread(target=wait, daemon=True).start()
