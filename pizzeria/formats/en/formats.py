"""Dates and times as this shop writes them, also where Django writes them itself: in admin."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
