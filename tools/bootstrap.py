"""Set up an environment from nothing but Python, then run one of the project's tasks.

Usage: python3 tools/bootstrap.py TASK [ARGUMENT ...]

Needs Python 3.11 or newer and a way to install packages; uv is fetched into the environment
itself. The second run finds everything in place and starts at once.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = Path(os.environ.get("ISTHMUS_VENV", str(ROOT / ".venv")))
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
UV = "uv==0.13.9"
OLDEST = (3, 11)
MUSL = "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or "")
"""Whether the C library is musl, for which numba and the renderer of charts have no wheel."""

RUN = ["--extra", "fast", "--extra", "explore", "--no-default-groups"]
TEST = [
    *("--extra", "fast", "--extra", "interop", "--extra", "explore", "--extra", "dask"),
    *("--group", "test", "--group", "browser"),
]
FULL = [*TEST, "--group", "quality", "--group", "docs", "--group", "build"]
VALIDATE = [*FULL, "--group", "validation"]

TESTS = ["pytest", "-n", "auto", "--dist", "loadfile"]
QUICK = [] if os.environ.get("CI") == "true" else ["-m", "not slow and not browser"]

TASKS = {
    "assess": (RUN, [["isthmus", "assess", "taiwan-europe", "--force"]]),
    "test": (TEST, [[*TESTS, *QUICK]]),
    "test-all": (TEST, [TESTS]),
    "browser": (TEST, [[*TESTS, "-m", "browser"]]),
    "kill": (TEST, [["python", "tests/kill/harness.py"]]),
    "fuzz": (TEST, [["pytest", "tests/fuzz", "--hypothesis-profile=explore", "-n", "auto"]]),
    "lint": (FULL, [["python", "tools/checks/all.py"]]),
    "docs": (FULL, [["python", "-m", "sphinx", "-W", "-q", "-b", "html", "docs", "docs/_build"]]),
    "wheel": (FULL, [["python", "-m", "build", "--no-isolation"]]),
    "release": (FULL, [["python", "-m", "tools.release"]]),
    "sbom": (FULL, [["python", "-m", "tools.sbom"]]),
    "validate": (VALIDATE, [["python", "validation/all.py"]]),
    "benchmark": (VALIDATE, [["python", "benchmarks/all.py"]]),
    "setup": (VALIDATE, []),
}


def main(arguments):
    """Run the task named first; return its exit code."""
    if not arguments or arguments[0] not in TASKS:
        print("usage: python3 tools/bootstrap.py TASK\ntasks: " + ", ".join(TASKS))
        return 2
    if sys.version_info < OLDEST:
        return run_with_newer_python(arguments)
    wanted, commands = TASKS[arguments[0]]
    prepare(wanted)
    for command in commands:
        code = run(command[0], [*command[1:], *arguments[1:]])
        if code:
            return code
    return 0


def run_with_newer_python(arguments):
    """Find a newer Python on the path and start again with it."""
    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return subprocess.call([found, str(Path(__file__).resolve()), *arguments])
    print("Isthmus needs Python 3.11 or newer; this is " + sys.version.split()[0])
    return 1


def prepare(wanted):
    """Make the environment hold at least the groups in `wanted`; skip what is in place."""
    stamp = ENVIRONMENT / ".isthmus-ready"
    lock = (ROOT / "uv.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    state = hashlib.sha256(lock).hexdigest()
    ready = stamp.read_text().split("\n") if stamp.is_file() else []
    line = state + " " + " ".join(wanted)
    if line in ready:
        return
    print("setting up the environment (once) ...", file=sys.stderr)
    make_environment()
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT)}
    environment.pop("VIRTUAL_ENV", None)
    if "UV_CACHE_DIR" not in environment and not os.access(Path.home(), os.W_OK):
        environment["UV_CACHE_DIR"] = str(ENVIRONMENT / ".uv-cache")
    sync = [str(SCRIPTS / "uv"), "sync", "--locked", "--inexact", "--quiet"]
    python = ["--python", str(SCRIPTS / "python")]
    done = subprocess.run(
        [*sync, *python, *available(wanted)], cwd=ROOT, env=environment, check=False
    )
    if done.returncode:
        sys.exit("the environment could not be set up; the lines above say why")
    kept = [old for old in ready if old.startswith(state)]
    stamp.write_text("\n".join([*kept, line]))


def available(wanted, musl=MUSL):
    """Return what uv is asked for: on musl without what has no wheel there."""
    if not musl:
        return list(wanted)
    pairs = zip(wanted, [*wanted[1:], ""], strict=True)
    left = {i for i, pair in enumerate(pairs) if pair == ("--extra", "fast")}
    kept = [word for i, word in enumerate(wanted) if i not in left and i - 1 not in left]
    return [*kept, "--no-install-package", "vl-convert-python"]


def make_environment():
    """Create the virtual environment and put uv into it, where they are missing."""
    if not (SCRIPTS / ("python.exe" if os.name == "nt" else "python")).exists():
        try:
            venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(ENVIRONMENT)
        except subprocess.CalledProcessError:
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            sys.exit(
                "this Python cannot make virtual environments: install its venv module "
                "(on Debian and Ubuntu the package python3-venv) and run the command again"
            )
    pip = [str(SCRIPTS / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", UV], check=True)


def run(program, arguments):
    """Run a program of the environment from the project's root; return its exit code."""
    environment = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        return subprocess.call([str(SCRIPTS / program), *arguments], cwd=ROOT, env=environment)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
