"""What Django's own error page (DEBUG) shows of the settings."""

import re

from django.views.debug import SafeExceptionReporterFilter


class HiddenSettings(SafeExceptionReporterFilter):
    """Django hides what is called a key or a password; a URL that holds one is hidden too."""

    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern + "|DATABASE_URL", flags=re.IGNORECASE
    )
