"""Numbers as senders write them."""

from tests.webhooks.messages.telling import Case, order, read, refused


def _qty(written: str, market: str = "SPOT") -> str:
    symbol = "BTC/USDT" if market == "SPOT" else "005930"
    return f'{{"symbol":"{symbol}","order_type":"MARKET","side":"buy","qty":{written}}}'


def _takes(title: str, written: str, value: str) -> Case:
    return read(title, _qty(written), order("SPOT", "BTC/USDT", "MARKET", "BUY", qty=value))


def _refuses(title: str, written: str, code: str, status: int = 422, beyond: str = "") -> Case:
    return refused(title, _qty(written), f"{status} {code} qty", beyond=beyond)


_RANGE = "how many digits a column holds"

CASES = (
    _takes("A whole number.", "5", "5"),
    _takes("A number as text.", '"5"', "5"),
    _takes("A number as text between spaces.", '" 5 "', "5"),
    _takes("Zeros behind the point say nothing.", '"5.000"', "5"),
    _takes("Zeros in front say nothing.", '"007.5"', "7.5"),
    _takes("A plus sign.", '"+5"', "5"),
    _takes("A point without a digit before it.", '".5"', "0.5"),
    _takes("A point without a digit behind it.", '"5."', "5"),
    _takes("Thousands with commas.", '"1,234,567.89"', "1234567.89"),
    _takes("Thousands with underscores.", '"1_000_000"', "1000000"),
    _takes("A positive exponent is written out.", '"1e3"', "1000"),
    _takes("A negative exponent is written out.", "1E-8", "0.00000001"),
    _takes("Full-width digits and point.", '"１２．５"', "12.5"),
    _takes("The smallest number there is.", "1e-18", "0.000000000000000001"),
    _takes("The most digits before the point.", '"' + "9" * 20 + '"', "9" * 20),
    _takes("Thirty-eight digits in all.", "12345678901234567890.123456789012345678",
           "12345678901234567890.123456789012345678"),
    _refuses("A word.", '"ten"', "not_a_number"),
    _refuses("Infinity.", "Infinity", "not_a_number"),
    _refuses("Infinity as text.", '"Infinity"', "not_a_number"),
    _refuses("A number in hexadecimal.", '"0x10"', "not_a_number"),
    _refuses("A comma for the decimal point.", '"0,0123"', "not_a_number"),
    _refuses("Commas in the wrong places.", '"12,34"', "not_a_number"),
    _refuses("Two points.", '"1.2.3"', "not_a_number"),
    _refuses("A space inside.", '"1 000"', "not_a_number"),
    _refuses("A currency sign.", '"$100"', "not_a_number"),
    _refuses("A coin behind the number.", '"0.5 BTC"', "not_a_number"),
    _refuses("Arithmetic is not done.", '"10/2"', "not_a_number"),
    _refuses("A sign alone.", '"-"', "not_a_number"),
    _refuses("A negative quantity: an exit is a negative qty_per.", '"-0.5"', "must_be_positive"),
    _refuses("A negative zero.", '"-0"', "must_be_positive"),
    _refuses("An exponent beyond all measure.", '"1e999999"', "number_out_of_range",
             beyond=_RANGE),
    _refuses("Twenty-one digits before the point.", "1" * 21, "number_out_of_range",
             beyond=_RANGE),
    _refuses("Smaller than the smallest.", '"1e-19"', "number_out_of_range", beyond=_RANGE),
    _refuses("True is no number.", "true", "wrong_type", status=400),
    _refuses("A list is no number.", "[1]", "wrong_type", status=400),
    _refuses("An object is no number.", '{"value":1}', "wrong_type", status=400),
    refused("Null counts as absent, so the size is missing.", _qty("null"),
            "422 missing_field qty_per"),
    refused("Empty text counts as absent too.", _qty('""'), "422 missing_field qty_per"),
    refused("The text null counts as absent too.", _qty('"null"'), "422 missing_field qty_per"),
    refused("A price of zero.",
            '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","qty":1,"price":0}',
            "422 must_be_positive price"),
    refused("A negative price, as crude oil once had it.",
            '{"symbol":"CLZ26","order_type":"LIMIT","side":"buy","qty":1,"price":-37.63}',
            "422 must_be_positive price", market="OVERSEAS_FUTUREOPTION"),
)  # fmt: skip
