"""Fetches the wheels of a requirements file and unpacks what C++ needs of them into one folder.

    python3 fetch_wheels.py REQUIREMENTS FOLDER

FOLDER appears by a rename when it is complete. Until then FOLDER.partial keeps the wheels that are done, so an
interrupted run goes on where it stopped. pip checks the hashes. Only the standard library and pip are used.
"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

# The wheels of one Python and any glibc, whatever runs here: no Python code of them is ever used.
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)]
PLATFORMS += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
TORCH_PARTS = ("torch/lib/", "torch/include/")
NEEDED_BYTES = {"torch": 4_500_000_000, "nvidia-cuda-nvcc": 500_000_000}


class Failed(Exception):
    """What went wrong and what to try, in one line."""


def requirements_of(path):
    lines = (line.strip() for line in path.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def label(requirement):
    return requirement.split()[0]


def reason_in(said):
    if "NewConnectionError" in said or "Connection" in said:
        return "the package index cannot be reached"
    lines = [line for line in said.splitlines() if line.strip() and "WARNING" not in line]
    telling = [line for line in lines if "HASHES" in line or "No space" in line]
    return (telling or lines or ["pip gave no reason"])[-1].removeprefix("ERROR: ")


def download(requirement, folder):
    listing = folder / "requirement.txt"
    listing.write_text(requirement + "\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--retries", "2", "--only-binary=:all:", "--implementation", "cp"]
    command += ["--python-version", "3.12"]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    command += ["--dest", str(folder), "-r", str(listing)]
    done = subprocess.run(command, capture_output=True, text=True)
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise Failed(f"could not fetch {label(requirement)}: {reason_in(done.stderr)}; what is complete is kept")
    return wheels[0]


def wanted(name):
    return not name.startswith(("torch/", "torchgen/", "functorch/")) or name.startswith(TORCH_PARTS)


def unpack(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if not wanted(member.filename):
                continue
            path = archive.extract(member, folder)
            if (member.external_attr >> 16) & 0o111 and not member.is_dir():
                os.chmod(path, 0o755)


def fetch(requirement, partial):
    marker = partial / ".done" / label(requirement)
    if marker.exists():
        return
    with tempfile.TemporaryDirectory(dir=partial, prefix=".wheel-") as scratch:
        unpack(download(requirement, pathlib.Path(scratch)), partial)
    marker.touch()
    print(f"  {label(requirement)}", file=sys.stderr, flush=True)


def check_room(requirements, partial):
    names = {label(requirement).split("==")[0] for requirement in requirements}
    needed = sum(size for name, size in NEEDED_BYTES.items() if name in names)
    have = shutil.disk_usage(partial).free + sum(f.stat().st_size for f in partial.rglob("*") if f.is_file())
    if have < needed:
        raise Failed(f"{partial.parent} has room for {have / 1e9:.1f} GB, {needed / 1e9:.1f} GB are needed: "
                     "make room, or choose another folder with VEGTTT_CACHE")


def link_as_nvcc_expects(folder):
    """nvcc looks in lib64 and for libraries without a version; the wheels have neither."""
    root = folder / "nvidia" / "cu13"
    if not (root / "bin" / "nvcc").exists():
        return
    (root / "lib64").symlink_to("lib")
    (root / "lib" / "libcudart.so").symlink_to("libcudart.so.13")


def fetch_all(requirements_file, folder):
    requirements = requirements_of(requirements_file)
    partial = folder.with_name(folder.name + ".partial")
    (partial / ".done").mkdir(parents=True, exist_ok=True)
    for left in partial.glob(".wheel-*"):
        shutil.rmtree(left)
    check_room(requirements, partial)
    # Two at a time: one is unpacked while the next is on its way.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(fetch, requirement, partial) for requirement in requirements]
        try:
            for job in concurrent.futures.as_completed(jobs):
                job.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    shutil.rmtree(partial / ".done")
    for left in ("lib64", "lib/libcudart.so"):
        (partial / "nvidia" / "cu13" / left).unlink(missing_ok=True)
    link_as_nvcc_expects(partial)
    partial.rename(folder)


def main():
    requirements_file, folder = map(pathlib.Path, sys.argv[1:])
    try:
        fetch_all(requirements_file, folder)
    except Failed as failure:
        print(f"set-up: {failure}", file=sys.stderr)
    except (OSError, zipfile.BadZipFile) as failure:
        print(f"set-up: {failure}; what is complete is kept, run scripts/setup again", file=sys.stderr)
    except KeyboardInterrupt:
        print("set-up: interrupted; what is complete is kept", file=sys.stderr)
        sys.exit(130)
    else:
        return
    sys.exit(4)


main()
