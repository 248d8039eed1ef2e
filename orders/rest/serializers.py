"""The ledger as REST shows it. The names are those of the events and of the webhook's answers."""

from rest_framework import serializers

from exchanges.vocabulary import MarketType, Side
from orders.models import Order, OrderTransition, Position, Trade
from orders.rest.fields import DecimalText, ErrorText, TimeText
from orders.vocabulary import OrderStatus

MARKET_TYPES = [(word.value, word.value) for word in MarketType]
SIDES = [(word.value, word.value) for word in Side]
STATUSES = [(word.value, word.value) for word in OrderStatus]


class OrderRow(serializers.ModelSerializer[Order]):
    """`id` is the bridge's own; `exchange_order_id` is the venue's, empty until it is known.

    `leg` 0 is the instruction's own order; a flip's second order and the exits that protect an
    entry are further ones, and those have a `role`.
    """

    receipt = serializers.CharField(source="alert.receipt", read_only=True)
    strategy = serializers.CharField(source="strategy.group_name", read_only=True)
    account_id = serializers.IntegerField(read_only=True)
    account_name = serializers.CharField(source="account.name", read_only=True)
    quantity = DecimalText()
    price = DecimalText(allow_null=True)
    stop_price = DecimalText(allow_null=True)
    take_profit = DecimalText(allow_null=True)
    stop_loss = DecimalText(allow_null=True)
    trail = DecimalText(allow_null=True)
    reference_price = DecimalText(allow_null=True)
    leverage = DecimalText()
    contract_size = DecimalText()
    filled_quantity = DecimalText()
    average_price = DecimalText(allow_null=True)
    error = ErrorText(allow_null=True)
    created_at = TimeText()
    sent_at = TimeText(allow_null=True)
    acknowledged_at = TimeText(allow_null=True)
    finished_at = TimeText(allow_null=True)
    updated_at = TimeText()

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            "id",
            "receipt",
            "strategy",
            "account_id",
            "account_name",
            "instruction",
            "leg",
            "role",
            "exchange",
            "client_order_id",
            "exchange_order_id",
            "market_type",
            "symbol",
            "side",
            "order_type",
            "time_in_force",
            "reduce_only",
            "post_only",
            "is_exit",
            "quantity",
            "price",
            "stop_price",
            "take_profit",
            "stop_loss",
            "trail",
            "reference_price",
            "leverage",
            "contract_size",
            "filled_quantity",
            "average_price",
            "status",
            "error",
            "created_at",
            "sent_at",
            "acknowledged_at",
            "finished_at",
            "updated_at",
        )
        read_only_fields = fields


class TransitionRow(serializers.ModelSerializer[OrderTransition]):
    at = TimeText()

    class Meta:
        model = OrderTransition
        fields = ("from_status", "to_status", "event", "cause", "at")
        read_only_fields = fields


class FillRow(serializers.ModelSerializer[Trade]):
    """A trade beside its order, which says the rest."""

    quantity = DecimalText()
    price = DecimalText()
    fee = DecimalText()
    executed_at = TimeText()

    class Meta:
        model = Trade
        fields: tuple[str, ...] = (
            "id",
            "exchange_trade_id",
            "quantity",
            "price",
            "fee",
            "fee_currency",
            "executed_at",
        )
        read_only_fields = fields


class OrderDetail(OrderRow):
    """`behind` and `linked_to` are client order ids: of the order that had to be accepted first,
    and of the other exit of a pair.
    """

    transitions = TransitionRow(many=True, read_only=True)
    trades = FillRow(many=True, read_only=True)

    class Meta(OrderRow.Meta):
        fields = (*OrderRow.Meta.fields, "behind", "linked_to", "transitions", "trades")
        read_only_fields = fields


class TradeRow(FillRow):
    order = serializers.IntegerField(source="order_id", read_only=True)
    receipt = serializers.CharField(source="order.alert.receipt", read_only=True)
    strategy = serializers.CharField(source="order.strategy.group_name", read_only=True)
    account_id = serializers.IntegerField(read_only=True)
    account_name = serializers.CharField(source="account.name", read_only=True)
    exchange = serializers.CharField(source="order.exchange", read_only=True)
    market_type = serializers.ChoiceField(
        choices=MARKET_TYPES, source="order.market_type", read_only=True
    )
    symbol = serializers.CharField(source="order.symbol", read_only=True)
    side = serializers.ChoiceField(choices=SIDES, source="order.side", read_only=True)

    class Meta(FillRow.Meta):
        fields = (
            "id",
            "order",
            "receipt",
            "strategy",
            "account_id",
            "account_name",
            "exchange",
            "market_type",
            "symbol",
            "side",
            *FillRow.Meta.fields[1:],
        )
        read_only_fields = fields


class PositionRow(serializers.ModelSerializer[Position]):
    """`quantity` is signed: short positions are negative."""

    strategy = serializers.CharField(source="strategy.group_name", read_only=True)
    account_id = serializers.IntegerField(read_only=True)
    account_name = serializers.CharField(source="account.name", read_only=True)
    exchange = serializers.CharField(source="account.exchange", read_only=True)
    quantity = DecimalText()
    average_price = DecimalText()
    realized_pnl = DecimalText()
    updated_at = TimeText()

    class Meta:
        model = Position
        fields = (
            "id",
            "strategy",
            "account_id",
            "account_name",
            "exchange",
            "market_type",
            "symbol",
            "quantity",
            "average_price",
            "realized_pnl",
            "updated_at",
        )
        read_only_fields = fields
