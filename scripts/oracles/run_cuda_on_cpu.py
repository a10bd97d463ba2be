#!/usr/bin/env python3
"""Runs example candidates of the dialect `cuda` on the CPU and compares them with the reference in float64.

    python scripts/oracles/run_cuda_on_cpu.py [--vegttt BINARY] [--sizes tiny,wide] [FILE.cu ...]

Needs g++, numpy, PyYAML and safetensors, no GPU. `tiny` is the size set of the task file; `wide` is made here: odd too,
but with several blocks and tiles per axis; `small` works as well. cuda_on_cpu/cuda_on_cpu.h says what is emulated and which
errors show.
Also prints what each candidate would launch at the size `paper` (--launches), checked against the device's limits.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import yaml
from safetensors.numpy import load_file, save_file

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMPILER = ["g++", "-std=c++17", "-O1", "-w", "-fpermissive", "-fsanitize=bounds,integer-divide-by-zero",
            "-fno-sanitize-recover=all", "-ffp-contract=off"]
LAUNCH = re.compile(r"([\w:]+(?:<[^<>;]*>)?)\s*<<<(.*?)>>>\s*\((.*?)\);", re.S)
SHARED = re.compile(r"extern\s+__shared__\s+(\w+)\s+(\w+)\[\];")


def wide(task):
    """Tiny sizes stretched wherever an axis is cut into tiles or looped over by a block."""
    family = task["family"]

    def factor(name):
        if name == "BATCH" or ("conv" in family and name in ("K", "KD", "KH", "KW")):
            return 1
        if family in ("softmax", "norm", "scan", "loss"):  # rows are independent, columns are looped over
            return {"ROWS": 1, "C": 1, "COLS": 37, "CLASSES": 37}.get(name, 7)
        if family in ("matmul", "reduce", "attention") or name in ("CIN", "COUT", "D"):
            return 3
        return 5

    return {name: extent * factor(name) for name, extent in task["sizes"]["tiny"].items()}


def task_file(number, size, folder):
    source = next(ROOT.glob(f"configs/tasks/level1/{number:03d}_*.yaml"))
    task = yaml.safe_load(source.read_text())
    chosen = wide(task) if size == "wide" else task["sizes"][size]
    task["sizes"] = {"paper": chosen, "small": chosen, "tiny": chosen}
    path = folder / "task.yaml"
    path.write_text(yaml.safe_dump(task, sort_keys=False))
    return path, task


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: exit {done.returncode}\n{done.stderr[-3000:]}{done.stdout[-500:]}")
    return done.stdout


def assembled(vegttt, task, size, kernel):
    """The translation unit as the program builds it, with kernel launches as function calls."""
    text = run(vegttt, "scaffold", task, "--dialect", "cuda", "--size", size, "--fill", kernel)
    lines = text.split("# assembled", 1)[1].splitlines()[1:]
    code = "\n".join(re.sub(r"^ *\d+ +\d* *\| ?", "", line) for line in lines)
    code = re.sub(r'#include "vegttt_candidate.h"|#line .*|#pragma unroll.*', "", code)
    code = SHARED.sub(r"\1* \2 = reinterpret_cast<\1*>(emulated::dynamic_shared);", code)
    return LAUNCH.sub(r"emulated::launch(emulated::config(\2), [=] { \1(\3); });", code)


def precompile(folder):
    """The header, so that a candidate compiles in half of the time."""
    run(*COMPILER, "-x", "c++-header", str(HERE / "cuda_on_cpu/cuda_on_cpu.h"), "-o", str(folder / "cuda_on_cpu.h.gch"))


def build(code, folder, headers):
    (folder / "candidate.inc").write_text(code)
    program = str(folder / "program")
    run(*COMPILER, f"-I{headers}", f"-I{HERE}/cuda_on_cpu", f'-DCANDIDATE="{folder}/candidate.inc"',
        str(HERE / "cuda_on_cpu/main.cpp"), "-o", program)
    return program


def draw(spec, shape, classes, random):
    """Signed, off-centre values with outliers, in the structure that the task promises."""
    structure = spec.get("structure", "")
    if structure == "bool":
        return random.integers(0, 2, shape).astype(bool)
    if structure == "class_index":
        return random.integers(0, classes, shape).astype(np.int64)
    if structure == "sign":
        return np.where(random.integers(0, 2, shape) == 1, 1, -1).astype(np.float32)
    values = random.standard_normal(shape) * 1.3 + 0.2
    flat = values.reshape(-1)
    flat[random.integers(0, flat.size, 4)] *= 12
    if structure == "probabilities":
        values = np.exp(values - values.max(-1, keepdims=True))
        values /= values.sum(-1, keepdims=True)
    if structure == "symmetric":
        values = np.triu(values) + np.triu(values, 1).T
    if structure in ("upper_triangular", "lower_triangular"):
        values = np.triu(values) if structure.startswith("upper") else np.tril(values)
    return values.astype(np.float32)


def compare(outputs, truth):
    """The largest error of any order of threads, in units of the output's root mean square."""
    if truth.dtype.kind in "iub":
        return float((outputs != truth.reshape(1, -1)).sum())
    truth = truth.reshape(1, -1).astype(np.float64)
    if not np.isfinite(outputs).all():
        return float("inf")
    scale = np.maximum(np.sqrt(np.mean(truth**2)), np.abs(truth)) + 1e-30
    return float(np.max(np.abs(outputs - truth) / scale))


