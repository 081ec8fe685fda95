"""The demo: みどり市, an invented city from FY2013 to the present. ``tenken demo`` loads it.

``load.load_demo`` is the way in. Sign-ins (one password for all: ``TENKEN_DEMO_PASSWORD`` or the one printed):

=============  =====================================================================================
jimu01–03      事務局: checks reports, accepts sheets, prints the paper
kacho01        情報管理者 of 地域政策課 (a sheet to approve), acting for 男女共同参画課 (findings in every state)
hosa01         副情報管理者 of the same two
kacho02        情報管理者 of 市民協働推進課, which returned its sheet to hosa02, its 副情報管理者
kacho03        情報管理者 of 保険年金課 in 川辺区: a sheet half filled in
kyokucho01     局情報管理者 of 市民局
shocho01       head of a 三種公所, 副情報管理者 of the section above
system01       システム管理者 with the sheets of two systems, one of them being audited: questions to answer, a count to explain
network01      ネットワーク管理者 with the sheets of the networks
ciso01         最高情報セキュリティ責任者: one duty overdue, one audit ordered (特命)
kansa01, 02    監査人: audits in the field and out for the facts, visits being prepared, reasons to confirm
iinkai01       委員会; iin01: 監査委員
shokuin01      職員: an open self-check
=============  =====================================================================================

Audits of systems: FY2014 as published (ten visited, two technically; nobody says how many inspected themselves), FY2015's
86, 10 and 2 by the rotation, the external audit of FY2020 with its figures that do not add up, this year in every state.

The counts of FY2014 and the plan of FY2015 are the published ones (``data/figures.yaml`` says of each where it is from, or
that it is invented); what FY2015 and the year before this one came to is invented (``data/years.yaml``). Each theme has its
module: years with their sheets and findings, visits, traces, cases, the ledger, audits of systems, the rotation, auditors,
scans, assets, quarters, people's own checks, plans, meetings, papers.
"""
