"""What a plan says. plan.json is exactly this."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from routeplan.book.models import Channel, Language, Layer, Purpose, Rigidity, Tier, TravelMode
from routeplan.config import Settings
from routeplan.due.models import DueReason, DueTouch, DueVisit, Horizon
from routeplan.due.preparation import Checklists, Wording
from routeplan.language import Message
from routeplan.plan.events import Event
from routeplan.point import Point
from routeplan.problem.adjust import Adjustment
from routeplan.problem.progress import Told
from routeplan.solve.result import Engine, Status, rest_gap
from routeplan.travel.journey import JourneyStep
from routeplan.values import Clock, Frozen, TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = [
    "Alternative",
    "Cause",
    "ChangeBudget",
    "CostTerms",
    "Detour",
    "JointWith",
    "Leg",
    "Lock",
    "OpenTouch",
    "PersonToMeet",
    "Plan",
    "PlanOrigin",
    "PlannedDay",
    "PlannedTouch",
    "PlannedVisit",
    "PlannedVisitStatus",
    "Proof",
    "Remedy",
    "Task",
    "Totals",
    "TouchPlace",
    "UnplannedVisit",
]


class Leg(Frozen):
    """Travel to a visit, or back at the day's end."""

    leave: Clock
    arrive: Clock
    metres: int
    mode: TravelMode
    estimated: bool
    """True when the minutes are an estimate, not a route on a network."""
    shape: str = ""
    """The way as drawn on the map, see `travel.shape`; '' where it is not known."""
    steps: tuple[JourneyStep, ...] = ()
    """What one does on the way when leaving at `leave`; (): no more is known than the minutes. They
    may add up to fewer minutes (time in hand: `minutes` hold for nearly every departure of that
    part of the day) and, for a departure in many, to more."""

    @property
    def minutes(self) -> int:
        return self.arrive - self.leave


class PersonToMeet(Frozen):
    """A key person to meet at a visit, and why this one."""

    contact_id: str = ""
    name: str
    layer: Layer
    role: str = ""
    phone: str = ""
    language: Language | None = None
    """In which to greet; None is the manager's own."""
    why: Message | None = None


class Detour(Frozen):
    """A trip that a re-plan found under way and that led to no visit: the client cancelled."""

    after: Annotated[int, Field(ge=0)]
    """How many of the day's visits came before it."""
    name: str
    """The client's."""
    point: Point
    leg: Leg | None
    """None where the route starts here."""
    arrive: Clock


class PlannedVisitStatus(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"  # set off for it, or talking, when the plan was made
    DONE = "done"  # over when the plan was made


class JointWith(Frozen):
    """The other one of two managers who visit together."""

    manager_id: str
    name: str


class PlannedVisit(Frozen):
    """One visit with its hour, its way there and its reasons."""

    visit_id: str
    """`DueVisit.id`."""
    client_id: str
    client_name: str
    tier: Tier
    site_id: str
    address: str
    district: str
    room: str
    point: Point
    off_minutes: int = 0
    """Where the point is approximate: what a way there may take more or less; 0 is exact."""
    leg: Leg | None
    """The way from the place before; None where the route starts here."""
    arrive: Clock
    talk: TimeWindow
    ready_to_leave: Clock
    """Talk end plus buffer."""
    status: PlannedVisitStatus = PlannedVisitStatus.PLANNED
    appointment: Rigidity | None = None
    told: Told = Told.NOT_AGREED
    """What the client knows of day and hour."""
    required: bool
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    """The main one first."""
    reasons: Annotated[tuple[DueReason, ...], Field(min_length=1)]
    persons: tuple[PersonToMeet, ...]
    shortfall: tuple[Message, ...] = ()
    """Why fewer key persons are met than the policy wants."""
    worth: int
    note: str = ""
    extra: dict[str, str] = {}
    joint_with: JointWith | None = None
    """Who else is there for the whole talk."""
    accompanies: bool = False
    """This manager comes along: the visit is the other's, and counts there."""


class Task(Frozen):
    """Something to have done before a visit, on the day by which it must be."""

    date: dt.date
    manager_id: str
    visit_id: str
    text: Wording


class TouchPlace(StrEnum):
    """In which time a call or message is laid."""

    RIDE = "ride"  # in a bus, metro or taxi
    WAITING = "waiting"  # between leaving and coming back, with nothing to do
    DESK = "desk"  # before leaving, after coming back, or on a day without visits


class PlannedTouch(Frozen):
    """A call or message with its hour."""

    touch_id: str
    """`DueTouch.id`."""
    client_id: str
    client_name: str
    tier: Tier
    channel: Channel
    persons: tuple[PersonToMeet, ...]
    """Whom to call or write to; (): the book names nobody."""
    time: TimeWindow
    place: TouchPlace
    reasons: tuple[Message, ...]
    latest: dt.date
    """Last day on which the standard is met."""


class OpenTouch(Frozen):
    """A due call or message that is in no day, with the reason."""

    touch_id: str
    client_id: str
    client_name: str
    tier: Tier
    channel: Channel
    manager_id: str
    visit_id: str = ""
    """The planned visit that takes its place; '': there was no room for it."""
    why: Message
    reasons: tuple[Message, ...]
    latest: dt.date
    """Last day on which the standard is met."""


class Totals(Frozen):
    """Sums over a day, a manager or the plan; minutes and metres."""

    visits: int = 0
    talk: int = 0
    travel: int = 0
    waiting: int = 0
    """Between leaving and coming back: no travel, talk, lunch or minutes around a talk."""
    free: int = 0
    """Of the working hours: before leaving and after coming back, but for lunch."""
    metres: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            **{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields}
        )