def dimensions(task, size):
    """Sizes, constants and what is derived from them, by name."""
    known = {**task["sizes"][size], **task.get("constants", {})}
    for name, expression in task.get("derived", {}).items():
        known[name] = eval(str(expression), {}, known)
    return known


def shape_of(spec, known):
    return [eval(str(extent), {}, known) for extent in spec["shape"]]


def check(vegttt, headers, orders, kernel, size):
    number = int(kernel.name[:3])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, task = task_file(number, size, folder)
        program = build(assembled(vegttt, str(path), "tiny", str(kernel)), folder, headers)
        known = dimensions(task, "tiny")
        random = np.random.default_rng(number)
        tensors = {}
        for input_name, spec in task["inputs"].items():
            tensor = draw(spec, shape_of(spec, known), known.get("CLASSES", 0), random)
            if task["name"] == "cumulative product":
                tensor = (1 + 0.1 * np.tanh(tensor)).astype(np.float32)
            tensors[input_name] = tensor
            tensor.tofile(folder / input_name)
        save_file(tensors, folder / "in.safetensors")
        run(vegttt, "tasks", "reference", str(path), "--inputs", str(folder / "in.safetensors"), "--out",
            str(folder / "out.safetensors"), "--dtype", "float64")
        truth = load_file(folder / "out.safetensors")["out"]
        kind = np.int64 if truth.dtype.kind == "i" else np.float32
        run(program, str(orders), *[str(folder / n) for n in tensors], str(truth.size * kind().itemsize),
            str(folder / "outputs"))
        return compare(np.fromfile(folder / "outputs", kind).reshape(orders, -1), truth)


def launches(vegttt, headers, kernel):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, _ = task_file(int(kernel.name[:3]), "paper", folder)
        return run(build(assembled(vegttt, str(path), "paper", str(kernel)), folder, headers), "--launch-only")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--vegttt", default=str(ROOT / "build/release/bin/vegttt"))
    parser.add_argument("--sizes", default="tiny,wide")
    parser.add_argument("--orders", type=int, default=3, help="of threads: ascending, descending, shuffled")
    parser.add_argument("--launches", action="store_true")
    parser.add_argument("--tolerance", type=float, default=2e-5)
    options = parser.parse_args()
    files = options.files or sorted((ROOT / "kernels/examples/cuda").glob("*.cu"))
    jobs = [(f, s) for f in files for s in (["paper"] if options.launches else options.sizes.split(","))]
    failed = 0
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        headers = Path(name)
        precompile(headers)

        def one(job):
            try:
                if options.launches:
                    return launches(options.vegttt, headers, job[0])
                return check(options.vegttt, headers, options.orders, *job)
            except (OSError, RuntimeError) as error:
                return error

        for (file, size), result in zip(jobs, pool.map(one, jobs)):
            wrong = isinstance(result, Exception) or (not options.launches and not result < options.tolerance)
            failed += wrong
            text = result if isinstance(result, (str, Exception)) else f"{result:.1e}"
            print(f"{'WRONG' if wrong else 'ok   '} {file.name} {size} {text}", flush=True)
    print(f"{len(jobs) - failed} of {len(jobs)} agree")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
