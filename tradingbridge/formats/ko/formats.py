"""Orders are a matter of seconds, so times show them."""

DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "Y/m/d H:i:s"
