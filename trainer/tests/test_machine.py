from __future__ import annotations

import ctypes
import sys

import psutil
import pytest

from errata_trainer.machine import release_memory


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_memory_that_was_freed_between_blocks_goes_back() -> None:
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        pytest.skip("another C library")
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    size = 60_000
    blocks = [library.malloc(size) for _ in range(2000)]
    for block in blocks:
        ctypes.memset(block, 1, size)
    # The last one stays, so that glibc cannot shrink its heap.
    for block in blocks[:-1]:
        library.free(block)
    before = psutil.Process().memory_info().rss
    release_memory()
    assert before - psutil.Process().memory_info().rss > 50_000_000
    library.free(blocks[-1])


@pytest.mark.parametrize("failure", [OSError, AttributeError])
def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch, failure: type[Exception]) -> None:
    def absent(_: None) -> None:
        raise failure

    monkeypatch.setattr(ctypes, "CDLL", absent)
    release_memory()
