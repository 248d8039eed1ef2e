"""What every adapter must do, told by behaviour. A venue joins with a Rig and one class:

class TestMyVenueSpot(ExchangeContract):
    @pytest.fixture
    async def rig(self) -> AsyncIterator[Rig]: ...
"""

from tests.contracts.accounts import AccountContract
from tests.contracts.admission import AdmissionContract
from tests.contracts.exits import LinkedExitContract, TrailContract
from tests.contracts.lookups import LookupContract
from tests.contracts.orders import OrderContract
from tests.contracts.stops import StopContract
from tests.contracts.watching import WatchContract


class ExchangeContract(
    LookupContract,
    AdmissionContract,
    OrderContract,
    StopContract,
    TrailContract,
    LinkedExitContract,
    AccountContract,
    WatchContract,
):
    """The whole contract. Behaviours that a venue's capabilities rule out are skipped."""
