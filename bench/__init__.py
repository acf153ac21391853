"""Benchmarks, one module each, run by `headend bench`.

A benchmark has `run() -> dict` with `figures` and `limit` (maps from a case to a number, the unit in the case's name),
`ratio` (a number, or a map from case to number: what share of the limit was reached) and `required` (of the same
shape: the least that will do). The limit is measured in the same run, in CPU seconds rather than by the clock, since
the machine may be busy. NEEDS names the programs it takes (headend.interfaces.cli.packages). HEADEND_DATA names a
directory for its files; Django is set up, but no table exists there.
"""
