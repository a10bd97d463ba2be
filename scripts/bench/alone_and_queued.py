#!/usr/bin/env python3
"""Is a candidate's time the same alone and amid a full queue?

    alone_and_queued.py VEGTTT [--size small] [--protocol strict] [--variants 8]

Judges the committed examples one at a time, then all of them among distinct variants whose compilers keep every core
busy. A JSON line: the ratio of each candidate's median times, queued over alone; exit code 1 when the median over
candidates, or more than one candidate in twenty, is off by more than 2 %.
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import threading


class Judge:
    """One process for both phases: another one would have other memory, which moves times by some percent."""

    def __init__(self, vegttt, options):
        self.process = subprocess.Popen([vegttt, "eval", "--jsonl", "--dialect", "cuda", "--size", options.size,
                                         "--protocol", options.protocol], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def write(self, jobs):
        self.process.stdin.write("".join(json.dumps(job) + "\n" for job in jobs))
        self.process.stdin.flush()

    def read(self):
        return json.loads(self.process.stdout.readline())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vegttt")
    parser.add_argument("--size", default="small")
    parser.add_argument("--protocol", default="strict")
    parser.add_argument("--variants", type=int, default=8)
    parser.add_argument("--tasks", default="")
    options = parser.parse_args()
    wanted = {int(task) for task in options.tasks.split(",") if task}
    jobs, crowd = [], []
    for path in sorted(glob.glob("kernels/examples/cuda/*.cu")):
        number = int(os.path.basename(path)[:3])
        if wanted and number not in wanted:
            continue
        text = open(path).read()
        jobs.append({"task": f"L1/{number}", "text": text, "id": path})
        for v in range(options.variants):
            crowd.append({"task": f"L1/{number}", "text": text + f"static constexpr int kVariant = {v};\n",
                          "id": f"{path} {v}"})
    judge = Judge(options.vegttt, options)
    alone, queued = {}, {}
    for job in jobs + jobs:  # the first round prepares tasks
        judge.write([job])
        alone[job["id"]] = judge.read()
    queue = [job for pair in zip(crowd[::options.variants], jobs) for job in pair]
    queue += [job for i, job in enumerate(crowd) if i % options.variants]
    threading.Thread(target=judge.write, args=(queue,), daemon=True).start()
    for _ in queue:
        result = judge.read()
        queued[result["id"]] = result
    ratios = {}
    for path, result in alone.items():
        if result.get("timing") and queued[path].get("timing"):
            ratios[path] = (queued[path]["timing"]["candidate_median_us"] / result["timing"]["candidate_median_us"],
                            result["timing"]["candidate_median_us"])
    off = {path: ratio for path, ratio in ratios.items() if abs(ratio[0] - 1) > 0.02}
    median = statistics.median(r for r, _ in ratios.values())
    print(json.dumps({"candidates": len(ratios), "median_ratio": median, "beyond_2_percent": len(off), "which": off}))
    sys.exit(0 if abs(median - 1) <= 0.02 and 20 * len(off) <= len(ratios) else 1)


main()
