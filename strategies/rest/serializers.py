"""Accounts, strategies and links as REST shows and takes them. Secrets only go in."""

from decimal import Decimal
from typing import Any, ClassVar

from rest_framework import serializers

from exchanges.vocabulary import AccountType
from strategies import accounts, services, tokens
from strategies.limits import ANSWER_WITHIN, CAPITAL, DEDUPE_WINDOW, LEVERAGE, MAX_AGE, OVERLAP
from strategies.models import Account, Strategy, StrategyAccount
from strategies.rest.keys import KeyField
from strategies.rest.risk import LinkRiskSerializer, StrategyRiskSerializer

_LONGEST_CREDENTIAL = 8_192


class AccountSerializer(serializers.ModelSerializer[Account]):
    exchange = serializers.CharField(max_length=40)
    account_type = serializers.ChoiceField(
        choices=[(word.value, word.value) for word in AccountType]
    )
    credentials = serializers.DictField(
        child=serializers.CharField(max_length=_LONGEST_CREDENTIAL, allow_blank=True),
        write_only=True,
        required=False,
        help_text="The exchange's own keys; given again, they replace all of them.",
    )
    credential_keys = serializers.SerializerMethodField(help_text="Which credentials are set.")

    class Meta:
        model = Account
        fields = (
            "id",
            "name",
            "account_type",
            "exchange",
            "is_demo",
            "is_active",
            "base_url",
            "credentials",
            "credential_keys",
            "created_at",
            "updated_at",
        )

    def get_credential_keys(self, account: Account) -> list[str]:
        return accounts.credential_keys(account)

    def validate_exchange(self, exchange: str) -> str:
        return exchange.upper()

    def create(self, validated_data: dict[str, Any]) -> Account:
        return accounts.create_account(**validated_data)

    def update(self, instance: Account, validated_data: dict[str, Any]) -> Account:
        return accounts.edit_account(
            account=instance, editor=self.context["request"].user, changes=validated_data
        )


class StrategySerializer(serializers.ModelSerializer[Strategy]):
    answer_within = serializers.DecimalField(
        max_digits=6,
        decimal_places=3,
        min_value=ANSWER_WITHIN.lowest,
        max_value=ANSWER_WITHIN.highest,
        normalize_output=True,
        required=False,
        help_text="Seconds.",
    )
    max_age = serializers.DecimalField(
        max_digits=9,
        decimal_places=3,
        min_value=MAX_AGE.lowest,
        max_value=MAX_AGE.highest,
        normalize_output=True,
        required=False,
        help_text="Seconds.",
    )
    dedupe_window = serializers.DecimalField(
        max_digits=9,
        decimal_places=3,
        min_value=DEDUPE_WINDOW.lowest,
        max_value=DEDUPE_WINDOW.highest,
        normalize_output=True,
        required=False,
        help_text="Seconds; 0 switches it off.",
    )
    risk = StrategyRiskSerializer(
        required=False, allow_null=True, help_text="Replaced as a whole; null removes it."
    )

    class Meta:
        model = Strategy
        fields = (
            "id",
            "group_name",
            "market_type",
            "is_active",
            "is_public",
            "language",
            "answer_within",
            "max_age",
            "dedupe_window",
            "outside_hours",
            "on_missed_alert",
            "risk",
            "created_at",
            "updated_at",
        )
        # The database has the last word on a name that is taken, and the service says it.
        extra_kwargs: ClassVar[dict[str, Any]] = {"group_name": {"validators": []}}

    def update(self, instance: Strategy, validated_data: dict[str, Any]) -> Strategy:
        return services.edit_strategy(strategy=instance, changes=validated_data)


class NewStrategySerializer(StrategySerializer):
    """A strategy with its token, which is answered this once."""

    token = serializers.CharField(read_only=True)

    class Meta(StrategySerializer.Meta):
        fields = (*StrategySerializer.Meta.fields, "token")  # type: ignore[assignment]


class LinkSerializer(serializers.ModelSerializer[StrategyAccount]):
    account = KeyField(queryset=Account.objects.none())
    account_name = serializers.CharField(source="account.name", read_only=True)
    capital = serializers.DecimalField(
        max_digits=38,
        decimal_places=18,
        min_value=CAPITAL.lowest,
        normalize_output=True,
        required=False,
        help_text="In the quote currency.",
    )
    leverage = serializers.DecimalField(
        max_digits=8,
        decimal_places=3,
        min_value=LEVERAGE.lowest,
        max_value=LEVERAGE.highest,
        normalize_output=True,
        required=False,
    )
    risk = LinkRiskSerializer(
        required=False, allow_null=True, help_text="Replaced as a whole; null removes it."
    )

    class Meta:
        model = StrategyAccount
        fields = (
            "id",
            "account",
            "account_name",
            "capital",
            "leverage",
            "is_active",
            "risk",
            "created_at",
            "updated_at",
        )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Only the strategy owner's accounts can be named; another's is as unknown as none."""
        fields = super().get_fields()
        if owner := self.context.get("owner"):
            fields["account"].queryset = Account.objects.filter(owner=owner)  # type: ignore[attr-defined]
        return fields

    def create(self, validated_data: dict[str, Any]) -> StrategyAccount:
        return services.create_link(**validated_data)

    def update(self, instance: StrategyAccount, validated_data: dict[str, Any]) -> StrategyAccount:
        return services.edit_link(link=instance, changes=validated_data)


class RotationSerializer(serializers.Serializer[Any]):
    overlap = serializers.DecimalField(
        max_digits=9,
        decimal_places=3,
        min_value=OVERLAP.lowest,
        max_value=OVERLAP.highest,
        default=Decimal(int(tokens.OVERLAP.total_seconds())),
        help_text="Seconds in which the old tokens still work; 0 cuts them at once.",
    )


class IssuedTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField()
    overlap = serializers.DecimalField(max_digits=9, decimal_places=3, normalize_output=True)


class BalanceSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    total = serializers.DecimalField(max_digits=None, decimal_places=None, normalize_output=True)
    free = serializers.DecimalField(max_digits=None, decimal_places=None, normalize_output=True)


class OffersSerializer(serializers.Serializer[Any]):
    market_types = serializers.ListField(child=serializers.CharField())
    order_types = serializers.ListField(child=serializers.CharField())
    times_in_force = serializers.ListField(child=serializers.CharField())
    reduce_only = serializers.BooleanField()
    post_only = serializers.BooleanField()
    demo = serializers.BooleanField()


class AccountCheckSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField(default=True)
    balances = BalanceSerializer(many=True)
    offers = OffersSerializer()
