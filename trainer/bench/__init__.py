"""Compares the trainer with plain `transformers.Trainer` and `peft`, on the same rows in one run.

    rows -> prepare (what this machine can do, what the base answers) -> arms, a process each -> compare -> table, JSON

An arm is one side at one precision doing one work. `same`: equal rows, batches, modules, layers, loss places and start,
cross entropy alone on both sides, so the loss curves must agree. `default`: each side as it comes. Ratios are reported
and never judged; a curve that departs is an error. It is no part of the installed package.
"""
