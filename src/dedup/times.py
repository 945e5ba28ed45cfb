"""Publication times as people write them, made UTC."""

from datetime import UTC, date, datetime
from typing import Any

from dedup.errors import TimeError, shown


def utc_time(value: Any) -> datetime | None:
    """Read a publication time.

    Parameters
    ----------
    value : str, date, datetime or None
        ISO 8601 in any form that Python reads, or an object; without zone, in UTC.

    Returns
    -------
    datetime or None
        Aware and in UTC, at midnight for a mere date; None for what is missing: None, NaN, NA, white space.

    Raises
    ------
    TimeError
        If it cannot be read; seconds since an epoch cannot.

    Examples
    --------
    >>> utc_time("2026-03-09T06:52:00+01:00").isoformat()
    '2026-03-09T05:52:00+00:00'
    """
    if isinstance(value, datetime) and value.tzinfo is UTC:
        return value
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    try:
        time = _parsed(value)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise TimeError(
            f"cannot read the time {shown(value)}; give ISO 8601, like '2026-03-09T06:52:00Z', or a datetime"
        ) from None


def is_missing(value: Any) -> bool:
    """Say whether a field has no value.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    bool
        True for None, an empty string, NaN and pandas' NA, which stand for missing values in tables.

    Examples
    --------
    >>> [is_missing(value) for value in (None, "", float("nan"), 0)]
    [True, True, True, False]
    """
    try:
        return value is None or bool(value == "") or bool(value != value)
    except TypeError:
        return (value != value) is value  # NA of pandas, which is neither equal to anything nor not
    except ValueError:
        return False  # arrays, which are compared by element


def _parsed(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    # Digits alone are a date in its basic form, or else seconds since some epoch, which nobody can tell apart
    # from a mistake.
    if not isinstance(value, str) or (value.strip().isdigit() and len(value.strip()) != 8):
        raise ValueError
    return datetime.fromisoformat(value.strip())
