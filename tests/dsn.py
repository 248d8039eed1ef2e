"""The address of the database that Django's test run uses, for code with its own connections."""

from urllib.parse import quote, urlencode

from django.db import connection


def test_dsn() -> str:
    """A libpq URL. Ask inside a database test: the name is the test database's only there."""
    settings = connection.settings_dict
    login = quote(settings["USER"], safe="")
    if settings["PASSWORD"]:
        login += f":{quote(settings['PASSWORD'], safe='')}"
    query = {"host": settings["HOST"], "port": settings["PORT"], **settings.get("OPTIONS", {})}
    text = urlencode({key: value for key, value in query.items() if value})
    return f"postgresql://{login}@/{quote(settings['NAME'], safe='')}?{text}"


# pytest would take the function for a test wherever it is imported.
vars(test_dsn)["__test__"] = False
