"""What a reader asks of an event: how hard, how long, which stocks; and own shocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from isthmus import codes
from isthmus.codes.nodes import CHIPS
from isthmus.ensemble.losses import Losses
from isthmus.ensemble.losses import Question as Asking
from isthmus.ensemble.losses.between import (
    At,
    Between,
    Corner,
    RecordedPoint,
    at_of,
    between,
    corners,
    losses_at,
    moved,
    recorded,
)
from isthmus.errors import BadInput, IsthmusError, did_you_mean
from isthmus.runtime.reading.values import natural
from isthmus.scenario import Scenario
from isthmus.study.events import Event, events_of
from isthmus.study.prepare import moved_question
from isthmus.study.schema import Study
from isthmus.web.answers import PageQuestion
from isthmus.web.asking import parties_of
from isthmus.web.query import MOVED, Query, real
from isthmus.web.state import Explorer

OWN = "own"
ALL = "*"
TOGETHER = "~"
"""Stands between shocks of an address that happen together; the sliders move the first."""
SIDES: Mapping[str, tuple[str, str]] = {
    "export_stop": ("exporters", "importers"),
    "purchase_ban": ("importers", "exporters"),
    "embargo": ("economies", "partners"),
    "capacity_loss": ("economies", ""),
    "demand_surge": ("economies", ""),
}
"""Kinds of shock that a form builds: the fields of who acts or is hit, and towards whom."""
GROUPS = ("GOODS", "MANUFACTURING", CHIPS)
"""Groups of industries that stand before the single ones."""
SAME = At(0.5, 60)
MOST = 4
"""Scenarios side by side."""
LONGEST = 365
"""Last day of a shock: the runs end a year after the start."""
LONGEST_STOCK = 180
"""Most days of stock beside today's."""


@dataclass(frozen=True, slots=True)
class WantedScenario:
    """One scenario of a reader.

    Parameters
    ----------
    token : str
        Event or shock of one's own, as an address names it.
    event : Event
        What happens, as the package or the reader has it.
    at : At
        How hard, how long, with how many more days in stock.
    more : tuple of WantedScenario
        What happens with it, each as hard and long as the reader left it.
    """

    token: str
    event: Event
    at: At
    more: tuple[WantedScenario, ...] = ()

    @property
    def first(self) -> str:
        """The event or shock that the sliders move, without what happens with it."""
        return self.token.partition(TOGETHER)[0]

    @property
    def text(self) -> str:
        """The scenario as one word of an address."""
        at = self.at
        return f"{self.token}:{at.severity:g}:{at.duration}:{at.more_days:g}"

    @property
    def scenario(self) -> Scenario:
        """What happens, moved."""
        name = f"{self.event.scenario.name}-{self.at.severity * 100:.0f}-{self.at.duration}"
        found = moved(self.event.scenario, self.at)
        return found.model_copy(update={"name": name, "title": "", "reason": ""})


@dataclass(frozen=True, slots=True)
class Found:
    """What is recorded around a scenario.

    Parameters
    ----------
    points : mapping of At to RecordedPoint
        Recorded points of its family.
    answer : Between or None
        The loss of home; None where it lies outside what is recorded.
    """

    points: Mapping[At, RecordedPoint]
    answer: Between | None


def events(explorer: Explorer, question: PageQuestion) -> dict[str, Event]:
    """Return the events of a question whose severity and duration can be moved, by name."""
    study = explorer.answers.study(question)

    def listed() -> dict[str, Event]:
        found: dict[str, Event] = {}
        # Events that differ in nothing but how hard and how long are one here.
        for event in sorted(events_of(study, explorer.world), key=lambda event: not event.detail):
            if at_of(event.scenario) is not None:
                found.setdefault(moved(event.scenario, SAME).identity, event)
        return {event.key: event for event in found.values()}

    return explorer.answers.kept(("events", question.key), listed)


