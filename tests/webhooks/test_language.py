import pytest

from exchanges.errors import Language
from webhooks.language import choose


@pytest.mark.parametrize(
    ("accept", "strategy", "default", "chosen"),
    [
        ("", None, "ko", "ko"),
        ("", None, "en-us", "en"),
        ("", None, "fr", "ko"),
        ("", "en", "ko", "en"),
        ("en", "ko", "ko", "en"),
        ("en-US,en;q=0.9", None, "ko", "en"),
        ("fr,de", "en", "ko", "en"),
        ("en;q=0.3,ko;q=0.8", None, "en", "ko"),
        ("*", "en", "ko", "en"),
        ("en;q=0", None, "ko", "ko"),
        ("en;q=x", None, "ko", "ko"),
    ],
)
def test_the_sender_s_wish_comes_first_then_the_strategy_s_then_the_server_s(
    accept: str, strategy: Language | None, default: str, chosen: str
) -> None:
    assert choose(accept, strategy, default) == chosen
