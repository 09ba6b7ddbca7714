"""The package emend, the one other tool that makes the plain move, in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EMEND = "0.5.6"


def emend(base: Path) -> list[str]:
    """Its command; it is installed below ``base`` when it isn't there yet."""
    folder = base / f"emend-{EMEND}"
    command = folder / "bin/emend"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", f"emend=={EMEND}"]
        subprocess.run(install, check=True)
    return [str(command)]
