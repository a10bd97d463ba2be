#!/usr/bin/env python3
"""Speedups that the judge states against those that nvcc and a plain loop of CUDA events show.

    nvcc_check.py VEGTTT [--size small] [--tasks 19,23,...] [--arch sm_90a]

For each task the committed example is judged, then its assembled source is built by nvcc as host code plus kernels and
timed here beside the task's reference in torch: one launch between two events, the second-level cache flushed before,
a short sleep on the device in front so that launching is not timed. A JSON line per task; exit code 1 when a speedup
differs by more than 10 %. Needs a GPU, nvcc and torch with the same CUDA.
"""
import argparse
import ctypes
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

import torch

PRELUDE = """
#include <cfloat>
#include <cmath>
#include <cstdint>
struct Workspace {
  unsigned char* base; unsigned long long used;
  void* alloc(unsigned long long bytes) { void* p = base + used; used += (bytes + 255) / 256 * 256; return p; }
  template <class T> T* alloc(unsigned long long count) { return static_cast<T*>(alloc(count * sizeof(T))); }
};
"""
WORKSPACE_BYTES = 1 << 30


def judged(vegttt, task, size, kept):
    source = f"kernels/examples/cuda/{int(task):03d}.cu"
    done = subprocess.run([vegttt, "eval", source, "--task", task, "--dialect", "cuda", "--size", size, "--json",
                           "--keep", kept], stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def shared_object(kept, folder, arch):
    source, = [f for f in os.listdir(kept) if f.endswith(".cu")]
    text = open(os.path.join(kept, source)).read()
    text = text.replace('#include "vegttt_candidate.h"', PRELUDE)
    frame = text.rindex('extern "C" __global__ void vegttt_record')
    call = text[frame:].replace("__global__ ", "").replace("vegttt_record", "run")
    path = os.path.join(folder, "candidate.cu")
    with open(path, "w") as file:
        file.write(text[:frame] + call)
    library = os.path.join(folder, "candidate.so")
    subprocess.run(["nvcc", "-O3", "-std=c++17", "-shared", "-Xcompiler", "-fPIC", f"-arch={arch}", "-o", library, path],
                   check=True)
    return ctypes.CDLL(library)


def reference_of(vegttt, task):
    text = subprocess.run([vegttt, "tasks", "show", task], stdout=subprocess.PIPE, text=True, check=True).stdout
    body = re.sub(r"-> \w+:", ":", text[text.index("def "):])
    names = {"torch": torch, "Tensor": torch.Tensor}
    exec(re.sub(r": (Tensor|int|float|bool|List\[int\])", "", body), names)  # the project's own task files
    return names["reference"]


def tensors(vegttt, task, size):
    shapes = json.loads(subprocess.run([vegttt, "tasks", "show", task, "--json"], stdout=subprocess.PIPE, text=True,
                                       check=True).stdout)["sizes"][size]
    make = lambda entry: torch.randn(entry["shape"], device="cuda", dtype=getattr(torch, entry["dtype"]))
    return [make(entry) for entry in shapes["inputs"]], make(shapes["output"])


def median_us(call, repetitions, cache):
    times = []
    for _ in range(repetitions):
        cache.zero_()
        cache.sum()
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        torch.cuda._sleep(400000)
        begin.record()
        call()
        end.record()
        torch.cuda.synchronize()
        times.append(begin.elapsed_time(end) * 1e3)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vegttt")
    parser.add_argument("--size", default="small")
    parser.add_argument("--tasks", default="1,9,19,21,23,36,40,47,54,89")
    parser.add_argument("--arch", default="sm_90a")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    cache = torch.empty(64 << 20, device="cuda")
    workspace = torch.empty(WORKSPACE_BYTES, device="cuda", dtype=torch.uint8)
    failed = False
    for task in options.tasks.split(","):
        with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as folder:
            evaluation = judged(options.vegttt, task, options.size, kept)
            library = shared_object(kept, folder, options.arch)
            inputs, output = tensors(options.vegttt, task, options.size)
            pointers = (ctypes.c_void_p * (len(inputs) + 1))(*[t.data_ptr() for t in inputs + [output]])

            def candidate():
                space = (ctypes.c_ulonglong * 2)(workspace.data_ptr(), 0)
                library.run(pointers, space)

            reference = reference_of(options.vegttt, task)
            plain = {"candidate_us": median_us(candidate, 21, cache),
                     "reference_us": median_us(lambda: reference(*inputs), 21, cache)}
        speedup = plain["reference_us"] / plain["candidate_us"]
        timing = evaluation["timing"] or {"speedup": float("nan"), "candidate_median_us": 0, "reference_median_us": 0}
        agrees = abs(timing["speedup"] / speedup - 1) <= 0.1
        failed = failed or not agrees
        print(json.dumps({"task": task, "status": evaluation["status"], "agrees": agrees, "judge": timing["speedup"],
                          "plain": speedup, "judge_us": [timing["candidate_median_us"], timing["reference_median_us"]],
                          "plain_us": [plain["candidate_us"], plain["reference_us"]]}), flush=True)
    sys.exit(1 if failed else 0)


main()