class PlannedDay(Frozen):
    """One manager's working day, with or without visits."""

    date: dt.date
    manager_id: str
    manager_name: str
    shift: TimeWindow
    start_name: str
    """'office', 'home' or 'open'."""
    start_point: Point | None
    end_name: str
    end_point: Point | None
    visits: tuple[PlannedVisit, ...]
    way_back: Leg | None
    """None without visits, or where the route ends at the last client."""
    lunch: TimeWindow | None
    """None where the shift does not span the hours of lunch."""
    totals: Totals
    detours: tuple[Detour, ...] = ()
    touches: tuple[PlannedTouch, ...] = ()
    """Calls and messages, in order."""

    @property
    def places(self) -> tuple[PlannedVisit | Detour, ...]:
        """Where the manager goes, in order."""
        found: list[PlannedVisit | Detour] = []
        for number in range(len(self.visits) + 1):
            found += [detour for detour in self.detours if detour.after == number]
            found += self.visits[number : number + 1]
        return tuple(found)

    @property
    def legs(self) -> tuple[Leg, ...]:
        """All travel of the day, in order."""
        legs = [place.leg for place in self.places]
        return tuple(leg for leg in (*legs, self.way_back) if leg)

    @property
    def leave(self) -> int | None:
        """When the manager sets off; None for who goes nowhere."""
        if not self.places:
            return None
        first = self.places[0]
        return first.leg.leave if first.leg else first.arrive

    @property
    def back(self) -> int | None:
        """When the day's route ends; None for who goes nowhere."""
        if not self.places:
            return None
        if self.way_back:
            return self.way_back.arrive
        last = self.places[-1]
        return last.ready_to_leave if isinstance(last, PlannedVisit) else last.arrive


class Cause(StrEnum):
    """Why a due client is not in the plan. Each is true by construction, see plan/explain.py."""

    LOCATION_UNKNOWN = "location_unknown"
    NO_MANAGER = "no_manager"  # nobody who may take it works in the horizon
    NO_WINDOW = "no_window"  # no window long enough on any day that someone works
    OUT_OF_REACH = "out_of_reach"  # too far for any shift, even as its only visit
    NO_TIME = "no_time"  # does not fit on the days when the client is open
    TALK_CAP = "talk_cap"  # fits but for the talk minutes of the day
    VISIT_CAP = "visit_cap"  # fits but for the number of visits of the day
    GAP = "gap"  # fits but for the days to the client's neighbouring visit
    NOT_WORTH = "not_worth"  # fits, but the detour costs more than the visit is worth
    CANCELLED = "cancelled"  # cancelled by the client in a re-plan
    EXCLUDED = "excluded"  # left out at the user's wish


class Remedy(Frozen):
    """A change with which the client is served: verified by planning it."""

    text: Message
    adjustments: tuple[Adjustment, ...]
    """Given back to `plan` (`--adjust`), they bring the visit in. Empty for what only the user can
    do outside the plan, such as finding out an address."""
    loses: tuple[str, ...] = ()
    """Ids of visits that give way."""


class UnplannedVisit(Frozen):
    """A due visit that is in no route, with cause and remedies."""

    visit_id: str
    client_id: str
    client_name: str
    tier: Tier
    address: str
    point: Point | None
    off_minutes: int = 0
    """As in `PlannedVisit`, for the client's own manager."""
    manager_ids: tuple[str, ...] = ()
    """Who might make it, the client's own manager first."""
    required: bool
    reasons: tuple[DueReason, ...]
    worth: int
    cause: Cause
    why: Message
    remedies: tuple[Remedy, ...] = ()


class CostTerms(Frozen):
    """What a plan's cost consists of, in minutes of travel; see `problem.Problem`."""

    travel: int = 0
    """Typical minutes of all legs that were still to be planned."""
    hours: int = 0
    """For talks outside the hours that key persons prefer."""
    crowding: int = 0
    """For visits on one day, where days are to come out even."""
    churn: int = 0
    """In a re-plan: for planned visits moved or given up."""
    left_out: int = 0
    """Worth of the visits left out that are not required."""
    required: int = 0
    """Penalties for required visits left out."""


