"""How single values are written in the configuration: durations, sizes, addresses, hosts.

A validator raises ValueError with what is allowed, so that a fault can say: found …; allowed: ….
"""

from __future__ import annotations

import re
from datetime import time, timedelta
from ipaddress import ip_network
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

_DURATION = re.compile(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|min|h|d|w)\s*", re.IGNORECASE)
_DURATION_UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SIZE = re.compile(r"\s*(\d{1,12}(?:\.\d{1,3})?)\s*(B|KB|MB|GB)\s*", re.IGNORECASE)
_SIZE_UNITS = {"b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_SHARE = re.compile(r"\s*(\d{1,3}(?:\.\d{1,3})?)\s*%\s*")
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f@<>,;\"]+@[^\s\x00-\x1f\x7f@<>,;\"]+")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:\[\]/@]+):(\d{1,5})", re.IGNORECASE)
_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = isinstance(value, str) and _DURATION.fullmatch(value)
    if not match:
        raise ValueError('a duration such as "48h", "15m" or "60s"')
    try:
        return timedelta(seconds=float(match[1]) * _DURATION_UNITS[match[2].lower()])
    except OverflowError as error:
        raise ValueError('a shorter duration, such as "48h"') from error


def _interval(value: Any) -> Any:
    if value is None or value == "off":
        return None
    try:
        return _duration(value)
    except ValueError as error:
        raise ValueError('a duration such as "2h", or "off"') from error


def _size(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = isinstance(value, str) and _SIZE.fullmatch(value)
    size = int(float(match[1]) * _SIZE_UNITS[match[2].lower()]) if match else 0
    if size <= 0:
        raise ValueError('a size such as "25 MB" or "500 KB"')
    return size


def _share(value: Any) -> Any:
    if isinstance(value, float) and 0 < value <= 1:
        return value
    match = isinstance(value, str) and _SHARE.fullmatch(value)
    if not match or not 0 < float(match[1]) <= 100:
        raise ValueError('a share such as "20%"')
    return float(match[1]) / 100


def _zone(value: Any) -> Any:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise ValueError('a time zone of the IANA list, such as "Europe/Stockholm"') from error


def _address(value: Any) -> Any:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise ValueError('a mail address such as "support@example.com"')
    return value.lower()


def _domain(value: Any) -> Any:
    if not isinstance(value, str) or not _DOMAIN.fullmatch(value):
        raise ValueError('a domain such as "example.com"')
    return value.lower()


def _domain_or_address(value: Any) -> Any:
    is_domain = isinstance(value, str) and _DOMAIN.fullmatch(value)
    if not is_domain and not (isinstance(value, str) and _ADDRESS.fullmatch(value)):
        raise ValueError('a domain such as "example.com", or an address such as "support@example.com"')
    return value.lower()


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    match = isinstance(value, str) and _CLOCK_TIME.fullmatch(value)
    if not match:
        raise ValueError('a time of day such as "07:30"')
    return time(int(match[1]), int(match[2]))


def _host_and_port(value: Any) -> Any:
    match = isinstance(value, str) and _HOST_AND_PORT.fullmatch(value)
    if not match or int(match[2]) > 65_535:
        raise ValueError('host and port, such as "127.0.0.1:8025" or "[::1]:8025"')
    return value


def _host_and_port_or_socket(value: Any) -> Any:
    return value if isinstance(value, str) and value.startswith("/") else _host_and_port(value)


def _network(value: Any) -> Any:
    try:
        return str(ip_network(value if isinstance(value, str) else ""))
    except ValueError as error:
        raise ValueError('an address such as "192.0.2.7", or a network such as "192.0.2.0/24"') from error


def _one_line(value: Any) -> Any:
    # Such words end up in header fields: a line break there would start a new one (RFC 5322 §2.2).
    if not isinstance(value, str) or not value.strip() or _CONTROL.search(value):
        raise ValueError("a text of one line, not empty")
    return value.strip()


def between(low: int, high: int) -> BeforeValidator:
    """Takes a whole number of the range, both ends included; digits in a text too."""

    def check(value: Any) -> Any:
        number = int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value) else value
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return number

    return BeforeValidator(check)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Interval = Annotated[timedelta | None, BeforeValidator(_interval)]
"""A duration, or None where it is switched ``"off"``."""
Size = Annotated[int, BeforeValidator(_size)]
Share = Annotated[float, BeforeValidator(_share)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
MailAddress = Annotated[str, BeforeValidator(_address)]
Domain = Annotated[str, BeforeValidator(_domain)]
DomainOrAddress = Annotated[str, BeforeValidator(_domain_or_address)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
HostAndPort = Annotated[str, BeforeValidator(_host_and_port)]
HostAndPortOrSocket = Annotated[str, BeforeValidator(_host_and_port_or_socket)]
Line = Annotated[str, BeforeValidator(_one_line)]
Network = Annotated[str, BeforeValidator(_network)]
Port = Annotated[int, between(1, 65_535)]
