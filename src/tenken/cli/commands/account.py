"""tenken account"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tenken.cli.parsing import add_city

if TYPE_CHECKING:
    from tenken.organization.models import City, Person

NAME = "account"
HELP = "利用者を作り、パスワードを設定します"
_FROM = "パスワードは画面で尋ねます。標準入力から1行で渡すこともできます"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="すること", metavar="すること", required=True, dest="action")
    opened = actions.add_parser(
        "open", help="利用者を作ります", description=f"職員の利用者を作ります。{_FROM}"
    )
    opened.add_argument("number", metavar="職員番号", help="職員番号")
    opened.add_argument("--username", metavar="利用者名", help="利用者名（既定：職員番号）")
    password = actions.add_parser(
        "password", help="パスワードを設定します", description=f"利用者のパスワードを設定します。{_FROM}"
    )
    password.add_argument("number", metavar="職員番号", help="職員番号")
    for one in (opened, password):
        one.add_argument("--keep", action="store_true", help="次のログインでパスワードの変更を求めません")
        add_city(one)


def run(args: argparse.Namespace) -> int:
    from tenken.cli.cities import chosen_city, command_principal
    from tenken.cli.passwords import read_password
    from tenken.cli.terminal import say
    from tenken.common.refusals import Missing
    from tenken.organization.models import Account
    from tenken.organization.operations import open_account, set_password

    city = chosen_city(args.city)
    person = _person(city, args.number)
    by = command_principal(city)
    if args.action == "open":
        account = open_account(
            by=by,
            person=person,
            username=args.username or person.number,
            password=read_password(),
            must_change_password=not args.keep,
        )
        say(f"{person.name}の利用者「{account.username}」を作りました。")
        return 0
    found = Account.objects.select_related("person").filter(person=person).first()
    if found is None:
        raise Missing(f"{person.name}の利用者はありません。「tenken account open」で作ってください。")
    set_password(by=by, account=found, password=read_password(), must_change=not args.keep)
    say(f"{person.name}の利用者「{found.username}」のパスワードを設定しました。")
    return 0


def _person(city: City, number: str) -> Person:
    from tenken.common.refusals import Missing
    from tenken.organization.models import Person

    person = Person.objects.select_related("city").filter(city=city, number=number).first()
    if person is None:
        raise Missing(f"職員番号「{number}」の職員は、{city.name}に登録されていません。")
    return person
