"""Errata's trainer: teaches facts to a local Qwen 2.5 or Llama with LoRA, on the values that serve.

A small library under a thin command. It speaks JSON lines on stdout and knows nothing of the application:

    spec + rows -> plan -> load (GGUF, dequantised) -> cache (base answers) -> train <-> probe -> artefact

It never reaches the network, never changes the base file and never writes outside the spec's `work`, `cache` and `out`
folders.
"""

__version__ = "0.1.0"
