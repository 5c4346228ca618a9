"""On whose side of a study a member stands, and whom its sheet looks at."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.study.context import Context

SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Side:
    """A member and what stands around it.

    Parameters
    ----------
    member : str
        Code of the economy.
    role, party : str
        Role in the study of the party to which it belongs, and the party's code.
    rival : str
        Code of the rival; empty where the study names none, or the member is of its side.
    across : str
        Code of the party with whom cooperation is examined, seen from the member; empty where the
        member is of neither side.
    """

    member: str
    role: str
    party: str
    rival: str
    across: str

    @property
    def counterparts(self) -> tuple[str, ...]:
        """Codes of the parties with whom the member's trade is shown."""
        return tuple(code for code in (self.rival, self.across) if code)


def side_of(context: Context, member: str) -> Side:
    """Return the first role of the study whose party is the member, or holds it."""
    study = context.study
    role = next(
        name
        for name in ("home", *sorted(study.roles, key=lambda name: name != "partner"))
        if name in study.roles and member in context.members(study.party(name))
    )
    rival = study.party("rival") if "rival" in study.roles and role != "rival" else ""
    if rival and member in context.members(rival):
        rival = ""
    across = {"home": "partner"}.get(role, "home")
    met = study.party(across) if across in study.roles else ""
    return Side(member, role, study.party(role), rival, met if met != rival else "")
