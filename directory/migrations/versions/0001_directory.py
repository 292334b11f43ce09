"""The directory: HSDS tables, sources and options."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_HSDS = {
    "organization": (
        "name alternate_name description email website tax_status tax_id "
        "year_incorporated# legal_status logo uri parent_organization_id"
    ),
    "program": ("name alternate_name description"),
    "service": (
        "organization_id program_id name alternate_name description url email status "
        "interpretation_services application_process fees_description wait_time fees "
        "accreditations eligibility_description minimum_age# maximum_age# assured_date "
        "assurer_email licenses alert last_modified"
    ),
    "service_at_location": ("location_id description"),
    "location": (
        "location_type url organization_id name alternate_name description "
        "transportation latitude# longitude# external_identifier "
        "external_identifier_type"
    ),
    "address": (
        "attention address_1 address_2 city region state_province postal_code country address_type"
    ),
    "phone": ("number extension# type description"),
    "contact": ("name title department email"),
    "schedule": (
        "valid_from valid_to dtstart timezone# until count# wkst freq interval# byday "
        "byweekno bymonthday byyearday description opens_at closes_at schedule_link "
        "attending_type notes"
    ),
    "language": ("name code note"),
    "accessibility": ("description details url"),
    "cost_option": ("valid_from valid_to option currency amount# amount_description"),
    "required_document": ("document uri"),
    "service_area": ("name description extent extent_type uri"),
    "funding": ("source_of"),
    "organization_identifier": ("identifier_scheme identifier_type identifier"),
    "taxonomy": ("name description uri version"),
    "taxonomy_term": ("code name description parent_id taxonomy taxonomy_id language term_uri"),
    "attribute": ("taxonomy_term_id link_type link_entity value label"),
    "metadata": (
        "resource_type last_action_date last_action_type field_name previous_value "
        "replacement_value updated_by"
    ),
    "meta_table_description": ("name language character_set"),
    "url": ("label url"),
    "unit": ("name scheme identifier uri"),
    "service_capacity": ("unit_id available# maximum# description updated"),
}
"""Table -> columns; ``#`` marks numbers. Written out, so that later changes of the tables do not
change this revision."""


def _facts() -> list[sa.Column]:
    return [
        sa.Column("latitude", sa.Float(53)),
        sa.Column("longitude", sa.Float(53)),
        sa.Column("languages", sa.Text, nullable=False),
        sa.Column("flags", sa.BigInteger, nullable=False),
        sa.Column("checked", sa.Integer, nullable=False),
        sa.Column("organization", sa.BigInteger, nullable=False),
        sa.Column("needs", sa.Integer, nullable=False),
    ]


def upgrade() -> None:
    for name, columns in _HSDS.items():
        op.create_table(
            name,
            sa.Column("source", _KEY, primary_key=True),
            sa.Column("owner", _KEY, primary_key=True),
            sa.Column("id", _KEY, primary_key=True),
            *(
                sa.Column(c.rstrip("#"), sa.Float(53) if c.endswith("#") else sa.Text)
                for c in columns.split()
            ),
            sa.Column("more", sa.Text),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "source",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("imported_on", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
    )
    op.create_table(
        "option",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("card", sa.Text, nullable=False),
    )
    op.create_index("option_by_id", "option", ["id"], unique=True)
    op.create_index("option_by_source", "option", ["source", "number"])
    op.create_table(
        "option_near",
        sa.Column("need", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("cell", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *_facts(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "option_area",
        sa.Column("need", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("area", _KEY, primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *_facts(),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in ("option_area", "option_near", "option", "source", *_HSDS):
        op.drop_table(name)
