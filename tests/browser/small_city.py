"""Write みどり市 of the tests into this process's TENKEN_HOME; print who may sign in, as JSON by role."""

from __future__ import annotations

import json
import os


def main() -> None:
    """Prepare the database and print {role: 職員番号}."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenken.config.settings")
    import django

    django.setup()
    from tenken.cli.preparing import migrate
    from tenken.organization.access import system_principal
    from tenken.policy.operations import adopt_default_policy
    from tests.factories import FOUNDED, make_person, make_scenario

    migrate()
    made = make_scenario()
    made.people["second_deputy"] = make_person(made.city, role="deputy", unit=made.section_a1)
    by = system_principal(made.city, "test", on=FOUNDED)
    adopt_default_policy(by=by, city=made.city, on=FOUNDED)
    print(json.dumps({role: person.number for role, person in made.people.items()}))


if __name__ == "__main__":
    main()