class ChangeBudget(Frozen):
    """A re-plan that was to change few visits: a change is one that does not stand as it stood, to
    the minute, and was not cancelled."""

    allowed: Annotated[int, Field(ge=0)]
    """Asked for: so many beyond `forced`."""
    forced: Annotated[int, Field(ge=0)]
    """Changes that, as far as was found, nothing avoids."""
    changes: Annotated[int, Field(ge=0)]
    bound: int | None
    """No plan with so few changes costs less; None: not known."""


class Proof(Frozen):
    """How the routes were found and how near the best possible they are."""

    engine: Engine
    seed: int
    status: Status
    stopped_by: str
    cost: int
    """Sum of `terms`."""
    bound: int | None
    gap: float | None
    terms: CostTerms = CostTerms()
    budget: ChangeBudget | None = None
    """Where changes were limited: `bound` and `gap` are those of plans without a limit."""

    @property
    def rest_cost(self) -> int:
        """The cost without the penalty for required visits left out, beside which all else is
        small."""
        return self.cost - self.terms.required

    @property
    def rest_bound(self) -> int | None:
        """No plan that leaves out as few required visits, with as few changes where they were
        limited, has a smaller `rest_cost`, and none leaves out fewer. None: not known.

        The penalty is more than all else adds up to: a bound that holds it excludes fewer.
        """
        bound = self.budget.bound if self.budget else self.bound
        return None if bound is None or bound < self.terms.required else bound - self.terms.required

    @property
    def rest_gap(self) -> float | None:
        """By how much of `rest_cost` the plan may be from the best possible; None: not known."""
        if self.budget is None and not self.terms.required:
            return self.gap
        bound = self.budget.bound if self.budget else self.bound
        return rest_gap(self.cost, bound, self.terms.required)


class PlanOrigin(Frozen):
    """What the plan was made from."""

    book: str
    """Path as given, relative to the plan's folder where possible."""
    book_digest: str
    policy: str
    settings: Settings = Settings()
    calendar: WorkCalendar = WorkCalendar()
    checklists: Checklists | None = None
    """What visits ask to prepare, by purpose; None is the ready-made ones."""
    version: int = 1
    """1, then one more with each re-plan in the same folder."""
    now: dt.datetime | None = None
    """A re-plan's clock, local time."""
    events: tuple[Event, ...] = ()
    """What made this version of the plan before it."""
    freeze: int = 0
    """Talks that were to begin within so many minutes of `now` stayed as they were."""
    routeplan: str
    """Version of routeplan."""


class Lock(Frozen):
    """What the user fixed of a visit, in every re-plan to come; at least one of the three."""

    visit_id: str
    date: dt.date | None = None
    start: Clock | None = None
    """Of the talk."""
    manager_id: str | None = None

    @model_validator(mode="after")
    def _locks_something(self) -> Self:
        if self.date is None and self.start is None and self.manager_id is None:
            raise ValueError("a lock holds day, hour or manager")
        return self


class Alternative(Frozen):
    """Another hour to offer where a visit has to be agreed again."""

    visit_id: str
    manager_id: str
    date: dt.date
    start: Clock
    """Of the talk."""


class Plan(Frozen):
    """A complete plan for a horizon."""

    format: Literal[1] = 1
    origin: PlanOrigin
    horizon: Horizon
    estimated: bool
    """Whether any travel time is an estimate."""
    days: tuple[PlannedDay, ...]
    """Every working day of every manager planned for, by manager (book order), then date."""
    left_out: tuple[UnplannedVisit, ...]
    due: tuple[DueVisit, ...]
    """The due list that it was made from."""
    touches: tuple[DueTouch, ...] = ()
    """The calls and messages due: each is in a day, or open."""
    touches_open: tuple[OpenTouch, ...] = ()
    tasks: tuple[Task, ...] = ()
    """What to have done before visits, by manager (as `days`) and date."""
    adjustments: tuple[Adjustment, ...] = ()
    locks: tuple[Lock, ...] = ()
    """By visit, each once."""
    alternatives: tuple[Alternative, ...] = ()
    """Of a re-plan, for visits that changed although their clients knew of them."""
    notes: tuple[Message, ...] = ()
    proof: Proof
    totals: Totals

    @cached_property
    def visits(self) -> tuple[tuple[PlannedDay, PlannedVisit], ...]:
        """Every planned visit with its day, in order; one of two people stands on the day of whose
        visit it is."""
        return tuple(
            (day, visit) for day in self.days for visit in day.visits if not visit.accompanies
        )

    @cached_property
    def accompanied(self) -> tuple[tuple[PlannedDay, PlannedVisit], ...]:
        """Every visit to which a manager comes along, with that manager's day."""
        return tuple((day, visit) for day in self.days for visit in day.visits if visit.accompanies)
