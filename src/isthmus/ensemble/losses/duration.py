"""How long recorded losses take: what is said before they are made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from isthmus.disruption.posterior import load_posterior
from isthmus.disruption.prepare import engine_for
from isthmus.disruption.table import daily_table
from isthmus.ensemble.losses.cases import around_of, drawn_of
from isthmus.ensemble.losses.lens import conditional
from isthmus.ensemble.losses.levels import Level
from isthmus.ensemble.losses.question import Question
from isthmus.ensemble.losses.work import width

COMPILED = 0.65e-3
"""Processor seconds of a run and a day on 81 economies: the compiled engine took 0.42 to 0.64
thousandths, by hazard, on a machine that other work used too. For what a page says."""
TRIAL_RUNS = 32
TRIAL_DAYS = (7, 35)
"""Days after the last shock has begun that the two trials reach."""


def runs_of(question: Question) -> int:
    """Return how many runs a question takes: every different draw at every level, and around."""
    posterior = load_posterior(question.posterior)
    scenario, seed = question.scenario, question.seed
    drawn = drawn_of(posterior, scenario, question.draws, seed, vary=question.vary)
    around = len(around_of(posterior)) if question.around else 0
    return len(question.levels) * len(drawn.values) + around


def run_days(question: Question) -> int:
    """Return how many days a question simulates, all runs together."""
    return runs_of(question) * question.until


def scenario_years(question: Question) -> float:
    """Return how many years of days a question simulates."""
    return run_days(question) / 365


def processor_minutes(questions: Sequence[Question]) -> float:
    """Return about how many processor minutes some losses take with the compiled engine."""
    return sum(run_days(question) for question in questions) * COMPILED / 60.0


def seconds_needed(questions: Sequence[Question], world: Any, *, workers: int = 1) -> float:
    """Return how long some losses will take, as fast as two short trials of the longest went.

    What a day takes is told from what each call takes by the lengths of the trials, with the engine
    that the whole will take.
    """
    if not questions:
        return 0.0
    days = [run_days(question) for question in questions]
    asked = questions[days.index(max(days))]
    tried = replace(asked, draws=TRIAL_RUNS, levels=(Level(),), around=False)
    daily = daily_table(world.mrio(asked.year, chips=True))
    engine = engine_for("auto", daily, asked.until, runs_of(asked))
    begins = max((shock.start for shock in asked.scenario.shocks), default=0)
    taken = []
    for length in (TRIAL_DAYS[0], *TRIAL_DAYS):  # the first also compiles
        clock = time.perf_counter()
        conditional(
            world,
            tried.scenario,
            keep=tried.keep,
            draws=TRIAL_RUNS,
            vary=tried.vary,
            posterior=tried.posterior,
            until=begins + length,
            precision=tried.precision,
            engine=engine,
            batch=TRIAL_RUNS,
            seed=tried.seed,
            year=tried.year,
            parties=tried.parties,
        )
        taken.append(time.perf_counter() - clock)
    _, short, long = taken
    a_day = max(long - short, 0.0) / (TRIAL_DAYS[1] - TRIAL_DAYS[0])
    each = max(short - a_day * (begins + TRIAL_DAYS[0]), 0.0)
    shared = sum(d / _side_by_side(q, workers) for d, q in zip(days, questions, strict=True))
    return shared * a_day / runs_of(tried) + each * len(questions)


def _side_by_side(question: Question, workers: int) -> float:
    """Return how many batches of a question run at once, on average."""
    runs = runs_of(question)
    batches = -(-runs // width(runs))
    return batches / -(-batches // workers)


def in_words(seconds: float) -> str:
    """Return what is said before losses are made."""
    return f"about {max(seconds / 60, 1.0):,.0f} min as fast as a short trial went"
