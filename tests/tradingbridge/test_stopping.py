import asyncio
import signal

from tradingbridge.stopping import call_before_stopping

PATIENCE = 5


async def test_a_stop_signal_is_told_and_then_reaches_the_server() -> None:
    reached = []
    told = asyncio.Event()
    before = signal.signal(signal.SIGTERM, lambda number, _: reached.append(number))
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        call_before_stopping(told.set)
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(told.wait(), PATIENCE)
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, interrupt)
    assert reached == [signal.SIGTERM]


async def test_outside_the_main_thread_the_signals_stay_as_they_are() -> None:
    before = signal.getsignal(signal.SIGTERM)
    await asyncio.to_thread(call_before_stopping, lambda: None)
    assert signal.getsignal(signal.SIGTERM) is before
