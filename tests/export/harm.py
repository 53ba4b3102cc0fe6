"""Harm an export as disks, transfers and attackers do, each case by the number it is drawn from."""

from __future__ import annotations

import json
import random
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

Harm = Callable[[bytearray, random.Random], None]


def flip(content: bytearray, draw: random.Random) -> None:
    """Change one to four bits."""
    for _ in range(draw.choice([1, 1, 1, 2, 4])):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)


def cut(content: bytearray, draw: random.Random) -> None:
    del content[draw.randrange(len(content)) :]


def empty(content: bytearray, draw: random.Random) -> None:
    content.clear()


def leave_out(content: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(content))
    del content[start : start + draw.choice([1, 2, 16, 512])]


def insert(content: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(content))
    content[start:start] = draw.choice([draw.randbytes(8), b"\0", b"9", b'"', b"[" * 5000, content[start : start + 99]])


def swap_blocks(content: bytearray, draw: random.Random) -> None:
    size = draw.choice([1, 4, 64, 512])
    one, other = sorted(draw.randrange(len(content)) for _ in range(2))
    if one + size <= other:
        here, there = content[one : one + size], content[other : other + size]
        content[other : other + size], content[one : one + size] = here, there


def overwrite(content: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(content))
    size = min(draw.choice([1, 8, 512]), len(content) - start)
    content[start : start + size] = draw.choice([bytes(size), b"\xff" * size, draw.randbytes(size)])


def change_number(content: bytearray, draw: random.Random) -> None:
    """Replace a digit by other digits: what is left is as whole as before, and says something else."""
    digits = [place for place, byte in enumerate(content) if byte in b"0123456789"]
    if digits:
        place = draw.choice(digits)
        content[place : place + 1] = draw.choice([b"0", b"7", b"99999999999999999999", b"1e400", b"-1", b"null"])


HARMS: list[Harm] = [flip, flip, cut, empty, leave_out, insert, swap_blocks, overwrite, change_number, change_number]


def harm(folder: Path, seed: int) -> str:
    """Harm an export, and say how."""
    draw = random.Random(seed)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    name = draw.choice(names)
    whole = draw.random()
    if whole < 0.05:
        (folder / name).unlink()
        return f"{name} removed"
    if whole < 0.1:
        other = draw.choice(names)
        here, there = (folder / name).read_bytes(), (folder / other).read_bytes()
        (folder / name).write_bytes(there)
        (folder / other).write_bytes(here)
        return f"{name} and {other} swapped"
    way, content = draw.choice(HARMS), bytearray((folder / name).read_bytes())
    if content:
        way(content, draw)
    (folder / name).write_bytes(content)
    return f"{name}: {way.__name__}"


def attack(export: Path, work: Path, rows: dict, first: int, last: int) -> None:
    """Harm copies of an export, make their sums fit, load and ask them; say before and after each what comes of it."""
    import resource

    from modelzoo_registry import ZooError

    import modelzoo
    from modelzoo.artifacts.checksums import write_sums

    resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))  # what asks for more memory is refused it, and tells
    for seed in range(first, last):
        print(json.dumps({"seed": seed}), flush=True)
        copy = Path(shutil.copytree(export, work / f"{seed}"))
        how = harm(copy, seed)
        write_sums(copy)
        try:
            modelzoo.load_export(copy).predict(rows)
            came = "predicted"
        except ZooError:
            came = "refused"
        except BaseException:  # whatever it is, it is to be told
            came = traceback.format_exc()
        shutil.rmtree(copy)
        print(json.dumps({"seed": seed, "how": how, "came": came}), flush=True)


if __name__ == "__main__":
    folder, place, given, start, stop = sys.argv[1:]
    attack(Path(folder), Path(place), json.loads(given), int(start), int(stop))
