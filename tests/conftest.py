"""Fixtures shared by all tests; suites that cannot run say so."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.internal.constants_ast import Constants

# Workers share the cores: threads of one matrix product that wait for each other cost several times
# its work. Faces call every lens with one thread as well.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# At Python's own pace a twelfth of the time of the explorer's tests went into looking for cycles.
gc.set_threshold(50_000, 20, 20)

if TYPE_CHECKING:
    from isthmus.study import Study
    from isthmus.study.dossier import Dossier

PROJECT = Path(__file__).resolve().parents[1]

# Where Python is told to keep no bytecode, every worker would compile every test and package, two
# thirds of what it takes to collect, and every command all it needs. It is kept apart from sources.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    sys.pycache_prefix = str(PROJECT / ".pytest_cache" / "bytecode")
    sys.dont_write_bytecode = False
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

BROWSER = ("tests/report/test_browser.py", "tests/web/test_browser.py")
TOGETHER = {
    **{file: (file,) for file in BROWSER},
    "dossiers": ("tests/report/", "tests/study/test_golden.py", "tests/study/test_needs.py"),
    "explorer": ("tests/web/",),
    "clusters": ("tests/ensemble/test_cluster.py", "tests/runtime/test_cluster.py"),
}
"""Files whose tests share what takes long to make: dossiers, an explorer; or disturb each other."""

LONG = (
    *BROWSER,
    "dossiers",
    "explorer",
    "tests/lenses/test_contract.py",
    "tests/cli/test_process.py",
    "tests/kill/test_kills.py",
    "clusters",
)

LIBRARIES = ("scipy.stats", "numba", "altair", "distributed")
"""Libraries that take long to compile where nothing has loaded them yet."""

REQUIRED = os.environ.get("CI") == "true"

# Property tests draw the same examples on every machine, so that a clean clone passes everywhere.
# `--hypothesis-profile=explore` draws at random and keeps what failed; `--hypothesis-seed=N`
# repeats a draw. How long an example takes says more about the machine than about the code.
settings.register_profile(
    "fixed",
    settings.get_profile("default"),
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore",
    settings.get_profile("fixed"),
    derandomize=False,
    database=DirectoryBasedExampleDatabase(PROJECT / ".hypothesis" / "examples"),
)
settings.load_profile("fixed")


class _SameEverywhere(HypothesisProvider):
    """Draw without the constants of the modules loaded so far: they differ between workers."""

    _local_constants = Constants()


def pytest_configure(config: pytest.Config) -> None:
    """Leave the constants of the code to those who explore."""
    if config.getoption("--hypothesis-profile") != "explore":
        AVAILABLE_PROVIDERS["hypothesis"] = _SameEverywhere


def _absent(what: str, reason: str) -> NoReturn:
    """Skip with the reason; on the build server a missing suite is a failure."""
    if REQUIRED:
        pytest.fail(f"{what} is required here: {reason}", pytrace=False)
    pytest.skip(f"{what} not run: {reason}")


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the runs of tests out of the user's folder."""
    before = os.environ.get("ISTHMUS_HOME")
    os.environ["ISTHMUS_HOME"] = str(tmp_path_factory.mktemp("home"))
    yield
    if before is None:
        del os.environ["ISTHMUS_HOME"]
    else:
        os.environ["ISTHMUS_HOME"] = before


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let every other worker begin with other libraries: what it compiles the rest find done."""
    worker = getattr(session.config, "workerinput", {"workerid": "gw0"})["workerid"]
    if int(worker.removeprefix("gw")) % 2:
        for name in LIBRARIES:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def pytest_collection_finish() -> None:
    """Look for no more cycles among modules and tests."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the report say which tests are slow."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.user_properties.append(("slow", ""))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give the tests of a file to one worker, and those of files that share what takes long.

    What they need is then made once, not once for every worker. What takes long comes first, then
    what has many tests, so that no worker is left with much at the end.
    """
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return next((name for name, own in TOGETHER.items() if file.startswith(own)), file)

        def _assign_work_unit(self, node: Any) -> None:
            first = next((name for name in LONG if name in self.workqueue), None)
            if first is not None:
                self.workqueue.move_to_end(first, last=False)
            super()._assign_work_unit(node)

    return Together(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that slow tests were left out, where they were."""
    if "not slow" in terminalreporter.config.getoption("markexpr"):
        said = "tests that are slow or need a browser were not run: make test-all runs them too"
        terminalreporter.write_line(said)


@pytest.fixture(scope="session")
def assessed() -> Callable[[Study], Dossier]:
    """Return what assesses a study in the starter world, once for equal studies."""
    from isthmus.study import assess
    from isthmus.world import World

    world, made = World.open("starter"), {}

    def once(study: Study) -> Dossier:
        key = study.model_dump_json()
        if key not in made:
            made[key] = assess(study, world)
        return made[key]

    return once


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of public data beside the checkout, or skip."""
    named = os.environ.get("ISTHMUS_SHARED_DATA")
    folder = Path(named) if named else PROJECT.parent / "shared" / "data"
    if not (folder / "mrio").is_dir():
        _absent("source suite", "no public data beside the checkout (set ISTHMUS_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium, or skip."""
    found = os.environ.get("ISTHMUS_CHROMIUM") or shutil.which("chromium")
    if not found:
        _absent("browser suite", "no chromium on the path (set ISTHMUS_CHROMIUM)")
    return found


COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules that look at colours: all that a colour scheme can change (see the tests of the style)."""

AUDIT = """async rules => {
  const away = [];
  const bare = (element, deep) => {
    const copy = element.cloneNode(deep);
    const words = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const text = words.currentNode;
      text.data = 'x'.repeat(Math.min(text.data.trim().length, 2));
    }
    return copy.outerHTML;
  };
  for (const body of document.querySelectorAll('tbody')) {
    const met = new Map();
    for (const row of [...body.rows]) {
      const like = bare(row, false);
      const kinds = [...row.cells].map((cell, place) => place + like + bare(cell, true));
      if (kinds.every(kind => met.get(kind) > 1)) away.push([row, row.nextSibling, body]);
      kinds.forEach(kind => met.set(kind, (met.get(kind) ?? 0) + 1));
    }
  }
  away.forEach(([row]) => row.remove());
  const only = rules ? {runOnly: {type: 'rule', values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ['violations'], ...only});
  away.reverse().forEach(([row, next, body]) => body.insertBefore(row, next));
  return found.violations.map(fault => [fault.id, fault.nodes[0].html.slice(0, 120)]);
}"""
"""Audit a page, of tables without the rows whose every cell differs from two cells of its column
in its words alone; whether a word has no letter, one or more counts. Contrast is looked up word by
word, nine tenths of the time."""


@pytest.fixture(scope="session")
def audit() -> Callable[..., list[list[str]]]:
    """Return what finds the faults of a page by axe-core, or skip.

    It takes the page of a browser, and whether only colours are looked at, and returns the name of
    each rule that is broken with the first element that breaks it. The page stays as it is.
    """
    named = os.environ.get("ISTHMUS_AXE")
    if named is None:
        package = importlib.util.find_spec("axe_playwright_python")
        if package is None or package.origin is None:
            _absent("accessibility suite", "no axe-core (install the group browser)")
        named = str(Path(package.origin).with_name("axe.min.js"))
    script = Path(named).read_text(encoding="utf-8")

    def faults(page: Any, *, colours_only: bool = False) -> list[list[str]]:
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(content=script)
        found: list[list[str]] = page.evaluate(AUDIT, COLOURS if colours_only else None)
        return found

    return faults
