"""Believable devices, from a seed: what `headend simulate` and the benchmark of the gate send to a service.

`rules` is what devices do, `wire` how they say it, `crew` lets them live, `report` counts what they saw.
"""
