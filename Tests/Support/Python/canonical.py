"""One text form for a value, whoever has read it: the meeting point of Arrow data and PostgreSQL's text.

    null, booleans, integers      as JSON has them
    float, double                 shortest decimal that reads back the same, "NaN", "Infinity", "-0.0"
    decimal                       text with its whole scale, "1.20"
    string                        as it is
    binary                        "\\x" and hexadecimal digits
    date, timestamp               "2024-02-29", "2024-02-29T12:00:00.000001Z" (timestamp_ntz: without the Z)
    array, map, struct            [v, ...], [[key, v], ...] by key, {field: v, ...}
"""

import struct


def date(days):
    """Days since 1970-01-01 in the proleptic Gregorian calendar; years before 1 are 0, -1, ..."""
    z = days + 719468
    era, day_of_era = divmod(z, 146097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (month <= 2)
    return f"{year:04d}-{month:02d}-{day:02d}"


def days(year, month, day):
    """The inverse of `date`."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468


def timestamp(micros, zone):
    """Microseconds since 1970-01-01T00:00:00."""
    whole_days, rest = divmod(micros, 86_400_000_000)
    seconds, fraction = divmod(rest, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{date(whole_days)}T{hour:02d}:{minute:02d}:{second:02d}.{fraction:06d}{zone}"


def double(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def single(value):
    """A float of 32 bits, given as the double that equals it or as one that rounds to it."""
    if value != value or value in (float("inf"), float("-inf")):
        return double(value)
    bits = single_bits(value)
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if single_bits(float(text)) == bits:
            return repr(float(text))
    return repr(value)


def single_bits(value):
    try:
        return struct.pack("<f", value)
    except OverflowError:  # The text was rounded up past the largest float.
        return None


def binary(value):
    return "\\x" + value.hex()


def decimal(value, scale):
    return f"{value:.{scale}f}"
