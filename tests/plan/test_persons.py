"""Whom a planned visit meets: those there, whose turn it is; the checker holds each rule."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

from routeplan.book.models import (
    Appointment,
    Book,
    Contact,
    Layer,
    Rigidity,
    Tier,
    VisitRecord,
    VisitStatus,
)
from routeplan.config import VisitSettings
from routeplan.language import Texts, message
from routeplan.plan.check import violations
from routeplan.plan.events import Cancel
from routeplan.plan.persons import last_met, persons_to_meet, shortfall_of
from routeplan.plan.plan import PersonToMeet, Plan, PlannedDay, UnplannedVisit
from routeplan.problem.adjust import Adjustment, EnoughPersons, Must
from routeplan.replan.replan import replan
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import TimeWindow, WeeklyHours
from tests.examples import EXACT, MONDAY, due_visit, hours, window
from tests.plan.examples import CALENDAR, STOP, client, due_list, make_plan, manager, visit_of

TALK = window("10:00", "10:40")
VISITS = VisitSettings()
MORNING = hours(window("9:00", "11:30"))


def person(key: str, layer: Layer = Layer.OPERATION, **more: object) -> Contact:
    fields: dict[str, object] = {"id": key, "client_id": "C1", "name": key, "layer": layer}
    return Contact.model_validate(fields | more)


def record(days_ago: int, *met: str, **more: object) -> VisitRecord:
    date = MONDAY - dt.timedelta(days=days_ago)
    fields: dict[str, object] = {"client_id": "C1", "manager_id": "M1", "date": date}
    return VisitRecord.model_validate(fields | {"contact_ids": met} | more)


def book_of(*rows: Contact | VisitRecord, appointment: Appointment | None = None) -> Book:
    return Book(
        managers=(manager(weekdays=(0, 1, 2, 3, 4)),),
        clients=(client("C1", tier=Tier.A),),
        contacts=tuple(row for row in rows if isinstance(row, Contact)),
        visits=tuple(row for row in rows if isinstance(row, VisitRecord)),
        appointments=(appointment,) if appointment else (),
    )


def chosen(book: Book, persons: int, talk: TimeWindow = TALK) -> tuple[PersonToMeet, ...]:
    appointment = book.appointments[0] if book.appointments else None
    due = due_visit("C1", persons=persons)
    met = last_met(book, "C1")
    return persons_to_meet(due, appointment, talk, MONDAY, book, CALENDAR, VISITS, met)


def ids(persons: tuple[PersonToMeet, ...]) -> list[str]:
    return [person.contact_id for person in persons]


def why(persons: tuple[PersonToMeet, ...], language: str = "en") -> list[str]:
    texts = Texts(language)
    return [texts.render(person.why) for person in persons if person.why]


def test_only_who_is_there_for_the_whole_talk() -> None:
    book = book_of(
        person("K1", hours=hours(window("9:00", "10:30"))),
        person("K2", do_not_disturb=hours(window("10:30", "11:00"))),
        person("K3", hours=hours(window("9:00", "10:20"), window("10:20", "11:00"))),
        person("K4"),
    )
    assert ids(chosen(book, 4)) == ["K3", "K4"]


def test_each_is_met_for_a_reason_that_is_said() -> None:
    book = book_of(person("K1"), person("K2"), person("K3"), record(74, "K1"), record(1, "K2"))
    assert why(chosen(book, 3)) == [
        "not met yet, as far as recorded",
        "not met for 74 days",
        "not met for one day",
    ]
    assert why(chosen(book, 3), "zh") == ["记录中还没有见过", "已有 74 天未见", "已有 1 天未见"]


def test_who_has_gone_unseen_too_long_comes_first() -> None:
    book = book_of(
        person("K1", Layer.DECISION),
        person("K2", Layer.OPERATION),
        person("K3", Layer.OPERATION),
        record(20, "K1"),
        record(95, "K2"),  # the limit of its layer is 90
        record(100, "K3"),
    )
    assert ids(chosen(book, 1)) == ["K3"]
    assert ids(chosen(book, 2)) == ["K3", "K2"]
    # Two who are further over their limits come before another layer.
    all_over = book_of(*book.contacts, record(61, "K1"), record(95, "K2"), record(100, "K3"))
    assert ids(chosen(all_over, 3)) == ["K3", "K2", "K1"]
    # The same days are over a decision maker's limit, and further.
    over = book_of(*book.contacts, record(100, "K1", "K3"), record(95, "K2"))
    assert ids(chosen(over, 1)) == ["K1"]


def test_the_layers_take_turns() -> None:
    book = book_of(
        person("K1", Layer.OPERATION),
        person("K2", Layer.OPERATION),
        person("K3", Layer.DECISION),
        person("K4", Layer.MANAGEMENT),
        record(30, "K1", "K2"),
        record(5, "K3", "K4"),
    )
    assert ids(chosen(book, 3)) == ["K1", "K3", "K4"]
    assert ids(chosen(book, 4)) == ["K1", "K3", "K4", "K2"]


def test_nobody_met_yet_goes_by_layer() -> None:
    layers = (Layer.INFLUENCER, Layer.OPERATION, Layer.MANAGEMENT, Layer.DECISION)
    book = book_of(*(person(f"K{number}", layer) for number, layer in enumerate(layers)))
    assert ids(chosen(book, 4)) == ["K3", "K2", "K1", "K0"]


def test_a_visit_that_met_nobody_counts_for_nobody() -> None:
    missed = record(3, "K1", status=VisitStatus.NOT_MET)
    assert last_met(book_of(person("K1"), record(40, "K1"), missed), "C1") == {
        "K1": MONDAY - dt.timedelta(days=40)
    }


def test_those_named_are_met_whatever_their_hours() -> None:
    agreed = Appointment(
        id="T", client_id="C1", date=MONDAY, start=600, contact_ids=("K2",), rigidity=Rigidity.EXACT
    )
    book = book_of(
        person("K1"), person("K2", hours=hours(weekdays=())), record(3, "K2"), appointment=agreed
    )
    persons = chosen(book, 2)
    assert (ids(persons), why(persons)[0]) == (["K2", "K1"], "named in the appointment")


def test_what_is_missing_is_said() -> None:
    gap = message("due.persons_gap", n=2, wanted=3)
    short = message("due.persons_short", n=1, wanted=2, hours=[])
    due = due_visit("C1", persons=1, key_persons=3, shortfall=(gap, short))
    (one,) = chosen(book_of(person("K1")), 1)
    said = [Texts("en").render(why) for why in shortfall_of(due, (one,))]
    assert said == [
        "the book knows 2 key persons, the policy wants 3 met",
        "1 of 3 key persons can be met then",
    ]
    both = due_visit("C1", persons=2, key_persons=3, shortfall=(gap,))
    assert [why.key for why in shortfall_of(both, (one, one))] == ["due.persons_gap"]
    assert shortfall_of(due_visit("C1"), (one,)) == ()


# in a plan ----------------------------------------------------------------------------------------

PEOPLE = (
    person("K1", Layer.DECISION, hours=MORNING, preferred_hours=hours(window("10:00", "11:00"))),
    person("K2", Layer.MANAGEMENT, hours=MORNING),
    person("K3", Layer.OPERATION),
    person("K4", Layer.OPERATION),
)


@cache
def week_plan() -> Plan:
    """Two visits of C1 in one week, two of four persons each."""
    book = week_book()
    first = due_visit("C1", persons=2, key_persons=2, until=MONDAY + dt.timedelta(days=1))
    later = MONDAY + dt.timedelta(days=3)
    second = due_visit(
        "C1", id="C1#2", sequence=2, persons=2, key_persons=2, earliest=later, min_gap_days=1
    )
    return make_plan(book, due_list(first, second))


def week_book() -> Book:
    return book_of(*PEOPLE, record(30, "K1", "K2"), record(10, "K3"))


def broken(plan: Plan, book: Book | None = None) -> str:
    travel = GreatCircle(EXACT.travel)
    return "\n".join(violations(plan, book or week_book(), EXACT, CALENDAR, travel))


def with_persons(plan: Plan, visit_id: str, *contacts: str, **more: object) -> Plan:
    by_id = {it.contact_id: it for _, visit in plan.visits for it in visit.persons}
    by_id |= {it.id: PersonToMeet(contact_id=it.id, name="", layer=it.layer) for it in PEOPLE}
    update = {"persons": tuple(by_id[key] for key in contacts)} | more

    def changed(day: PlannedDay) -> PlannedDay:
        visits = tuple(
            visit.model_copy(update=update) if visit.visit_id == visit_id else visit
            for visit in day.visits
        )
        return day.model_copy(update={"visits": visits})

    return plan.model_copy(update={"days": tuple(map(changed, plan.days))})


def test_later_visits_of_a_plan_meet_the_others() -> None:
    _, first = visit_of(week_plan(), "C1")
    _, second = visit_of(week_plan(), "C1#2")
    assert broken(week_plan()) == ""
    assert ids(first.persons)[0] == "K4"  # never met
    assert set(ids(first.persons)) != set(ids(second.persons))
    assert "K4" not in ids(second.persons)


def test_a_talk_is_planned_in_preferred_hours_where_that_costs_little() -> None:
    plan = week_plan()
    assert plan.proof.terms.hours == 0
    for _, visit in plan.visits:
        assert 10 * 60 <= visit.talk.start <= 11 * 60
    terms = plan.proof.terms.model_copy(update={"hours": 10})
    wrong = plan.model_copy(update={"proof": plan.proof.model_copy(update={"terms": terms})})
    assert "0 talks outside preferred hours do not cost 10" in broken(wrong)


@pytest.mark.parametrize(
    ("persons", "said"),
    [
        (("K4", "K4"), "meets somebody twice"),
        (("K4",), "meets 1 of 4 key persons who are there"),
        (("K4", "K1", "K2"), "meets 3 of 4 key persons who are there"),
        (("K1", "K2"), "passes over K4, who has gone unseen too long"),
    ],
)
def test_the_checker_counts_persons(persons: tuple[str, ...], said: str) -> None:
    assert said in broken(with_persons(week_plan(), "C1", *persons))


def test_the_checker_asks_whether_they_are_there() -> None:
    book = week_book()
    late = tuple(
        it.model_copy(update={"hours": hours(window("14:00", "15:00"))}) if it.id == "K4" else it
        for it in book.contacts
    )
    assert "meets K4, who is not there for the whole talk" in broken(
        week_plan(), book.model_copy(update={"contacts": late})
    )


def test_the_checker_looks_for_an_hour_with_more() -> None:
    """A plan that meets one in the afternoon, though two are there in the morning."""
    wednesday = WeeklyHours(days=((), (), (window("9:00", "11:00"),), (), (), (), ()))
    book = book_of(person("K1"), person("K2", hours=wednesday))
    alone = make_plan(
        book_of(person("K1")), due_list(due_visit("C1", until=MONDAY + dt.timedelta(days=1)))
    )
    due = (due_visit("C1", persons=2, key_persons=2),)
    short = (message("plan.persons_short", n=1, wanted=2),)
    plan = with_persons(alone.model_copy(update={"due": due}), "C1", "K1", shortfall=short)
    assert "more are together on 2026-11-25 at 09:00" in broken(plan, book)
    one = book_of(person("K1"), person("K2", hours=hours(weekdays=())))
    assert broken(plan, one) == ""
    silent = with_persons(plan, "C1", "K1", shortfall=())
    assert "does not say why it meets 1 of 2" in broken(silent, one)


BOOKED = Appointment(
    id="T",
    client_id="C2",
    date=MONDAY + dt.timedelta(days=2),
    start=540,
    minutes=60,
    rigidity=Rigidity.EXACT,
)
WEDNESDAY_HOUR = window("9:00", "9:50")


def two_wanted(k1: WeeklyHours, k2: WeeklyHours, *wishes: Adjustment) -> tuple[Book, Plan]:
    """C1 wants two persons, together on Wednesday at 9:00, when the manager is booked at C2."""
    book = book_of(person("K1", hours=k1), person("K2", hours=k2), appointment=BOOKED)
    book = book.model_copy(update={"clients": (*book.clients, client("C2"))})
    first = due_visit("C2", appointment_id="T", required=True, talk_minutes=60)
    due = due_list(first, due_visit("C1", persons=2, key_persons=2))
    return book, make_plan(book, due, adjustments=wishes)


def wishes_of(missed: UnplannedVisit) -> list[EnoughPersons]:
    remedies = [wish for one in missed.remedies for wish in one.adjustments]
    return [wish for wish in remedies if isinstance(wish, EnoughPersons)]


def test_who_is_left_out_for_want_of_persons_is_told_so() -> None:
    wednesday = hours(WEDNESDAY_HOUR, weekdays=(2,))
    _, plan = two_wanted(wednesday, wednesday)
    (missed,) = plan.left_out
    assert (
        Texts("en")
        .render(missed.why)
        .endswith("; only hours count in which 2 key persons are there together")
    )
    # One alone is there at no other hour: fewer would not help.
    assert wishes_of(missed) == []


def test_fewer_persons_are_proposed_where_they_bring_a_visit_in() -> None:
    wednesday = hours(WEDNESDAY_HOUR, weekdays=(2,))
    often = WeeklyHours(days=((), (), (WEDNESDAY_HOUR,), (window("9:00", "11:30"),), (), (), ()))
    _, plan = two_wanted(often, wednesday)
    (missed,) = plan.left_out
    assert wishes_of(missed) == [EnoughPersons(client_id="C1", persons=1)]
    remedy = next(one for one in missed.remedies if wishes_of(missed)[0] in one.adjustments)
    assert Texts("en").render(remedy.text) == (
        "fits on Thu 2026-11-26 at 09:00 with 经理M1 if one key person is enough, not 2 together"
    )
    assert "如果见到 1 位关键人即可（不必 2 位同时在场）" in Texts("zh").render(remedy.text)

    book, better = two_wanted(often, wednesday, *remedy.adjustments)
    assert better.left_out == ()
    day, visit = visit_of(better, "C1")
    assert (day.date.weekday(), [one.contact_id for one in visit.persons]) == (3, ["K1"])
    assert [short.args["n"] for short in visit.shortfall] == [1]
    # Without the wish the same plan meets too few.
    unasked = better.model_copy(update={"adjustments": (Must(client_id="C1"),)})
    assert "C1 meets 1 of 2 key persons, though more are together on 2026-11-25" in broken(
        unasked, book
    )
    # It stays in force when the rest of the week is planned again.
    again = replan(
        better,
        book,
        [Cancel(client_id="C2")],
        dt.datetime.combine(MONDAY, dt.time(8)),
        travel=GreatCircle(better.origin.settings.travel),
        stop=STOP,
    )
    assert again.adjustments == better.adjustments
    assert visit_of(again, "C1")[0].date == day.date


def test_whoever_is_there_is_met_though_fewer_are_enough() -> None:
    always = hours(window("9:00", "11:30"))
    book = book_of(person("K1", hours=always), person("K2", hours=always))
    wish = EnoughPersons(client_id="C1", persons=1)
    due = due_list(due_visit("C1", persons=2, key_persons=2))
    _, visit = visit_of(make_plan(book, due, adjustments=[wish]), "C1")
    assert len(visit.persons) == 2
    assert visit.shortfall == ()


def test_who_is_named_is_there_though_fewer_are_enough() -> None:
    """A wish for one does not dispense with the two with whom the week was agreed."""
    week = BOOKED.model_copy(
        update={"client_id": "C1", "rigidity": Rigidity.WEEK, "contact_ids": ("K1", "K2")}
    )
    k1 = WeeklyHours(days=((WEDNESDAY_HOUR,), (), (WEDNESDAY_HOUR,), (), (), (), ()))
    k2 = hours(WEDNESDAY_HOUR, weekdays=(2,))
    book = book_of(person("K1", hours=k1), person("K2", hours=k2), appointment=week)
    wish = EnoughPersons(client_id="C1", persons=1)
    due = due_list(due_visit("C1", appointment_id="T", persons=2, required=True))
    day, visit = visit_of(make_plan(book, due, adjustments=[wish]), "C1")
    assert (day.date.weekday(), len(visit.persons)) == (2, 2)


def test_of_a_client_without_key_persons_the_gap_is_said_once() -> None:
    unknown = message("due.persons_unknown")
    for wanted in (1, 3):
        due = due_visit("C1", key_persons=wanted, shortfall=(unknown,))
        plan = make_plan(book_of(), due_list(due))
        assert visit_of(plan, "C1")[1].shortfall == (unknown,)
