"""Devices that come at a set pace, whatever the service answers: `python -m bench.pace PLAN` in a process of its own.

The plan is a JSON file: {"target", "client_id", "rate" (of devices, a second)} and either {"api_key", "devices":
[uid, ...]}, each of which is switched on, or {"asks": [[call, parameters], ...]}, each by a device that has been on for
a while. The devices are those of `headend simulate`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import uvloop

from headend.simulator.crew import Crew, Service
from headend.simulator.report import Report
from headend.simulator.rules import Ask, Device, Life, Viewer, switch_on


def _lives(plan: dict[str, Any]) -> Iterator[Life]:
    if "asks" in plan:
        return (_one(Ask(call, parameters)) for call, parameters in plan["asks"])
    devices = (Viewer(Device(0, "", uid, "android"), Random(uid)) for uid in plan["devices"])
    return (switch_on(viewer, plan["api_key"]) for viewer in devices)


def _one(ask: Ask) -> Life:
    yield ask


def main(plan: dict[str, Any]) -> dict[str, Any]:
    """What the devices saw."""
    report = Report()
    crew = Crew(Service(plan["target"], plan["client_id"]), report, packed=False)
    uvloop.run(crew.all_of(_lives(plan), plan["rate"]))
    return report.told()


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
