"""The tables of the directory: HSDS 3.1 as it is, and an index made from it for answering.

HSDS tables carry HSDS names (https://docs.openreferral.org/). Every row has one ``owner``
(``service/<id>``, ``location/<id>`` ...), the thing it hangs on; a CSV row that hangs on several is
kept once for each and joined again on export. The key is (source, owner, id), so that all rows of
one service lie side by side and no further index is needed.

The ``option`` tables are derived and can be rebuilt at any time (`directory.index`).
"""

from __future__ import annotations

import sqlalchemy as sa

VERSION = "0001"
"""Revision of `directory.migrations` that equals these tables."""

metadata = sa.MetaData()

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text of keys, ordered by its bytes on both databases, so that both answer in the same order."""

COLUMNS: dict[str, str] = {
    "organization": "name alternate_name description email website tax_status tax_id "
    "year_incorporated# legal_status logo uri parent_organization_id",
    "program": "name alternate_name description",
    "service": "organization_id program_id name alternate_name description url email status "
    "interpretation_services application_process fees_description wait_time fees accreditations "
    "eligibility_description minimum_age# maximum_age# assured_date assurer_email licenses alert "
    "last_modified",
    "service_at_location": "location_id description",
    "location": "location_type url organization_id name alternate_name description transportation "
    "latitude# longitude# external_identifier external_identifier_type",
    "address": "attention address_1 address_2 city region state_province postal_code country "
    "address_type",
    "phone": "number extension# type description",
    "contact": "name title department email",
    "schedule": "valid_from valid_to dtstart timezone# until count# wkst freq interval# byday "
    "byweekno bymonthday byyearday description opens_at closes_at schedule_link attending_type "
    "notes",
    "language": "name code note",
    "accessibility": "description details url",
    "cost_option": "valid_from valid_to option currency amount# amount_description",
    "required_document": "document uri",
    "service_area": "name description extent extent_type uri",
    "funding": "source_of",
    "organization_identifier": "identifier_scheme identifier_type identifier",
    "taxonomy": "name description uri version",
    "taxonomy_term": "code name description parent_id taxonomy taxonomy_id language term_uri",
    "attribute": "taxonomy_term_id link_type link_entity value label",
    "metadata": "resource_type last_action_date last_action_type field_name previous_value "
    "replacement_value updated_by",
    "meta_table_description": "name language character_set",
    "url": "label url",
    "unit": "name scheme identifier uri",
    "service_capacity": "unit_id available# maximum# description updated",
}
"""HSDS table -> its own columns; ``#`` marks numbers. HSDS' funding.source is ``source_of`` here,
since ``source`` names the directory a row came from."""

OWNERS: dict[str, tuple[str, ...]] = {
    "program": ("organization",),
    "service_at_location": ("service",),
    "address": ("location",),
    "phone": ("location", "service", "organization", "contact", "service_at_location"),
    "contact": ("organization", "service", "service_at_location", "location"),
    "schedule": ("service", "location", "service_at_location"),
    "language": ("service", "location", "phone"),
    "accessibility": ("location",),
    "cost_option": ("service",),
    "required_document": ("service",),
    "service_area": ("service", "service_at_location"),
    "funding": ("organization", "service"),
    "organization_identifier": ("organization",),
    "url": ("organization", "service"),
    "service_capacity": ("service",),
}
"""HSDS table -> what its rows may hang on, by foreign keys named ``<owner>_id``."""

ENTITIES = ("organization", "service", "location", "taxonomy", "taxonomy_term", "unit",
            "meta_table_description")  # fmt: skip
"""Tables whose rows stand alone; their owner is empty."""

FILES = {
    "organization": "organizations",
    "program": "programs",
    "service": "services",
    "service_at_location": "service_at_location",
    "location": "locations",
    "address": "addresses",
    "phone": "phones",
    "contact": "contacts",
    "schedule": "schedules",
    "language": "languages",
    "accessibility": "accessibility",
    "cost_option": "cost_options",
    "required_document": "required_documents",
    "service_area": "service_areas",
    "funding": "funding",
    "organization_identifier": "organization_identifiers",
    "taxonomy": "taxonomies",
    "taxonomy_term": "taxonomy_terms",
    "attribute": "attributes",
    "metadata": "metadata",
    "meta_table_description": "meta_table_descriptions",
    "url": "url",
    "unit": "units",
    "service_capacity": "service_capacity",
}
"""HSDS table -> name of its CSV file in the tabular form."""

NUMBERS: dict[str, frozenset[str]] = {
    name: frozenset(c[:-1] for c in columns.split() if c.endswith("#"))
    for name, columns in COLUMNS.items()
}
NAMES: dict[str, tuple[str, ...]] = {
    name: tuple(c.rstrip("#") for c in columns.split()) for name, columns in COLUMNS.items()
}


def _table(name: str) -> sa.Table:
    columns = [sa.Column(c, sa.Float(53) if c in NUMBERS[name] else sa.Text) for c in NAMES[name]]
    return sa.Table(
        name,
        metadata,
        sa.Column("source", KEY, primary_key=True),
        sa.Column("owner", KEY, primary_key=True),
        sa.Column("id", KEY, primary_key=True),
        *columns,
        sa.Column("more", sa.Text),
        sqlite_with_rowid=False,
    )


TABLES: dict[str, sa.Table] = {name: _table(name) for name in COLUMNS}
"""``more`` holds what HSDS does not know, as JSON, so that extensions come out again."""

source = sa.Table(
    "source",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("imported_on", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
)

option = sa.Table(
    "option",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
    sa.Index("option_by_id", "id", unique=True),
    sa.Index("option_by_source", "source", "number"),
)
"""One row for each service at each of its locations; ``card`` is all that may be shown, as JSON."""


def _facts() -> list[sa.Column]:
    """What is filtered and ordered by, side by side with the key, so that one range is read."""
    return [
        sa.Column("latitude", sa.Float(53)),
        sa.Column("longitude", sa.Float(53)),
        sa.Column("languages", sa.Text, nullable=False),
        sa.Column("flags", sa.BigInteger, nullable=False),
        sa.Column("checked", sa.Integer, nullable=False),
        sa.Column("organization", sa.BigInteger, nullable=False),
        sa.Column("needs", sa.Integer, nullable=False),
    ]


option_near = sa.Table(
    "option_near",
    metadata,
    sa.Column("need", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("cell", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    *_facts(),
    sqlite_with_rowid=False,
)
"""Where options are: by need and cell of a tenth of a degree, so a box is a few key ranges."""

option_area = sa.Table(
    "option_area",
    metadata,
    sa.Column("need", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("area", KEY, primary_key=True),
    sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    *_facts(),
    sqlite_with_rowid=False,
)
"""Whom options serve (``US``, ``US-IL``, ``US-IL/cook``, ``us:60608``), the best kept first."""

CELL = 10
"""Cells a degree: about 11 km of latitude."""
COLUMNS_OF_CELLS = 360 * CELL


def cell(latitude: float, longitude: float) -> int:
    """The number of the cell of a point in degrees."""
    row = int((latitude + 90) * CELL)
    return row * COLUMNS_OF_CELLS + int((longitude + 180) * CELL) % COLUMNS_OF_CELLS


def owner(kind: str, id: str) -> str:
    """The owner key of what hangs on a thing."""
    return f"{kind}/{id}"
