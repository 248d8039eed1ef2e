"""Users' strategies, accounts, the links between them, and what limits them."""

from strategies.models.account import Account, StrategyAccount
from strategies.models.api_token import ApiToken
from strategies.models.risk import LinkRisk, StrategyRisk
from strategies.models.strategy import OnMissedAlert, OutsideHours, Strategy, StrategyToken

__all__ = [
    "Account",
    "ApiToken",
    "LinkRisk",
    "OnMissedAlert",
    "OutsideHours",
    "Strategy",
    "StrategyAccount",
    "StrategyRisk",
    "StrategyToken",
]
