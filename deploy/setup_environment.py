"""Makes a virtual environment with exactly the locked, hashed requirements.

Needs only Python 3.11 or 3.12 and a package index. uv is used where it is installed (faster);
else pip: both check every hash and resolve nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str) -> None:
    """Run, or stop with one clear line."""
    done = subprocess.run(command, check=False, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(f"set-up stopped: {' '.join(command[:4])} ... gave {done.returncode}")


def main() -> None:
    if not (3, 11) <= sys.version_info[:2] <= (3, 12):
        sys.exit(f"Linden needs Python 3.11 or 3.12, this is {sys.version.split()[0]}: "
                 "make PYTHON=/path/to/python3.11 ...")  # fmt: skip
    folder, requirements = ROOT / sys.argv[1], ROOT / sys.argv[2]
    bare = "--bare" in sys.argv
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if uv := shutil.which("uv"):
        install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        install = [str(python), "-m", "pip", "install", "--quiet", "--no-input",
                   "--disable-pip-version-check", "--ignore-requires-python"]  # fmt: skip
    os.environ.pop("PYTHONWARNINGS", None)
    run(*install, "--no-deps", "--require-hashes", "-r", str(requirements))
    if not bare:
        local = [*install, "--no-deps", "--no-build-isolation"]
        run(*local, str(ROOT / "deploy" / "no_tensorflow"))
        run(*local, "-e", str(ROOT))


if __name__ == "__main__":
    main()
