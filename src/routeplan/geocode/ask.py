"""Asks one service for one address after the other: not too fast, not giving up too soon."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from routeplan.book.models import MatchLevel
from routeplan.errors import ServiceError
from routeplan.geocode.provider import Provider, make_geocoder
from routeplan.language import message
from routeplan.values import Frozen

if TYPE_CHECKING:
    from geopy.geocoders.base import Geocoder

__all__ = ["Answer", "Asker"]

TRIES = 5
LONGEST_WAIT = 60.0
"""Seconds that are waited at most when a service says when to come again; beyond that it counts as
used up."""
PATIENCE = 3
"""Addresses in a row without an answer after which the service counts as gone."""


class Answer(Frozen):
    """What a service said of an address, in the service's own datum."""

    found: bool
    possible: bool = True
    """False: its numbers are no place on earth, such as latitude and longitude swapped."""
    lat: float = 0.0
    lon: float = 0.0
    match: MatchLevel = MatchLevel.UNKNOWN
    name: str = ""


class Asker:
    """One service during one run.

    `per_second`: requests at most, None is what its public server allows. `sleep` and `clock` are
    for tests.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        server: str = "",
        per_second: float | None = None,
        time_out: float = 10.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.provider = provider
        self.server = server
        self.answered = 0
        self._time_out = time_out
        self._geocoder: Geocoder | None = None  # made when asked: counting needs no key
        self._gap = 1 / (per_second or provider.per_second)
        self._sleep, self._clock = sleep, clock
        self._next = clock()
        self._unanswered = 0

    def ask(self, address: str) -> Answer | None:
        """The answer, or None when there was none for this address although it was tried again.

        Raises UsageError when the key is missing or the server's URL is none, and ServiceError when
        the service refuses, is used up, or has not answered three addresses in a row.
        """
        for trial in range(TRIES):
            try:
                answer = self._once(address)
            except _Passing as passing:
                last, wait = passing.error, passing.wait or 2.0**trial
            else:
                self._unanswered = 0
                self.answered += answer is not None
                return answer
            if wait > LONGEST_WAIT:
                break
            if trial + 1 < TRIES:
                self._sleep(wait)
        self._unanswered += 1
        if wait > LONGEST_WAIT or self._unanswered >= PATIENCE:
            raise last
        return None

    def _once(self, address: str) -> Answer | None:
        """One request. None: the service does not want this address. Raises what `ask` does, and
        _Passing for what may go by."""
        from http.client import HTTPException

        from geopy import exc

        if self._geocoder is None:
            self._geocoder = make_geocoder(
                self.provider, server=self.server, time_out=self._time_out
            )
        self._sleep(max(0.0, self._next - self._clock()))
        self._next = self._clock() + self._gap
        try:
            with warnings.catch_warnings():
                # geopy warns of a latitude over 90, and raises as well.
                warnings.simplefilter("ignore", UserWarning)
                place = self._geocoder.geocode(address, **self.provider.options)
                if place is None:
                    return Answer(found=False)
                raw = place.raw if isinstance(place.raw, dict) else {}
                match = self.provider.match(raw)
        except (exc.GeocoderAuthenticationFailure, exc.GeocoderInsufficientPrivileges) as error:
            key = "error.service_key" if self.provider.variable else "error.service_refuses"
            raise self._error("RP8001", key) from error
        except exc.GeocoderRateLimited as error:
            wait = float(error.retry_after or 0)
            raise self._passing("RP8002", "error.service_quota", error, wait) from error
        except exc.GeocoderQuotaExceeded as error:
            raise self._error("RP8002", "error.service_quota") from error
        except exc.GeocoderQueryError:
            return None
        except (
            exc.GeocoderParseError,
            UnicodeError,
            LookupError,
            TypeError,
            AttributeError,
        ) as error:
            raise self._passing("RP8004", "error.service_nonsense", error) from error
        except (exc.GeopyError, OSError, HTTPException) as error:
            raise self._passing("RP8003", "error.service_away", error) from error
        except ValueError:
            # geopy makes no point of them: a latitude over 90, or no numbers at all.
            return Answer(found=True, possible=False)
        return Answer(
            found=True,
            lat=place.latitude,
            lon=place.longitude,
            match=match,
            name=str(place.address or ""),
        )

    def _error(self, code: str, key: str) -> ServiceError:
        args = {"service": self.provider.title, "variable": self.provider.variable}
        return ServiceError(code, message(key, **args, n=self.answered))

    def _passing(self, code: str, key: str, cause: Exception, wait: float = 0.0) -> _Passing:
        error = self._error(code, key)
        error.__cause__ = cause
        return _Passing(error, wait)


class _Passing(Exception):  # noqa: N818 not an error of the run yet
    """May go by when tried again after `wait` seconds (0: as the caller thinks)."""

    def __init__(self, error: ServiceError, wait: float) -> None:
        super().__init__()
        self.error, self.wait = error, wait
