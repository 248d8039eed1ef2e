"""The admin's pages for strategies, accounts, links and API tokens."""

from django.contrib import admin

from strategies.admin.account import AccountAdmin
from strategies.admin.api_token import ApiTokenAdmin
from strategies.admin.link import LinkAdmin
from strategies.admin.strategy import StrategyAdmin
from strategies.models import Account, ApiToken, Strategy, StrategyAccount

admin.site.register(Account, AccountAdmin)
admin.site.register(ApiToken, ApiTokenAdmin)
admin.site.register(Strategy, StrategyAdmin)
admin.site.register(StrategyAccount, LinkAdmin)