def wanted_of(explorer: Explorer, question: PageQuestion, query: Query) -> WantedScenario:
    """Return the scenario that an address asks for; what is wrong is noted in `query`.

    Severity, duration and stock count for the event for which they were set: another event starts
    with its own.
    """
    known = events(explorer, question)
    usual = next((key for key, event in known.items() if event.detail), next(iter(known), ""))
    for name in MOVED:
        query.text(name)
    built, before = _built(query), query.text("event", usual)
    token = built or before
    if built and query.choice("add", ("true",), ""):
        token = f"{built}{TOGETHER}{_left(query, known, before)}"
    found = _event(known, token)
    if found is None:
        query.problem("event", f"{token!r} is no event", did_you_mean(token, known))
        query.check_own()
        found = known[usual], ()
    event, more = found
    at = at_of(event.scenario) or At(1.0, 30)
    of = query.text("of", token)
    severity = query.text("severity")
    moved_to = At(
        _share(query, "severity", at.severity),
        query.whole("duration", at.duration, least=1, most=LONGEST),
        float(query.whole("stock", 0, least=0, most=LONGEST_STOCK)),
    )
    if built or (of != token and severity):
        moved_to = at
    return _checked(query, "severity", WantedScenario(token, event, _held(event, moved_to), more))


def beside_of(
    explorer: Explorer, question: PageQuestion, query: Query
) -> tuple[WantedScenario, ...]:
    """Return the scenarios that stand beside it; what is wrong is noted in `query`."""
    known = events(explorer, question)
    words = query.words("beside")
    if len(words) >= MOST:
        query.problem("beside", f"names {len(words)}; at most {MOST - 1} stand beside one")
    found = []
    for word in words[: MOST - 1]:
        token, *numbers = word.split(":")
        named, values = _event(known, token), [real(text) for text in numbers]
        days = natural(numbers[1]) if len(numbers) == 3 else None
        at = (
            None if days is None or None in values else At(values[0] or 0.0, days, values[2] or 0.0)
        )
        if named is None or at is None or not _within(at):
            query.problem("beside", f"{word!r} is no scenario", "EVENT:SEVERITY:DAYS:STOCK")
            continue
        event, more = named
        found.append(
            _checked(query, "beside", WantedScenario(token, event, _held(event, at), more))
        )
    return tuple(found)


def _within(at: At) -> bool:
    return 1 <= at.duration <= LONGEST and 0.0 <= at.more_days <= LONGEST_STOCK


def _held(event: Event, at: At) -> At:
    """Return a place without stocks where nothing is stopped that could be held."""
    return at if event.inputs else replace(at, more_days=0.0)


def asking(study: Study, wanted: WantedScenario) -> Asking:
    """Return the question whose answer is the scenario's exact loss."""
    asked = moved_question(wanted.event, study, wanted.at)
    return replace(asked, scenario=wanted.scenario)


def found_for(explorer: Explorer, study: Study, wanted: WantedScenario, until: int) -> Found:
    """Return what recorded runs say of a scenario."""
    home = study.party("home")
    asked = replace(asking(study, wanted), levels=())
    points = recorded(asked, wanted.event.inputs, home, explorer.world)
    some = corners(points, wanted.at)
    return Found(points, between_of(explorer, some, home, until) if some else None)


def between_of(explorer: Explorer, some: Sequence[Corner], party: str, until: int) -> Between:
    """Return a loss between recorded points, each run read once."""

    def read(place: RecordedPoint) -> Losses:
        key = ("losses", str(place.store.root), place.run, place.level)
        return explorer.answers.kept(key, lambda: losses_at(place))

    return between(some, party, until, read=read)


def _checked(query: Query, name: str, wanted: WantedScenario) -> WantedScenario:
    try:
        wanted.scenario  # noqa: B018 - building it checks the values against the rules of the shock
    except BadInput as error:
        for problem in error.problems:
            query.problem(name, problem.what, problem.hint)
        query.check_own()
    return wanted


def _share(query: Query, name: str, default: float) -> float:
    value = query.number(name)
    if value is None:
        return default
    if not 0.0 < value <= 1.0:
        query.problem(name, f"{value:g} is no share above 0 and at most 1")
        return default
    return value


