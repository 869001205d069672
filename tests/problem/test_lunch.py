"""Whether a break can be had beside what is booked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routeplan.config import LunchSettings
from routeplan.problem.lunch import lunch_takers
from routeplan.problem.problem import Visit, Window

LUNCH = LunchSettings(earliest=690, latest=810, minutes=60)


def visit(start: int, talk: int = 40, leeway: int = 0, shift: int = 0) -> Visit:
    span = Window(shift=shift, start=start - leeway, end=start + talk + leeway, cost=0)
    return Visit(
        id="C1",
        client="C1",
        place=0,
        talk=talk,
        before=5,
        after=5,
        worth=1,
        required=True,
        windows=(span,),
    )


def takers(*visits: Visit) -> tuple[int, ...]:
    return lunch_takers(LUNCH, 0, visits, range(len(visits)))


def test_one_appointment() -> None:
    assert takers(visit(735)) == (0,)
    assert takers(visit(755)) == (), "11:30-12:30, then five minutes before the talk"
    assert takers(visit(754)) == (0,)
    assert takers(visit(705)) == (), "12:30-13:30, after the five minutes behind the talk"
    assert takers(visit(706)) == (0,)
    assert takers(visit(735, leeway=20)) == ()
    assert takers(visit(735, leeway=19)) == (0,)
    assert takers(visit(735, shift=1)) == ()


def test_two_take_together_what_neither_takes_alone() -> None:
    assert takers(visit(690), visit(765), visit(600)) == (0, 1)


@given(
    booked=st.lists(
        st.tuples(st.integers(600, 840), st.integers(10, 90), st.integers(0, 40)), max_size=3
    )
)
def test_like_trying_every_minute(booked: list[tuple[int, int, int]]) -> None:
    visits = [visit(*one) for one in booked]
    free = any(
        all(
            any(
                start + talk + 5 <= lunch or lunch + 60 <= start - 5
                for start in range(first - leeway, first + leeway + 1)
            )
            for first, talk, leeway in booked
        )
        for lunch in range(690, 751)
    )
    assert (takers(*visits) == ()) == free
