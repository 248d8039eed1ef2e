"""The entries of an alert: itself, or those of its list of orders."""

from collections.abc import Mapping

from exchanges.errors import Reason
from webhooks import refusals, unreadable
from webhooks.cautions import not_inherited, only_for_the_alert
from webhooks.fields import FALLING_BACK, OF_THE_ALERT, is_absent, known_fields, squeeze
from webhooks.instructions import UnreadInstruction
from webhooks.refusals import AlertRefused
from webhooks.values import Entry

BATCH_LIMIT = 30


def entries_of(alert: Entry, warnings: list[Reason]) -> list[Entry | UnreadInstruction]:
    """Each entry has what it may take from the top level, and nothing else of it.

    Raises AlertRefused where the list itself is wrong; a wrong entry concerns only itself.
    """
    if "orders" not in alert:
        return [alert]
    said = alert.fields["orders"]
    if not isinstance(said, list):
        raise AlertRefused(unreadable.wrong_type("orders", "목록", "a list"))
    if not said:
        raise AlertRefused(refusals.empty_batch())
    if len(said) > BATCH_LIMIT:
        raise AlertRefused(refusals.too_many_instructions(BATCH_LIMIT))
    shared = {name: value for name, value in alert.fields.items() if name in FALLING_BACK}
    lost = sorted(alert.fields.keys() - OF_THE_ALERT - FALLING_BACK)
    warnings.extend(not_inherited(name) for name in lost)
    for index, item in enumerate(said):
        if isinstance(item, dict) and _holds_a_list(item):
            raise AlertRefused(refusals.nested_batch(f"orders[{index}].orders"))
    return [_entry(index, item, shared, warnings) for index, item in enumerate(said)]


def _holds_a_list(item: Mapping[str, object]) -> bool:
    return any(squeeze(name) == "orders" and not is_absent(item[name]) for name in item)


def _entry(
    index: int, said: object, shared: Mapping[str, object], warnings: list[Reason]
) -> Entry | UnreadInstruction:
    if not isinstance(said, dict):
        refusal = unreadable.wrong_type(f"orders[{index}]", "객체", "an object")
        return UnreadInstruction(index=index, refusal=refusal)
    place = f"orders[{index}]."
    try:
        fields, unknown = known_fields(said, place)
    except AlertRefused as error:
        return UnreadInstruction(index=index, refusal=error.refusal)
    warnings.extend(unknown)
    lost = sorted(fields.keys() & OF_THE_ALERT)
    warnings.extend(only_for_the_alert(place + name) for name in lost)
    own = {name: value for name, value in fields.items() if name not in OF_THE_ALERT}
    return Entry({**shared, **own}, place)
