from __future__ import annotations

import pytest

from tenken.telemetry.store import Store
from tenken.telemetry.store.cluster import TABLES, on_cluster
from tenken.telemetry.store.tables import statements


def _all() -> list[str]:
    return [one for statement in statements() for one in on_cluster(statement, "tenken")]


def test_every_table_is_replicated_and_stands_behind_one_that_shards_by_city() -> None:
    made = _all()
    for table in TABLES:
        local = [
            one
            for one in made
            if one.startswith(f"CREATE TABLE IF NOT EXISTS {table}_local ON CLUSTER tenken (")
        ]
        assert len(local) == 1, table
        assert "ENGINE = Replicated" in local[0]
        assert f"/clickhouse/tables/{{shard}}/{{database}}/{table}" in local[0]
        front = [
            one for one in made if one.startswith(f"CREATE TABLE IF NOT EXISTS {table} ON CLUSTER tenken AS")
        ]
        assert len(front) == 1, table
        assert "cityHash64(city)" in front[0]


def test_no_statement_of_the_store_is_left_to_one_node() -> None:
    assert [one for one in _all() if "ON CLUSTER tenken" not in one] == []
    assert len(TABLES) == sum(statement.startswith("CREATE TABLE") for statement in statements())


def test_views_are_filled_where_the_rows_are() -> None:
    views = [one for one in _all() if "MATERIALIZED VIEW" in one]
    assert len(views) == 2
    for view in views:
        assert "FROM events_local WHERE" in view
        assert "_local AS SELECT" in view


@pytest.mark.parametrize(
    ("one", "all_nodes"),
    [
        (
            "ALTER TABLE events DROP PARTITION tuple('991015', 'operation', 202610)",
            "ALTER TABLE events_local ON CLUSTER tenken DROP PARTITION tuple('991015', 'operation', 202610)",
        ),
        (
            "ALTER TABLE hits DELETE WHERE city = {city:String} SETTINGS mutations_sync = 2",
            "ALTER TABLE hits_local ON CLUSTER tenken DELETE WHERE city = {city:String} SETTINGS mutations_sync = 2",
        ),
        ("TRUNCATE TABLE counts", "TRUNCATE TABLE counts_local ON CLUSTER tenken"),
        ("TRUNCATE TABLE stage_host_1", "TRUNCATE TABLE stage_host_1"),
        ("SELECT 1", "SELECT 1"),
    ],
)
def test_what_changes_rows_goes_to_every_node(one: str, all_nodes: str) -> None:
    assert on_cluster(one, "tenken") == (all_nodes,)


def test_the_engine_itself_reads_every_statement(event_store: Store) -> None:
    """There is no cluster here; its grammar is."""
    for statement in [
        *_all(),
        "ALTER TABLE events_local ON CLUSTER tenken DROP PARTITION tuple('a', 'b', 202610)",
    ]:
        told = event_store.command("SELECT formatQuerySingleLine({text:String})", {"text": statement})
        assert "ON CLUSTER tenken" in told


def test_a_statement_the_engine_cannot_read_would_be_found(event_store: Store) -> None:
    with pytest.raises(Exception, match="Syntax error"):
        event_store.command(
            "SELECT formatQuerySingleLine({text:String})", {"text": "CREATE TABLE ON CLUSTER x"}
        )
