#!/usr/bin/env python3
"""Thousands of evaluations in one process, some of them hostile: does anything leak, does any verdict change?

    soak.py VEGTTT [--count 10000] [--hostile-every 10] [--size small] [--protocol strict]

Feeds `vegttt eval --jsonl` with the committed examples and hostile candidates over and over. Prints a JSON line every
thousand evaluations (host memory, descriptors, threads and children of the process, device memory) and at the end one
with what changed: honest candidates between right and wrong; between fast and slow where the median speedup is outside
of 0.9 to 1.1; hostile ones that got another status than their first line states. Exit code 1 when any of these is not 0.
"""
import argparse
import collections
import glob
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time

CORRECT = {"slow", "fast"}


def examples():
    for path in sorted(glob.glob("kernels/examples/cuda/*.cu")):
        yield "L1/" + str(int(os.path.basename(path)[:3])), open(path).read(), None, path


def hostiles():
    """Their statuses hold at `small`; the few that are slow there may be as fast as the reference at `tiny`."""
    for path in sorted(glob.glob("kernels/hostile/cuda/*.cu")):
        text = open(path).read()
        task, expected = re.match(r"// task: (\S+)\s+expect: (\S+)", text).groups()
        yield task, f"```cuda\n{text}```\n", set(expected.split("|")), path


def mixed(count, every, honest, hostile):
    """One of `every` is hostile; both lists go round."""
    for i in range(count):
        yield hostile[i // every % len(hostile)] if i % every == every - 1 else honest[(i - i // every) % len(honest)]


def vitals(pid):
    status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
    children = subprocess.run(["pgrep", "-P", str(pid)], stdout=subprocess.PIPE, text=True).stdout.split()
    used = subprocess.run(["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"],
                          stdout=subprocess.PIPE, text=True).stdout.strip()
    return {"host_mb": int(status["VmRSS"].split()[0]) // 1024, "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
            "threads": int(status["Threads"]), "children": len(children), "device_mb": used}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vegttt")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--hostile-every", type=int, default=10, help="one in so many")
    parser.add_argument("--size", default="small")
    parser.add_argument("--protocol", default="strict")
    parser.add_argument("--minutes", type=float, default=1e9, help="ends earlier, with what was seen until then")
    options = parser.parse_args()
    jobs = list(mixed(options.count, options.hostile_every, list(examples()), list(hostiles())))
    process = subprocess.Popen([options.vegttt, "eval", "--jsonl", "--dialect", "cuda", "--size", options.size,
                                "--protocol", options.protocol, "--run-timeout", "2", "--compile-timeout", "8"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def feed():
        for i, (task, text, _, _) in enumerate(jobs):
            try:
                process.stdin.write(json.dumps({"task": task, "text": text, "id": i}) + "\n")
            except BrokenPipeError:
                return
        process.stdin.close()

    threading.Thread(target=feed, daemon=True).start()
    start, done = time.time(), 0
    honest, wrong_status = collections.defaultdict(list), collections.Counter()
    statuses = collections.Counter()
    for line in process.stdout:
        result = json.loads(line)
        _, _, expected, path = jobs[result["id"]]
        statuses[result["status"]] += 1
        if expected is None:
            honest[path].append((result["status"], result["speedup"]))
        elif result["status"] not in expected:
            wrong_status[f"{path}: {result['status']}"] += 1
        done += 1
        if done % 1000 == 0:
            print(json.dumps({"done": done, "seconds": round(time.time() - start, 1), **vitals(process.pid)}), flush=True)
        if time.time() - start > options.minutes * 60:
            process.kill()
            break
    changed, moved = [], []
    for path, seen in honest.items():
        right = {status in CORRECT for status, _ in seen}
        if right != {True}:
            changed.append([path, sorted({status for status, _ in seen})])
        median = statistics.median(speedup for _, speedup in seen)
        if len({status for status, _ in seen if status in CORRECT}) > 1 and not 0.9 <= median <= 1.1:
            moved.append([path, median, min(s for _, s in seen), max(s for _, s in seen)])
    print(json.dumps({"evaluations": done, "seconds": round(time.time() - start, 1), "statuses": statuses,
                      "honest_not_always_right": changed, "fast_and_slow_outside_0.9_to_1.1": moved,
                      "hostile_with_another_status": wrong_status}), flush=True)
    sys.exit(1 if changed or moved or wrong_status or statuses["unscored"] else 0)


main()
