"""HSDS as CSV files: 3.1 and 3.0 as they are, and 1.1, which older directories still export.

What 1.1 calls otherwise is renamed on the way in; what 3.x no longer has (weekday columns,
eligibility tables, taxonomies by services) becomes what 3.x says instead.
Source of the old names: https://docs.openreferral.org/en/v1.1.1/hsds/reference.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from directory.hours import time_of_day
from directory.phones import parse
from directory.profile import made_id
from directory.reading import Problem, Report, Row, Sheet, row
from directory.schema import ENTITIES, FILES, NAMES, OWNERS, owner

_TABLES = {file: table for table, file in FILES.items()} | {table: table for table in FILES}
_OLD = {
    "services_at_location": "service_at_location",
    "services_at_locations": "service_at_location",
    "service_at_locations": "service_at_location",
    "regular_schedules": "schedule",
    "regular_schedule": "schedule",
    "holiday_schedules": "schedule",
    "holiday_schedule": "schedule",
    "physical_addresses": "address",
    "physical_address": "address",
    "postal_addresses": "address",
    "postal_address": "address",
    "mail_addresses": "address",
    "accessibility_for_disabilities": "accessibility",
    "taxonomy": "taxonomy_term",
    "services_taxonomy": "attribute",
    "service_taxonomy": "attribute",
    "eligibility": "service",
    "payments_accepted": "cost_option",
    "fundings": "funding",
    "urls": "url",
}
_RENAMED: dict[str, dict[str, str]] = {
    "organization": {"url": "website", "urls": "website", "id ": "id"},
    "phone": {"department": "description"},
    "accessibility": {"accessibility": "description"},
    "service_area": {"service_area": "name"},
    "required_document": {"required_document": "document"},
    "funding": {"source": "source_of"},
    "language": {"language": "name"},
    "contact": {"department": "department"},
}
_WEEKDAYS = {"monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR",
             "saturday": "SA", "sunday": "SU"}  # fmt: skip


def fits(files: dict[str, Sheet]) -> bool:
    """True when these files look like HSDS tables."""
    if "services" in files or "service" in files:
        sheet = files["services"] if "services" in files else files["service"]
        heading = {cell.casefold() for cell in sheet.heading()}
        return {"id", "name"} <= heading or {"id", "organization_id"} <= heading
    return any(stem in _TABLES or stem in _OLD for stem in files) and any(
        "id" in sheet.heading() for sheet in files.values()
    )


class Tabular:
    """A folder, zip or file of HSDS tables as CSV."""

    only: frozenset[str] | None = None

    def __init__(self, name: str, files: dict[str, Sheet]) -> None:
        self.name = name
        self._files = files
        old = any(s in files for s in ("regular_schedules", "physical_addresses",
                                       "postal_addresses", "services_taxonomy",
                                       "services_at_location"))  # fmt: skip
        self.format = "hsds-1.1-csv" if old else "hsds-3-csv"

    def rows(self, report: Report) -> Iterator[Row]:
        """All rows, organizations and services first."""
        order = {"organization": 0, "program": 1, "service": 2, "location": 3}
        known = []
        for stem, sheet in self._files.items():
            table = self._table(stem)
            if table is None:
                report(
                    Problem(
                        sheet.name,
                        None,
                        None,
                        "file_unknown",
                        "not an HSDS table; rename it or leave it out",
                        kept=False,
                    )
                )
                continue
            known.append((order.get(table, 9), stem != "services", stem, table, sheet))
        for _, _, stem, table, sheet in sorted(known, key=lambda item: item[:3]):
            if self.only is not None and table not in self.only:
                continue
            for number, line in sheet.lines(report):
                yield from self._line(stem, table, sheet.name, number, line, report)

    def _table(self, stem: str) -> str | None:
        if self.format == "hsds-1.1-csv" and stem in _OLD:
            return _OLD[stem]
        return _TABLES.get(stem) or _OLD.get(stem)

    def _line(
        self, stem: str, table: str, file: str, number: int, line: dict[str, str], report: Report
    ) -> Iterator[Row]:
        renamed = _RENAMED.get(table, {})
        values: dict[str, Any] = {}
        for key, cell in line.items():
            key = key.strip().casefold().replace(" ", "_")
            key = renamed.get(key, key) if renamed.get(key, key) not in line else key
            if cell and (key not in values or not values[key]):
                values[key] = cell
        if table == "organization" and "website" not in values and values.get("url"):
            values["website"] = values.pop("url")
        links = self._links(table, values)
        if table in ENTITIES:
            yield from self._entity(stem, table, file, number, values, report)
            return
        if table == "address":
            values.setdefault(
                "address_type", "postal" if stem.startswith(("postal", "mail")) else "physical"
            )
            organization = values.pop("organization_id", None)
            if organization and not links:
                yield from self._postal(organization, values, file, number, report)
                return
        elif table == "schedule":
            self._schedule(stem, values, file, number, report)
        elif table == "attribute" and stem.startswith(("services_", "service_")):
            term = values.pop("taxonomy_id", None) or values.get("taxonomy_term_id")
            links = [owner("service", values.pop("service_id", ""))]
            values |= {"taxonomy_term_id": term, "link_entity": "service"}
            if "taxonomy_detail" in values:
                values["value"] = values.pop("taxonomy_detail")
        elif table == "cost_option" and "payment" in values:
            values["option"] = values.pop("payment")
        elif table == "phone":
            self._phone(values, file, number, report)
            if "language" in values:
                spoken = values.pop("language")
                values.setdefault("description", spoken)
        if not links and values.get("id") and table not in ("attribute", "metadata"):
            # HSDS allows it; kept for the way out, of no use for answers.
            report(Problem(file, number, _column(table), "hangs_on_nothing",
                           "give the id of what it belongs to"))  # fmt: skip
            links = [""]
        if not links or any(link.endswith("/") for link in links):
            report(Problem(file, number, _column(table), "hangs_on_nothing",
                           "give the id of what it belongs to", kept=False))  # fmt: skip
            return
        if table == "phone" and not values.get("number"):
            report(Problem(file, number, "number", "number_missing",
                           "give the number or delete the row", kept=False))  # fmt: skip
            return
        parts = list(self._split(table, values, file, number, report))
        for link in links:
            for part in parts:
                yield row(self.name, table, dict(part), link, file, number, report)

    @staticmethod
    def _links(table: str, values: dict[str, Any]) -> list[str]:
        """What a row hangs on; foreign keys are taken out of its values."""
        if table in ENTITIES:
            return []
        if table == "attribute":
            link = values.pop("link_id", "")
            entity = str(values.get("link_entity") or "").casefold()
            kind = _TABLES.get(entity, "any")
            return [owner(kind, link)] if link else []
        if table == "metadata":
            link = values.pop("resource_id", "")
            kind = _TABLES.get(str(values.get("resource_type") or "").casefold(), "any")
            return [owner(kind, link)] if link else []
        found = []
        for kind in OWNERS[table]:
            key = f"{kind}_id"
            if key in values and key not in NAMES[table]:
                found.append(owner(kind, values.pop(key)))
        return found

    def _entity(
        self, stem: str, table: str, file: str, number: int, values: dict[str, Any], report: Report
    ) -> Iterator[Row]:
        if stem == "eligibility":
            id = values.get("service_id")
            if not id:
                report(Problem(file, number, "service_id", "hangs_on_nothing",
                               "give the id of what it belongs to", kept=False))  # fmt: skip
                return
            text = values.get("eligibility") or values.get("eligibility_description")
            merged = {"id": id, "eligibility_description": text}
            yield row(self.name, "service", merged, "", file, number, report, repeats=True)
            return
        if table in ("organization", "service", "location") and not values.get("id"):
            if not values.get("name") or (table == "service" and not values.get("organization_id")):
                report(Problem(file, number, "id", "id_and_name_missing",
                               "give an id and a name", kept=False))  # fmt: skip
                return
            parts = (values.get("organization_id", ""), values["name"])
            values["id"] = made_id(self.name, table, *parts)
            report(
                Problem(
                    file,
                    number,
                    "id",
                    "id_missing",
                    "give an id that stays the same; one was made from the name",
                )
            )
        if table == "service":
            if not values.get("name"):
                report(Problem(file, number, "name", "name_missing", "give the service a name",
                               kept=False))  # fmt: skip
                return
            values.setdefault("status", "active")
            yield from self._before_hsds(values, file, number, report)
        if table == "location":
            values.setdefault("location_type", "physical")
        if stem == "taxonomy" and self.format == "hsds-1.1-csv":
            values.pop("parent_name", None)
            values.setdefault("taxonomy", values.pop("vocabulary", None) or "unnamed")
            values.setdefault("description", values.get("name"))
        if table == "taxonomy_term":
            if "taxonomy_id" in values and "id" not in values:
                values["id"] = values["code"] = values.pop("taxonomy_id")
            if stem == "taxonomy":
                values.setdefault("code", values.get("id"))
            values.setdefault("description", values.get("name"))
        yield row(self.name, table, values, "", file, number, report)

    def _before_hsds(
        self, values: dict[str, Any], file: str, number: int, report: Report
    ) -> Iterator[Row]:
        """Columns of Ohana's form, from which HSDS came: a service names its location, areas,
        languages and terms in cells of its own."""
        id = values["id"]
        link = owner("service", id)
        location = values.pop("location_id", None)
        if location:
            joint = {"id": made_id(self.name, "service_at_location", id, location),
                     "location_id": location}  # fmt: skip
            yield row(self.name, "service_at_location", joint, link, file, number, report)
        for column, table, key in (("service_areas", "service_area", "name"),
                                   ("languages", "language", "name"),
                                   ("taxonomy_ids", "attribute", "taxonomy_term_id")):  # fmt: skip
            for part in str(values.pop(column, "")).split(","):
                if part.strip():
                    yield row(self.name, table, {key: part.strip()}, link, file, number, report)
        for old, new in (("website", "url"), ("eligibility", "eligibility_description"),
                         ("how_to_apply", "application_process")):  # fmt: skip
            if old in values and new not in values:
                values[new] = values.pop(old)

    def _postal(
        self, organization: str, values: dict[str, Any], file: str, number: int, report: Report
    ) -> Iterator[Row]:
        """HSDS 1.1 let an address hang on an organization; 3.x has addresses of locations only."""
        id = made_id(self.name, "location", organization, "postal")
        place = {"id": id, "organization_id": organization, "location_type": "postal"}
        yield row(self.name, "location", place, "", file, number, report, repeats=True)
        yield row(self.name, "address", values, owner("location", id), file, number, report)

    @staticmethod
    def _schedule(
        stem: str, values: dict[str, Any], file: str, number: int, report: Report
    ) -> None:
        for column in ("opens_at", "closes_at"):
            if values.get(column) and time_of_day(str(values[column])) is None:
                report(Problem(file, number, column, "hours_unclear",
                               "a time like 09:00; 24 hours are 00:00 and 23:59"))  # fmt: skip
        weekday = values.pop("weekday", None)
        if weekday:
            days = [d.strip().casefold() for d in str(weekday).replace("/", ",").split(",")]
            values["byday"] = ",".join(_WEEKDAYS.get(d, d.upper()[:2]) for d in days)
            values["freq"] = "WEEKLY"
        if stem.startswith("holiday"):
            values["valid_from"] = values.pop("start_date", None)
            values["valid_to"] = values.pop("end_date", None)
            if str(values.pop("closed", "")).casefold() in ("true", "t", "1", "yes"):
                values.pop("opens_at", None)
                values.pop("closes_at", None)

    @staticmethod
    def _phone(values: dict[str, Any], file: str, number: int, report: Report) -> None:
        extension = str(values.get("extension") or "")
        if extension and not extension.replace(".", "").isdigit():
            values["description"] = " ".join(filter(None, [values.get("description"), extension]))
            del values["extension"]
            report(Problem(file, number, "extension", "not_a_number",
                           "digits only; the text was kept as description"))  # fmt: skip
        if values.get("number") and not any(n.sound for n in parse(str(values["number"]))):
            report(Problem(file, number, "number", "number_doubtful",
                           "check the number; it is shown as it is"))  # fmt: skip

    @staticmethod
    def _split(
        table: str, values: dict[str, Any], file: str, number: int, report: Report
    ) -> Iterator[dict[str, Any]]:
        """Several languages in one cell become several rows."""
        cell = str(values.get("name") or "")
        if table != "language" or not any(c in cell for c in ",;/&|"):
            yield values
            return
        report(Problem(file, number, "language", "several_in_a_cell",
                       "one language a row; they were taken apart"))  # fmt: skip
        for part in (
            cell.replace(";", ",").replace("/", ",").replace("&", ",").replace("|", ",").split(",")
        ):
            if part.strip():
                yield {k: v for k, v in values.items() if k not in ("id", "code")} | {
                    "name": part.strip()
                }


def _column(table: str) -> str:
    return {"attribute": "link_id", "metadata": "resource_id"}.get(
        table, "/".join(f"{kind}_id" for kind in OWNERS.get(table, ("id",)))
    )
