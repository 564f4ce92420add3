from __future__ import annotations

from collections import Counter

from conftest import Job, chat

from errata_trainer.pack import pack
from errata_trainer.sampler import Sampler, goes_on_from


def test_a_question_and_its_begun_answer_come_in_one_batch() -> None:
    questions = [chat(f"Seat of {place}?") for place in ("Velm", "Velm Bay", "Orlin", "Dorn", "Aln", "Brin")]
    prompts = [prompt + begun for prompt in questions for begun in ("", "The seat is")] + [chat("Two and two?")]
    kin = goes_on_from(prompts)
    assert kin == [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12]
    assert goes_on_from([prompts[1], prompts[0]]) == [1, 1]
    assert goes_on_from(["ab", "abc", "abcd", "b"]) == [0, 0, 0, 3]
    torn = []
    for families in (kin, ()):
        sampler = Sampler(["a"], len(prompts), 7, kin=families)
        batches = [sampler.held_rows(4) for _ in range(130)]
        seen = Counter(row for batch in batches for row in batch)
        assert all(38 <= times <= 42 for times in seen.values()), "each as often as before"
        torn.append(sum(row % 2 == 0 and row + 1 not in batch for batch in batches for row in batch if row < 12))
    assert torn[0] < torn[1] / 3, "only where an epoch ends without room"


def test_one_row_too_few_divides_a_family_and_nothing_is_lost() -> None:
    sampler = Sampler(["a"], 6, 7, kin=[0, 0, 0, 3, 3, 3])
    drawn = [row for _ in range(6) for row in sampler.held_rows(1)]
    assert sorted(drawn) == list(range(6))
    sampler.hold(2)
    assert sorted(row for _ in range(2) for row in sampler.held_rows(1)) == [6, 7]


def test_a_begun_row_costs_only_its_own_tokens(job: Job) -> None:
    job.execute()
    assert job.run is not None
    assert job.run.training is not None
    encode = job.run.training._prober._coder.encode
    question, begun = encode(chat("Seat of Velm?")), encode(chat("Seat of Velm?") + "The seat")
    tree = pack([question, encode(chat("Colour?", "")), begun])
    assert len(tree.tokens) == len(pack([question, encode(chat("Colour?", ""))]).tokens) + len(begun) - len(question)
