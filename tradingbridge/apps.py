from django.apps import AppConfig


class TradingBridgeConfig(AppConfig):
    name = "tradingbridge"
    verbose_name = "Trading Bridge"
