"""The explorer as an application: addresses, formats, errors, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isthmus.errors import BadInput, DataCorrupted, IsthmusError, NotFound, Unforeseen
from isthmus.report.html import render_html, style_source
from isthmus.report.parts import style_sheet
from isthmus.runtime import canonical_json
from isthmus.runtime.faults import as_named, let_go
from isthmus.runtime.home import home_folder
from isthmus.web.changes import CHANGES, SENT, Answer, changed, events, uploaded
from isthmus.web.guard import Gate, Guard
from isthmus.web.loading import Loader
from isthmus.web.openapi import description
from isthmus.web.query import Query, place
from isthmus.web.respond import FORMS, JSON, PAGE, START, TYPES, Reply, reply
from isthmus.web.state import Asked, Explorer
from isthmus.web.subjects import SUBJECTS
from isthmus.web.trouble import trouble, trouble_json
from isthmus.web.turns import AGAIN, Busy, in_turn
from isthmus.web.view import View
from isthmus.web.waiting import Waits, waiting, whole

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

Page = Callable[[Asked], View]

PAGES: tuple[tuple[str, str], ...] = (
    ("/", "start.start"),
    (START, "start.start"),
    ("/search", "search.search"),
    ("/studies", "start.studies"),
    ("/study/{study}", "study.study"),
    *((f"/study/{{study}}/{name}", "subject.subject") for name in SUBJECTS),
    *((f"/{name}/{{home}}/{{partner}}", "subject.subject") for name in SUBJECTS),
    ("/study/{study}/whatif", "whatif.whatif"),
    ("/whatif/{home}/{partner}", "whatif.whatif"),
    ("/wizard", "wizard.wizard"),
    ("/answers", "start.answers"),
    ("/backtest", "backtest.backtest"),
    ("/production", "production.production"),
    ("/package", "package.package"),
    ("/suppliers", "suppliers.lists"),
    ("/suppliers/{list}", "suppliers.suppliers"),
    ("/economy/{code}", "economy.economy"),
    ("/product/{code}", "product.product"),
    ("/material/{name}", "product.material"),
    ("/claims", "claims.claims"),
    ("/claims/{study}", "claims.study_claims"),
    ("/claims/{study}/{claim}", "claims.claim"),
    ("/figure/{key}", "figure.figure"),
    ("/data", "data.datasets"),
    ("/data/{key}", "data.dataset"),
    ("/lenses", "lens.lenses"),
    ("/lens/{lens}", "lens.lens"),
    ("/tables", "data.tables"),
    ("/table/{key}", "data.viewer"),
    ("/runs", "data.runs"),
    ("/runs/compare", "data.compare"),
    ("/run/{run}", "data.run"),
    ("/job/{job}", "job.job"),
)
"""Address of every page, and its function as module and name; see `isthmus.web.loading`."""
PARTS = "x-parts"
"""Header in which the script of a page names what it puts in place while a control moves."""
SAME = frozenset({"subject.subject", "economy.economy", "product.product", "product.material"})
"""Pages that rest on world and address alone: what they show is written once."""


def create_app(explorer: Explorer, gate: Gate, hosts: Iterable[str]) -> ASGIApp:
    """Return the application.

    Parameters
    ----------
    explorer : Explorer
        World and texts.
    gate : Gate
        Token and session.
    hosts : iterable of str
        What the header ``Host`` may say.
    """
    answers = {path: _answer(explorer, path, page) for path, page in PAGES}
    answers |= {"/go": _go(explorer), "/dossier/{study}": _dossier(explorer)}
    answers |= {"/assets/{name}": _asset, "/openapi": _described}

    async def absent(request: Request, error: Exception) -> Response:
        return _failed(explorer, request, error)

    answers |= {"/job/{job}/events": events(explorer)}
    answers |= {"/suppliers/{list}/sheet": _written(explorer, function("suppliers.sheet"))}
    answers |= {"/wizard/dossier": _written(explorer, function("wizard.dossier"))}
    answers |= {"/study/{study}/sheet": _written(explorer, function("study.sheet"))}
    routes = [Route(path, _named(explorer, answer)) for path, answer in answers.items()]
    routes += [
        Route(path, _named(explorer, changed(explorer, function(change))), methods=["POST"])
        for path, change in CHANGES.items()
    ]
    for path, take in SENT.items():
        sends = _named(explorer, uploaded(explorer, function(take)))
        routes.append(Route(path, sends, methods=["POST"]))
    app = Starlette(routes=routes, exception_handlers={HTTPException: absent})
    return Guard(_Formats(app), gate, hosts)


LOADER = Loader((*(name for _, name in PAGES), *CHANGES.values(), *SENT.values()))
function = LOADER.function


def _named(explorer: Explorer, make: Answer) -> Answer:
    """Answer whatever is raised by a page that says what went wrong."""

    async def named(request: Request) -> Response:
        try:
            return await make(request)
        except Waits as waits:
            return _response(reply(_asked(explorer, request), waiting(explorer, waits.job)))
        except Exception as error:  # noqa: BLE001 - a face shows every error by name
            answer = _failed(explorer, request, error)
            let_go(error)
            return answer

    return named


class _Formats:
    """Take the ending that names a format off the path before a page is looked up."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "isthmus.form": PAGE}
            stem, _, ending = scope["path"].rpartition(".")
            if ending in FORMS and stem and not scope["path"].startswith("/assets/"):
                scope |= {"path": stem, "isthmus.form": ending}
        await self.app(scope, receive, send)


