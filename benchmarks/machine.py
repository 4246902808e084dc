"""Prints the machine's description, as the rows of a Markdown table: what a figure is worth depends on it.

    python machine.py --requirements sentiment/requirements.txt

The packages that the file names are told with the versions that are installed.
"""

import argparse
import datetime
import os
import platform
from importlib.metadata import version
from pathlib import Path


def cpu():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def memory():
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"
    except (AttributeError, ValueError, OSError):
        return "unknown"


def system():
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    return f"{name}, {platform.system()} {platform.release()}, {platform.machine()}"


def packages(requirements):
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return [line.split("==")[0].strip() for line in lines if line.strip()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requirements", type=Path, required=True)
    args = parser.parse_args()

    rows = {
        "date": datetime.date.today().isoformat(),
        "cpu": cpu(),
        "cores": str(os.cpu_count()),
        "memory": memory(),
        "system": system(),
        "python": platform.python_version(),
    }
    rows |= {package: version(package) for package in packages(args.requirements)}
    for name, value in rows.items():
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
