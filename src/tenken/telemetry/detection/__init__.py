"""Detection: Sigma rules compiled to conditions over the columns of events, evaluated on each batch; correlations over
the hits. pySigma parses, ``compiling`` makes ClickHouse conditions, ``engine`` runs them, ``operations`` keeps the rules.
"""
