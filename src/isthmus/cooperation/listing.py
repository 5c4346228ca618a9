"""Tables that show a catalogue: packages, actions, hazards, and every number of an action."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from isthmus.errors import NotFound, did_you_mean
from isthmus.evidence import IN_UNIT, Column, Kind, Table
from isthmus.evidence.frames import of_rows
from isthmus.scenario.actions import Action
from isthmus.scenario.amounts import RangedAmount
from isthmus.scenario.hazards import Hazard
from isthmus.scenario.packages import Catalogue, Package

MONEY = "million EUR"
YEARLY = "million EUR a year"
UNCHECKED = "legal bases were not checked by a legal service"
NET = "net cost: outlay less value received and resale; a transfer is in no total"

_UNITS = {
    "cost.published": MONEY,
    "cost.one_off": MONEY,
    "cost.yearly": YEARLY,
    "cost.life_years": "years",
    "cost.transfer": MONEY,
    "cost.contingent": MONEY,
    "undo_months": "months",
    "lead_months": "months",
    "ramp_months": "months",
    "days": "days",
    "weeks": "weeks",
    "delay_months": "months",
    "duration_days": "days",
    "yearly_probability": "share a year",
}


def tables_of(catalogue: Catalogue) -> tuple[Table, ...]:
    """Return the packages, actions and hazards of a catalogue."""
    return (
        packages_table(catalogue.packages),
        actions_table(catalogue.actions),
        hazards_table(catalogue.hazards),
    )


def packages_table(packages: Iterable[Package]) -> Table:
    """Return the packages with what each asks for, of whom, and its actions."""
    columns = (
        Column("package", "dimension", text="key"),
        Column("title", "attribute", text="the package"),
        Column("actions", "attribute", text="its actions; none for things as they are"),
        Column("asks", "attribute", text="the decision that it asks for"),
        Column("of", "attribute", text="of whom"),
        Column("lower", "attribute", text="the same content at a lower step"),
        Column("returns", "attribute", text="what can be asked for in return, and who delivers it"),
        Column("counter", "attribute", text="the strongest argument against it"),
    )
    rows = [
        (
            p.key,
            p.title,
            ", ".join(sorted(p.actions)),
            p.asks,
            p.of,
            p.lower,
            "; ".join(f"{r.what} ({r.by})" for r in p.returns),
            p.counter,
        )
        for p in packages
    ]
    return of_rows("packages", rows, columns, "packages of actions", notes=(UNCHECKED,))


def actions_table(actions: Iterable[Action]) -> Table:
    """Return the actions with net cost, lead time, decider and what is measured of each."""
    columns = (
        Column("action", "dimension", text="key"),
        Column("label", "attribute", text="name in the list of candidate measures"),
        Column("title", "attribute", text="the action"),
        Column("actor", "attribute", text="who acts"),
        Column("decider", "attribute", text="who decides"),
        Column("vote", "attribute", text="how"),
        *_ends("one_off", MONEY, "net cost, once"),
        *_ends("yearly", YEARLY, "net cost a year"),
        *_ends("lead", "months", "months to the first effect"),
        Column("reversibility", "attribute", text="how hard it is to undo"),
        Column("measured", "attribute", text="what is measured of its effect"),
        Column("kind", "attribute", text="weakest kind of its costs"),
    )
    rows = [
        (
            a.key,
            a.label,
            a.title,
            a.actor,
            a.decider,
            a.vote,
            *_pair(a.cost.one_off),
            *_pair(a.cost.yearly),
            *_pair(a.lead_months),
            a.reversibility,
            measured(a),
            Kind.weakest([a.cost.one_off.kind, a.cost.yearly.kind]).value,
        )
        for a in actions
    ]
    return of_rows("actions", rows, columns, "actions", notes=(NET, UNCHECKED))


def hazards_table(hazards: Iterable[Hazard]) -> Table:
    """Return the hazards with duration, severity and the assumed chance in a year."""
    columns = (
        Column("hazard", "dimension", text="key"),
        Column("title", "attribute", text="the hazard"),
        Column("cause", "attribute", text="exogenous: whatever is done; answer: priced elsewhere"),
        Column("scenario", "attribute", text="preset, or shocks of its own"),
        *_ends("duration", "days", "how long; none: as the scenario has it"),
        *_ends("severity", "share", "how hard; none: as the scenario has it"),
        *_ends("probability", "share a year", "assumed chance in a year"),
        Column("engine", "attribute", text="what computes the loss, or why nothing does"),
        Column("reason", "attribute", text="why it is as it is"),
    )
    rows = [
        (
            h.key,
            h.title,
            h.cause,
            h.scenario or ("own shocks" if h.shocks else "none"),
            *_pair(h.duration_days),
            *_pair(h.severity),
            *_pair(h.yearly_probability),
            h.no_engine or h.engine,
            h.reason,
        )
        for h in hazards
    ]
    return of_rows("hazards", rows, columns, "hazards; probabilities are axes, not estimates")


def numbers_table(entries: Iterable[Action | Hazard]) -> Table:
    """Return every number of some actions or hazards with range, unit, kind, source and reason."""
    columns = (
        Column("key", "dimension", text="action or hazard"),
        Column("field", "dimension", text="where the number stands in the file"),
        Column("low", "value", IN_UNIT, "lower end"),
        Column("high", "value", IN_UNIT, "upper end"),
        Column("unit", "attribute", text="unit"),
        Column("kind", "attribute", text="measured, estimated, modelled or assumed"),
        Column("source", "attribute", text="where it stands"),
        Column("reason", "attribute", text="why it is taken"),
    )
    rows = [
        (entry.key, field, a.low, a.high, unit, a.kind, a.source, a.reason)
        for entry in entries
        for field, a, unit in amounts_of(entry)
    ]
    return of_rows("numbers", rows, columns, "every number, as it is reckoned with")


def about_table(catalogue: Catalogue, key: str) -> tuple[Table, ...]:
    """Return what a catalogue holds of a package, an action or a hazard.

    Raises
    ------
    NotFound
        When it holds nothing of that name.
    """
    packages = {p.key: p for p in catalogue.packages}
    hazards = {h.key: h for h in catalogue.hazards}
    actions = {name: a for a in catalogue.actions for name in (a.key, a.label) if name}
    if key in packages:
        held = catalogue.members(packages[key])
        return packages_table([packages[key]]), actions_table(held), numbers_table(held)
    if key in hazards:
        return hazards_table([hazards[key]]), numbers_table([hazards[key]])
    if key not in actions:
        hint = did_you_mean(key, [*packages, *hazards, *actions]) or "see isthmus package list"
        raise NotFound(f"no package, action or hazard is called '{key}'", hint=hint)
    return fields_table(actions[key]), numbers_table([actions[key]])


def fields_table(action: Action) -> Table:
    """Return an action in words."""
    columns = (
        Column("field", "dimension", text="what is said"),
        Column("value", "attribute", text="of the action"),
    )
    law = "seen on a page" if action.law_checked else "not checked"
    rows = [
        ("action", action.key),
        ("label", action.label),
        ("title", action.title),
        ("step of the ladder", action.rung or "none"),
        ("degrees", _degrees(action)),
        ("gains", action.gains),
        ("buys", action.buys),
        ("actor", action.actor),
        ("decider", action.decider),
        ("legal base", f"{action.legal_base or 'none'} ({law})"),
        ("vote", "; ".join(filter(None, (action.vote, action.vote_note)))),
        ("reversibility", action.reversibility),
        ("published cost", action.cost.published_as),
        ("from which budget", action.cost.line or "not stated"),
        ("note on cost", action.cost.note),
        ("contingent on", action.cost.contingent_on or "nothing"),
        ("opens the way to", ", ".join(action.enables) or "nothing"),
        ("excludes", "; ".join(f"{k}: {why}" for k, why in action.excludes.items()) or "nothing"),
        ("measured", measured(action)),
    ]
    return of_rows("about", rows, columns, action.title, notes=(UNCHECKED,))


def measured(action: Action) -> str:
    """Return, in words, what of an action's effect is measured."""
    channels = ", ".join(dict.fromkeys(e.channel for e in action.effects))
    indicator = "" if action.indicator is None else action.indicator.quantity
    told = "; ".join(filter(None, (channels, indicator)))
    return told or f"none measured: {action.not_measured}"