def _asked(explorer: Explorer, request: Request, **words: str) -> Asked:
    query = Query(request.query_params.multi_items())
    path, given = place(request.scope["path"]), {**request.path_params, **words}
    parts = frozenset(request.headers.get(PARTS, "").split())
    return Asked(explorer, path, given, query, _form(request), parts)


def _answer(explorer: Explorer, path: str, name: str) -> Answer:
    page: Page = function(name)
    # The subject of a page is the part of its address that no party stands for.
    part = next((part for part in path.split("/") if part in SUBJECTS), "")
    named = {"subject": part} if part else {}

    async def answer(request: Request) -> Response:
        asked = _asked(explorer, request, **named)

        def make() -> Reply:
            return reply(asked, page(asked))

        if name not in SAME or asked.form != PAGE:
            return _response(await in_turn(make))
        key = request.scope["path"], request.scope["query_string"]
        return _response(await in_turn(explorer.shown.get, key, make))

    return answer


async def _described(_request: Request) -> Response:
    """The explorer's own description, whatever ending was asked for."""
    await in_turn(LOADER.load)
    from isthmus.ensemble.lenses import all_lenses

    about = description([path for path, _ in PAGES], all_lenses())
    return _response(Reply((canonical_json(about, indent=1) + "\n").encode(), JSON))


def _response(made: Reply, status: int = 0) -> Response:
    headers = {}
    if made.file:
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in made.file)
        headers["content-disposition"] = f'attachment; filename="{safe}"'
    return Response(made.body, status or made.status, headers, TYPES[made.form])


def _go(explorer: Explorer) -> Answer:
    go_to: Callable[[Asked], str] = function("start.go")

    async def go(request: Request) -> Response:
        return RedirectResponse(go_to(_asked(explorer, request)), 303)

    return go


def _dossier(explorer: Explorer) -> Answer:
    """The dossier as one document."""

    async def dossier(request: Request) -> Response:
        await in_turn(LOADER.load)
        asked = _asked(explorer, request)
        question = explorer.answers.question_of(asked.words["study"])
        await in_turn(whole, asked, question)
        return _document(await in_turn(explorer.answers.document, question, render_html))

    return dossier


def _written(explorer: Explorer, write: Callable[[Asked], str]) -> Answer:
    """What a function writes for an address, as one document."""

    async def answer(request: Request) -> Response:
        asked = _asked(explorer, request)
        return _document(await in_turn(write, asked))

    return answer


def _document(page: str) -> Response:
    """One self-contained document; its own policy allows its style sheet by hash."""
    policy = (
        f"default-src 'none'; style-src {style_source(page)}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return Response(page, 200, {"content-security-policy": policy}, TYPES[PAGE])


ASSETS = {"explorer.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"}


async def _asset(request: Request) -> Response:
    """A file of the explorer; only those listed have an address."""
    name = request.path_params["name"]
    if name == "style.css":
        text = style_sheet() + _static("explorer.css")
        return Response(text, 200, media_type="text/css; charset=utf-8")
    if name not in ASSETS:
        raise HTTPException(404)
    return Response(_static(name), 200, media_type=ASSETS[name])


def _static(name: str) -> str:
    return (resources.files("isthmus.web") / "static" / name).read_text("utf-8")


def _form(request: Request) -> str:
    return str(request.scope.get("isthmus.form", PAGE))


def _failed(explorer: Explorer, request: Request, error: Exception) -> Response:
    """Answer an error with its name, what is wrong, and how to mend it."""
    path = request.scope["path"]
    if isinstance(error, HTTPException):
        named: IsthmusError = NotFound(explorer.t("error.no_page"), where=path)
        status = error.status_code
        named = named if status == 404 else IsthmusError(error.detail, where=path)
    else:
        named = as_named(error, Path(home_folder()) / "store")
        status = _status(named)
    if _form(request) == JSON:
        made = Reply(trouble_json(named), JSON)
    else:
        known = [known for known, _ in PAGES if "{" not in known and known != START]
        asked = Asked(explorer, place(path), {}, Query(()))
        made = reply(asked, trouble(explorer, named, path, known))
    answer = _response(made, status)
    if isinstance(named, Busy):
        answer.headers["retry-after"] = str(AGAIN)
    return answer


def _status(error: IsthmusError) -> int:
    if isinstance(error, Busy):
        return 503
    if isinstance(error, Unforeseen | DataCorrupted):
        return 500
    if isinstance(error, NotFound):
        return 404
    return 400 if isinstance(error, BadInput) else 422
