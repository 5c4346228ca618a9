"""The events of a study: which they are, and what they are called."""

from __future__ import annotations

from isthmus.study.context import Context
from isthmus.study.events import Event, events_of


def events(context: Context) -> tuple[Event, ...]:
    """Return the events of the study, in order."""
    return context.memo("events", lambda: events_of(context.study, context.world))


def event_name(context: Context, event: Event) -> str:
    """Return the name of an event."""
    if event.title:
        return event.title
    return context.say(
        f"event.{event.key}",
        actor=context.name(event.actor),
        home=context.name(context.home),
        place=context.name(event.place) if event.place else "",
    ).text
