"""The stable codes of a book's faults.

A code's texts stand in the catalogue under its name in small letters: `book.bad_date` says what is
wrong, `book.bad_date_fix` how to mend it.
"""

from __future__ import annotations

from enum import Enum

__all__ = ["FaultCode"]


class FaultCode(Enum):
    # the file
    NOT_A_BOOK = "RP1001"
    NOT_A_WORKBOOK = "RP1002"
    ENCRYPTED = "RP1003"
    TOO_LARGE = "RP1004"
    NOT_TEXT = "RP1005"
    BAD_CSV = "RP1006"
    TOO_MANY_FAULTS = "RP1009"
    # sheets and headers
    MISSING_SHEET = "RP1010"
    SHEET_TWICE = "RP1011"
    NEAR_SHEET = "RP1012"
    EMPTY_SHEET = "RP1013"
    MISSING_COLUMN = "RP1014"
    COLUMN_TWICE = "RP1015"
    NEAR_COLUMN = "RP1016"
    NO_HEADER = "RP1017"
    EXTRA_CELL = "RP1018"
    # one cell
    BLANK = "RP1020"
    BAD_NUMBER = "RP1021"
    BAD_DATE = "RP1022"
    BAD_TIME = "RP1023"
    BAD_WINDOW = "RP1024"
    BAD_HOURS = "RP1025"
    BAD_CLOSURE = "RP1026"
    BAD_KEY_DATE = "RP1027"
    BAD_WEEKDAYS = "RP1028"
    BAD_ID = "RP1029"
    UNKNOWN_WORD = "RP1030"
    TOO_LONG = "RP1031"
    ERROR_VALUE = "RP1032"
    BAD_LOCATED = "RP1034"
    # a place
    BAD_COORDINATE = "RP1040"
    SWAPPED_COORDINATES = "RP1041"
    ZERO_COORDINATES = "RP1042"
    HALF_POINT = "RP1043"
    NO_POINT = "RP1044"
    NO_ANCHOR_POINT = "RP1045"
    # between rows and sheets
    DUPLICATE_ID = "RP1050"
    DUPLICATE_SITE = "RP1051"
    CONFLICT = "RP1052"
    UNKNOWN_REFERENCE = "RP1053"
    UNKNOWN_SITE = "RP1054"
    CONTACT_OF_OTHER = "RP1055"
    END_BEFORE_START = "RP1056"
    NO_START = "RP1057"
    MUST_WITHOUT_REASON = "RP1058"
    BY_BEFORE_SINCE = "RP1059"
    BEFORE_VISIT = "RP1060"
    NOT_POSTPONED = "RP1065"
    HOUR_WITHOUT_DAY = "RP1066"
    ALONG_WITH_SELF = "RP1067"
    # a table of lines
    BAD_HEADWAY = "RP1061"
    SHORT_LINE = "RP1062"
    STOP_WITHOUT_POINT = "RP1063"
    STOP_MOVED = "RP1064"
    # notes on what will hardly work out
    OVERLAP = "RP1070"
    CLIENT_CLOSED = "RP1071"
    MANAGER_AWAY = "RP1072"
    DUPLICATE_VISIT = "RP1073"
    LISTED_BLANK = "RP1074"
    NEVER_THERE = "RP1075"
    NOT_BOOKED = "RP1076"
    # the user's own tables of travel
    UNKNOWN_PLACE = "RP1080"
    UNLOCATED_PLACE = "RP1081"
    SEVERAL_PLACES = "RP1082"
    SAME_PLACE = "RP1083"
    MINUTES_TWICE = "RP1084"
    BAD_HOUR = "RP1085"
    BAD_FACTOR = "RP1086"
    # a file of events
    BAD_EVENT = "RP1090"
    # a file of account changes
    MONTH_TWICE = "RP1091"
    BAD_MONTH = "RP1092"
    BAD_AMOUNT = "RP1093"
