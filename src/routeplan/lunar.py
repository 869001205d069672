"""The Chinese lunar calendar: on which day of the solar one a lunar date is observed."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

__all__ = ["observed"]


@lru_cache(maxsize=4096)
def observed(year: int, month: int, day: int, *, leap: bool = False) -> dt.date | None:
    """The day on which a lunar date is observed in a lunar year (which begins at Spring Festival).

    The 30th of a month with 29 days is observed on the 29th; a date in a leap month in the ordinary
    month of its number in the years whose leap month is another, or that have none. None outside
    the years 1900 to 2100.
    """
    from borax.calendars.lunardate import LCalendars, LunarDate

    if not 1900 <= year <= 2100:
        return None
    # `leap_month` is 0 in a year without one.
    in_leap = leap and LCalendars.leap_month(year) == month
    days = LCalendars.ndays(year, month, in_leap)
    found: dt.date = LunarDate(year, month, min(day, days), int(in_leap)).to_solar_date()
    return found
