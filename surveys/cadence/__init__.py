"""When it is asked: programmes, their occurrences on local dates, quiet days and daylight saving."""
