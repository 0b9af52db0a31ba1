"""CPU time of processes, from Linux's /proc."""

import os
from collections import defaultdict
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def parse_stat(text: str) -> tuple[int, float]:
    """
    Return a process's parent, and the CPU seconds of the process and of its children that have ended.

    :param text: of `/proc/<pid>/stat`: the name of the program is in brackets, and may have blanks and brackets in it
    """
    fields = text.rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / TICKS_PER_SECOND


def tree_seconds(root: int) -> float:
    """Return the CPU seconds of a process and of all its descendants."""
    seconds, children = {}, defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent, used = parse_stat((folder / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):  # it has ended: its parent has its seconds
                continue
            seconds[int(folder.name)] = used
            children[parent].append(int(folder.name))
    found, total = [root], 0.0
    while found:
        pid = found.pop()
        total += seconds.get(pid, 0.0)
        found += children[pid]
    return total


def parent_of(pid: int) -> int:
    return parse_stat(Path(f"/proc/{pid}/stat").read_text())[0]
