"""The admin's menu shows what its reader may open."""

from django.contrib.auth.models import Permission, User

from tests.tradingbridge.desk.conftest import page


def menu(user: User, language: str = "en") -> str:
    return page(user, "/admin/", language)


def test_an_operator_finds_every_page(operator: User) -> None:
    shown = menu(operator)
    for path in ("orders/order", "strategies/strategy", "auth/user", "axes/accessattempt"):
        assert f'href="/admin/{path}/"' in shown


def test_a_trader_finds_what_they_may_view_and_nothing_else(owner: User) -> None:
    owner.is_staff = True
    owner.save()
    owner.user_permissions.add(Permission.objects.get(codename="view_order"))
    shown = menu(owner)
    assert 'href="/admin/orders/order/"' in shown
    assert 'href="/admin/auth/user/"' not in shown
    assert 'href="/admin/strategies/strategy/"' not in shown


def test_only_the_page_one_is_on_is_lit(operator: User) -> None:
    """The desk's address begins every other one, which must not count as being there."""
    links = page(operator, "/admin/orders/order/").split("<a href=")
    lit = [link.partition(" ")[0] for link in links if ' active"' in link.partition(">")[0]]
    assert lit == ['"/admin/orders/order/"']


def test_it_speaks_korean(operator: User) -> None:
    shown = menu(operator, "ko")
    assert "주문과 내역" in shown
    assert "Orders and history" not in shown