def amounts_of(entry: Action | Hazard) -> list[tuple[str, RangedAmount, str]]:
    """Return every number of an action or hazard with its place and unit."""
    found: list[tuple[str, RangedAmount, str]] = []

    def look(value: Any, place: str, unit: str) -> None:
        if isinstance(value, RangedAmount):
            name = place.rpartition(".")[2]
            known = _UNITS.get(place) or _UNITS.get(name) or unit or "share"
            found.append((place, value, known))
        elif hasattr(type(value), "model_fields"):
            own = getattr(value, "unit", unit)
            for field in type(value).model_fields:
                look(getattr(value, field), f"{place}.{field}".lstrip("."), own)
        elif isinstance(value, tuple):
            for n, item in enumerate(value):
                look(item, f"{place}.{n}", unit)

    look(entry, "", "")
    return found


def _degrees(action: Action) -> str:
    d = action.degrees
    return f"visible {d.visible}, official {d.official}, military {d.military}: {d.reason}"


def _ends(name: str, unit: str, text: str) -> tuple[Column, Column]:
    return (
        Column(f"{name}_low", "value", unit, f"{text}: lower end"),
        Column(f"{name}_high", "value", unit, "upper end"),
    )


def _pair(amount: RangedAmount | None) -> tuple[float | None, float | None]:
    return (None, None) if amount is None else (amount.low, amount.high)
