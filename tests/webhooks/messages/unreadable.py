"""What cannot be read at all."""

from tests.webhooks.messages.telling import Case, read, refused


def _bad_json(title: str, body: str, hint: str = "") -> Case:
    return refused(title, body, "400 bad_json", hint=hint)


_REST = '"order_type":"MARKET","side":"buy","qty":1'

CASES = (
    refused("No body.", "", "400 empty_body"),
    refused("Nothing but blanks.", " \r\n\t ", "400 empty_body"),
    refused("More than 64 KiB.", '{"note":"' + "x" * 65_536 + '"}', "400 too_large", hint="64 KiB"),
    refused("Bytes that are no text.", b"\xff\xfe{\x00}\x00", "400 broken_utf8"),
    refused("A NUL.", '{"symbol":"BTC\x00USDT"}', "400 bad_characters"),
    refused(
        "A NUL as an escape.",
        f'{{{_REST},"symbol":"BTC/USDT","account":"A\\u00001"}}',
        "400 bad_characters",
        beyond="which characters a column takes",
    ),
    refused(
        "Half a surrogate pair.",
        f'{{{_REST},"symbol":"BTC/USDT","account":"A\\ud83d1"}}',
        "400 bad_characters",
        beyond="which characters a column takes",
    ),
    _bad_json("A comma too few.", '{"symbol":"BTCUSDT" "side":"buy"}', hint="line 1, column 21"),
    _bad_json("A comma too many.", '{"symbol":"BTCUSDT","side":"buy",}'),
    _bad_json("A brace too few.", '{"symbol":"BTCUSDT","side":"buy"'),
    _bad_json("A brace too many.", '{"symbol":"BTCUSDT","side":"buy"}}'),
    _bad_json("Single quotes.", "{'symbol':'BTCUSDT'}"),
    _bad_json("Curly quotes, as messengers make them.", "{“symbol”:“BTCUSDT”}"),
    _bad_json("Names without quotes.", '{symbol:"BTCUSDT",side:"buy"}'),
    _bad_json("A value without quotes.", '{"symbol":BTCUSDT,"side":"buy"}'),
    _bad_json("A field without a value.", '{"symbol":"BTCUSDT","qty":,"side":"buy"}'),
    _bad_json("A comment in JSON.", '{"symbol":"BTCUSDT", // spot\n"side":"buy"}', hint="line 1"),
    _bad_json("Two objects, one behind the other.", f'{{{_REST}}}\n{{{_REST}}}', hint="line 2"),
    _bad_json("Words before the end.", f'{{{_REST}}} thank you'),
    refused("A list at the top.", f"[{{{_REST}}}]", "400 not_an_object", hint="orders"),
    refused("A text at the top.", '"BTCUSDT buy"', "400 not_an_object"),
    refused("A number at the top.", "91234.5", "400 not_an_object"),
    refused("JSON that was encoded twice.", '"{\\"symbol\\":\\"BTCUSDT\\"}"', "400 not_an_object"),
    refused("Null.", "null", "400 not_an_object"),
    refused("Seventeen levels in a field that nobody knows.",
            f'{{{_REST},"symbol":"BTC/USDT","a":' + "[" * 16 + "]" * 16 + "}",
            "400 too_deep", hint="16", beyond="depth in fields that nobody knows"),
    read(
        "Sixteen levels in a field that nobody knows.",
        f'{{{_REST},"symbol":"BTC/USDT","a":' + "[" * 15 + "]" * 15 + "}",
        {"kind": "ORDER", "market_type": "SPOT", "symbol": "BTC/USDT",
         "written_symbol": "BTC/USDT", "order_type": "MARKET", "side": "BUY", "qty": "1"},
        warns=("unknown_field",),
    ),
    refused("Tens of thousands of brackets.", "[" * 60_000, "400 too_deep"),
    refused("Tens of thousands of quotes.", '"' * 60_000, "400 unreadable"),
    refused("Tens of thousands of commas.", "," * 60_000, "400 unreadable"),
    refused("A number of sixty thousand digits.", f'{{"symbol":"BTC/USDT","qty":{"9" * 60_000},'
            '"order_type":"MARKET","side":"buy"}', "422 number_out_of_range qty",
            beyond="how many digits a column holds"),
    refused("A name of the strategy that is too long.", '{"group_name":"' + "x" * 101 + '"}',
            "400 too_long group_name"),
    refused("A token that is a list.", '{"group_name":"g","token":["tb_demo"]}',
            "400 wrong_type token"),
    refused("A token that is too long.", '{"group_name":"g","token":"' + "x" * 513 + '"}',
            "400 too_long token"),
    refused("An alert's id that is too long.",
            f'{{{_REST},"symbol":"BTC/USDT","alert_id":"{"x" * 201}"}}', "400 too_long alert_id"),
    refused("A web page.", "<html><body>502 Bad Gateway</body></html>", "400 unreadable"),
    refused("XML.", "<alert><symbol>BTCUSDT</symbol></alert>", "400 unreadable"),
)  # fmt: skip