def _built(query: Query) -> str:
    """Return the shock that a form builds, as a word of an address; empty where it builds none."""
    kind, who = query.choice("kind", tuple(SIDES), ""), query.text("who")
    whom, what = query.text("whom", ALL), query.choice("what", _goods(), ALL)
    if not kind:
        return ""
    parties_of(query, ("who",) if whom == ALL else ("who", "whom"))
    if not who:
        query.problem("who", "is missing")
    query.check_own()
    if SIDES[kind][1] and not _cross(who, whom):
        query.problem("whom", f"no trade between {who} and {whom} crosses a border")
        query.check_own()
    return ".".join((OWN, kind, who, whom, what))


def _left(query: Query, known: Mapping[str, Event], token: str) -> str:
    """Return what stood on the page before, each as hard and long as it was left."""
    first, _, rest = token.partition(TOGETHER)
    found = _event(known, first)
    at = (at_of(found[0].scenario) if found else None) or At(1.0, 30)
    severity = _share(query, "severity", at.severity) * 100
    days = query.whole("duration", at.duration, least=1, most=LONGEST)
    left = f"{first}.{f'{severity:g}'.replace('.', '_')}.{days}"
    return f"{left}{TOGETHER}{rest}" if rest else left


def _event(
    known: Mapping[str, Event], token: str
) -> tuple[Event, tuple[WantedScenario, ...]] | None:
    """Return the event of a word, with what happens with it; None where there is none.

    A word is an event of the study or a shock of one's own; what happens with it follows, each
    with its severity in percent and its days.
    """
    first, *rest = token.split(TOGETHER)
    event = known.get(first) or _own(first)
    more = [_with(known, word) for word in rest]
    if event is None or len(rest) >= MOST or None in more:
        return None
    with_it = tuple(one for one in more if one is not None)
    if not with_it:
        return event, ()
    scenario = event.scenario.model_copy(
        update={
            "name": f"{event.scenario.name}-and-{len(with_it)}",
            "shocks": (*event.scenario.shocks, *(s for w in with_it for s in w.scenario.shocks)),
        }
    )
    inputs = tuple(dict.fromkeys((*event.inputs, *(i for w in with_it for i in w.event.inputs))))
    return replace(event, scenario=scenario, inputs=inputs), with_it


def _with(known: Mapping[str, Event], word: str) -> WantedScenario | None:
    """Return what happens with an event, from its word with severity and days."""
    token, severity, days = (*word.rsplit(".", 2), "", "")[:3]
    event = known.get(token) or _own(token)
    share, length = real(severity.replace("_", ".")), natural(days)
    if event is None or share is None or length is None:
        return None
    at = At(share / 100, length)
    return WantedScenario(token, event, at) if 0 < at.severity <= 1 and _within(at) else None


def _own(token: str) -> Event | None:
    """Return the shock of one's own that a word names; None where it names none."""
    head, _, rest = token.partition(".")
    parts = rest.split(".")
    if head != OWN or len(parts) != 4 or parts[0] not in SIDES:
        return None
    kind, who, whom, what = parts
    first, second = SIDES[kind]
    shock = {"kind": kind, first: [who], "industries": [what], "severity": 0.5, "duration": 90}
    if second:
        shock[second] = [whom]
    if what not in _goods() or not all(_is_party(code) for code in {who, whom} - {ALL}):
        return None
    if who == ALL or (second and not _cross(who, whom)):
        return None
    name = f"own-{kind}".replace("_", "-")
    scenario = Scenario.from_dict({"name": name, "shocks": [shock], "horizon": LONGEST})
    return Event(OWN, who, scenario, inputs=(what,) if what != ALL else ())


def _is_party(code: str) -> bool:
    try:
        codes.resolve(code, where="who")
    except IsthmusError:
        return False
    return True


def _cross(who: str, whom: str) -> bool:
    """Tell whether anything that two parties trade crosses a border."""
    return whom == ALL or len({*codes.members(who), *codes.members(whom)}) > 1


def _goods() -> tuple[str, ...]:
    return (ALL, *(code for code, _ in choices_of_industries()))


def choices_of_industries() -> tuple[tuple[str, str], ...]:
    """Return code and name of what a shock can be about: groups, then industries."""
    named = {code: industry.name for code, industry in codes.industries().items()}
    return (*((group, group) for group in GROUPS), *named.items())
