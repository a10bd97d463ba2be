#!/usr/bin/env python3
"""What TensorBoard itself reads from a run's event files, against the run's metrics.jsonl.

  python -m venv /tmp/tb && /tmp/tb/bin/pip install tensorboard
  /tmp/tb/bin/python scripts/oracles/read_events.py runs/NAME ...
"""
import json
import math
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader


def number(value):
    return float(value) if isinstance(value, str) else value


def same(a, b):
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def check(run):
    files = list((run / "tensorboard").iterdir())
    assert len(files) == 1, files
    records = list(EventFileLoader(str(files[0])).Load())
    assert records[0].file_version == "brain.Event:2", records[0]
    events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0}).Reload()
    steps = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    compared = 0
    for tag, values in (
        ("rates/fast_1", [s["aggregate_fast_1"] for s in steps]),
        ("rates/correct", [s["aggregate_correct"] for s in steps]),
        ("reward/mean", [s["aggregate_reward"] for s in steps]),
        ("speedup/mean_of_correct", [s["aggregate_speedup"] for s in steps]),
        ("step/median_speedup", [number(s["more"]["median_speedup"]) for s in steps]),
    ):
        seen = events.Scalars(tag)
        assert [e.step for e in seen] == [s["step_idx"] for s in steps], (tag, seen)
        for event, value in zip(seen, values):
            assert same(event.value, value), (tag, event, value)
            compared += 1
    tags = events.Tags()["scalars"]
    for tag in tags:
        its = [e.step for e in events.Scalars(tag)]
        assert its == sorted(set(its)), (tag, its)
    print(f"{run}: {len(records)} records, {len(tags)} tags, {compared} values as in metrics.jsonl")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        check(pathlib.Path(name))
