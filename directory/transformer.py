"""Two legal-aid directories in the shape their keepers export them, as the HSDS transformer knows
them (https://github.com/openreferral/hsds-transformer): Illinois Legal Aid Online and Florida."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from directory.phones import parse
from directory.profile import made_id
from directory.reading import Problem, Report, Row, Sheet, row
from directory.schema import owner

_LIST = re.compile(r"\s*\n\s*")
_GEO = re.compile(r"(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)")
_MAIL = re.compile(r"^(?P<street>.*?),?\s*(?P<city>[A-Z][A-Za-z .'-]+),\s*(?P<state>[A-Z]{2})"
                   r"\s+(?P<code>\d{5})(?:-\d{4})?$", re.DOTALL)  # fmt: skip


def fits(files: dict[str, Sheet]) -> str | None:
    """Which of the two these files are, or None."""
    services = files.get("services")
    if services is None:
        return None
    heading = set(services.heading())
    if {"Services-ID", "Service type"} <= heading:
        return "illinois"
    if {"service_uuid", "service_problem_codes"} <= heading:
        return "florida"
    return None


class Transformed:
    """Rows of either directory."""

    only: frozenset[str] | None = None

    def __init__(self, name: str, kind: str, files: dict[str, Sheet]) -> None:
        self.name = name
        self.format = f"transformer-{kind}"
        self._kind = kind
        self._files = files

    def rows(self, report: Report) -> Iterator[Row]:
        readers = (
            (("organizations", self._il_organization), ("services", self._il_service),
             ("locations", self._il_location))
            if self._kind == "illinois"
            else (("organizations", self._fl_organization), ("services", self._fl_service),
                  ("locations", self._fl_location))
        )  # fmt: skip
        for stem, read in readers:
            sheet = self._files.get(stem)
            if sheet is None:
                report(Problem(f"{stem}.csv", None, None, "file_missing", "add this file"))
                continue
            for number, line in sheet.lines(report):
                yield from read(sheet.name, number, line, report)

    def _row(
        self, table: str, values: dict[str, Any], link: str, at: tuple[str, int, Report],
        *, repeats: bool = False,
    ) -> Row:  # fmt: skip
        file, number, report = at
        return row(self.name, table, values, link, file, number, report, repeats=repeats)

    def _phones(
        self, cell: str, link: str, at: tuple[str, int, Report], kind: str = "voice"
    ) -> Iterator[Row]:
        found = parse(cell) if cell else ()
        if cell and not found:
            at[2](Problem(at[0], at[1], "Phone number", "number_doubtful",
                          "give a number or leave it empty"))  # fmt: skip
        for number in found:
            remark = (number.remark or "").casefold()
            values = {
                "number": number.shown, "extension": number.extension,
                "type": "fax" if "fax" in remark else kind, "description": number.remark,
            }  # fmt: skip
            yield self._row("phone", values, link, at)

    # Illinois

    def _il_organization(
        self, file: str, number: int, line: dict[str, str], report: Report
    ) -> Iterator[Row]:
        at = (file, number, report)
        id = line["Organization ID"]
        if not id or not line["Title"]:
            report(Problem(file, number, "Organization ID", "id_and_name_missing",
                           "give an id and a name", kept=False))  # fmt: skip
            return
        values = {
            "id": id, "name": line["Title"], "alternate_name": line["Alternate name"],
            "description": line["Body"], "website": line["Website address"],
            "email": line["Email"],
        }  # fmt: skip
        yield self._row("organization", values, "", at)
        yield from self._phones(line["Phone number"], owner("organization", id), at)

    def _il_service(
        self, file: str, number: int, line: dict[str, str], report: Report
    ) -> Iterator[Row]:
        at = (file, number, report)
        id = line["Services-ID"]
        if not id or not line["Title"]:
            report(Problem(file, number, "Services-ID", "id_and_name_missing",
                           "give an id and a title", kept=False))  # fmt: skip
            return
        process = [
            line[f"Process for {how}"]
            for how in ("applying by phone", "applying online", "applying by email", "walk-ins")
        ]
        fees = [line["Income eligibility and fees"], line["Flat fee description"],
                line["Sliding scale fees description"]]  # fmt: skip
        delivered = line["Service is delivered"]
        values = {
            "id": id,
            "organization_id": line["Organization ID"],
            "name": line["Title"],
            "description": _flat(line["Service type"], line["Level of service"]),
            "url": line["Website address"],
            "status": "inactive" if line["Is this service open?"] == "No" else "active",
            "application_process": _flat(line["Application process"], *process),
            "fees_description": _flat(*fees),
            "eligibility_description": _flat(line["An individual must be one of these to qualify"]),
            "featured_content": _flat(line["Featured content"]),
            "service_delivered": _flat(delivered),
        }
        yield self._row("service", values, "", at)
        yield from self._phones(line["Phone number"], owner("service", id), at)
        profile = {
            "walk_in": "Walk-in" in line["Application process"],
            "online": "Online" in line["Application process"] or "Online" in delivered,
        }
        for name, told in profile.items():
            if told:
                yield attribute(self.name, name, "yes", id, at)
        location = line["Location ID"]
        if not location:
            report(Problem(file, number, "Location ID", "location_missing",
                           "give the id of the location"))  # fmt: skip
        link = owner("service", id)
        hours = line["Hours of operation"]
        if line["Service availability"] == "Available 24/7/365":
            hours = "24/7"
        if hours or line["Dates and hours"]:
            yield self._row(
                "schedule",
                {
                    "description": hours,
                    "notes": _flat(line["Dates and hours"]),
                    "holidays": line["Holiday schedule"],
                },
                link,
                at,
            )
        if location:
            joint = made_id(self.name, "service_at_location", id, location)
            yield self._row("service_at_location", {"id": joint, "location_id": location}, link, at)
            point = _GEO.search(line["Geolocation"])
            if point:
                place = {"id": location, "latitude": point.group(1), "longitude": point.group(2)}
                yield self._row("location", place, "", at, repeats=True)

    def _il_location(
        self, file: str, number: int, line: dict[str, str], report: Report
    ) -> Iterator[Row]:
        at = (file, number, report)
        id = line["Location_id"]
        values = {"id": id, "name": line["Field 2"], "organization_id": line["Organization ID"],
                  "location_type": "physical"}  # fmt: skip
        yield self._row("location", values, "", at, repeats=True)
        link = owner("location", id)
        yield from self._phones(line["Phone number"], link, at)
        yield from self._phones(line["Toll-free phone number"], link, at)
        yield from self._phones(line["TTY phone number"], link, at, "textphone")
        if line["Hours of operation"]:
            yield self._row("schedule", {
                "description": line["Hours of operation"],
                "holidays": line["Holiday schedule (location closed)"],
            }, link, at)  # fmt: skip
        areas = _LIST.split(line["Counties"]) if line["Counties"] else []
        areas = [f"{county} County" for county in areas]
        areas += _LIST.split(line["Cities"]) if line["Cities"] else []
        areas += _LIST.split(line["Zip codes"]) if line["Zip codes"] else []
        if line["Location serves all of Illinois"] == "Yes":
            areas = ["Illinois"]
        for area in areas:
            # HSDS hangs areas on a service at a location; this source says them of the location,
            # so they are kept there under ``any`` and used for every service at it.
            yield self._row("service_area", {"name": area, "extent_type": "text",
                                             "state": "IL"}, link, at)  # fmt: skip

    # Florida

    def _fl_organization(
        self, file: str, number: int, line: dict[str, str], report: Report
    ) -> Iterator[Row]:
        at = (file, number, report)
        values = {
            "id": line["organization_uuid"], "name": line["organization_name"],
            "alternate_name": _said(line["organization_alternate_name"]),
            "description": line["organization_description"],
            "email": line["organization_email"], "website": _url(line["organization_url"]),
            "tax_id": line["organization_tax_id"],
            "legal_status": _said(line["organization_legal_status"]),
            "year_incorporated": line["organization_year_incorporated"],
        }  # fmt: skip
        yield self._row("organization", values, "", at)

    def _fl_service(
        self, file: str, number: int, line: dict[str, str], report: Report
    ) -> Iterator[Row]:
        at = (file, number, report)
        id = line["service_uuid"]
        oldest = line["service_max_age"]
        values = {
            "id": id, "organization_id": line["organization_uuid"], "name": line["service_name"],
            "alternate_name": _said(line["service_alternate_name"]), "status": "active",
            "description": line["service_description"], "email": line["service_email"],
            "url": _url(line["service_url"]),
            "application_process": line["service_additional_information"],
            "minimum_age": line["service_min_age"] if line["service_min_age"] != "0" else None,
            "maximum_age": None if oldest in ("200", "999") else oldest,
            "problem_codes": line["service_problem_codes"],
            "income_limit": line["service_income_limit"],
            "immigration_status": line["service_immigration_status"],
            "require_veteran": line["service_require_veteran"],
            "incarceration_status": line["service_incarceration_status"],
        }  # fmt: skip
        yield self._row("service", values, "", at)
        link = owner("service", id)
        for area in (line["service_areas"] or line.get("", "")).split(";"):
            if area.strip():
                yield self._row("service_area", {"name": area.strip(), "extent_type": "text",
                                                 "state": "FL"}, link, at)  # fmt: skip
        if not line["service_areas"]:
            report(Problem(file, number, "service_areas", "area_missing",
                           "say which counties it serves"))  # fmt: skip

    def _fl_location(
        self, file: str, number: int, line: dict[str, str], report: Report
    ) -> Iterator[Row]:
        at = (file, number, report)
        id = line["location_uuid"]
        values = {
            "id": id,
            "name": line["location_name"],
            "url": _url(line["location_url"]),
            "organization_id": line["organization_uuid"],
            "location_type": "physical",
        }
        yield self._row("location", values, "", at)
        link = owner("location", id)
        yield from self._phones(line["phones"], link, at)
        mail = _MAIL.match(line["location_address"])
        state = re.fullmatch(r"State: ([A-Z]{2})", line["location_address"])
        if mail:
            address = {"address_1": mail["street"], "city": mail["city"],
                       "state_province": mail["state"], "postal_code": mail["code"]}  # fmt: skip
        elif state:
            address = {"state_province": state.group(1)}
        elif line["location_address"]:
            address = {"address_1": line["location_address"], "state_province": "FL"}
            report(Problem(file, number, "location_address", "address_unclear",
                           "street, city, state and ZIP"))  # fmt: skip
        else:
            return
        address |= {"country": "US", "address_type": "physical"}
        yield self._row("address", address, link, at)


def attribute(
    source: str, field: str, value: str, service: str, at: tuple[str, int, Report],
    kind: str = "service",
) -> Row:  # fmt: skip
    """A profile field as an HSDS attribute of a service or a location."""
    from directory.profile import TAXONOMY

    values = {
        "id": made_id(source, "attribute", kind, service, field, value),
        "taxonomy_term_id": made_id("term", TAXONOMY, field),
        "link_entity": kind,
        "value": value,
    }
    return row(source, "attribute", values, owner(kind, service), *at)


def need_attribute(source: str, need: str, service: str, at: tuple[str, int, Report]) -> Row:
    """A need of the vocabulary as an HSDS attribute of a service."""
    from directory.profile import NEEDS_TAXONOMY

    values = {
        "id": made_id(source, "attribute", "need", service, need),
        "taxonomy_term_id": made_id("term", NEEDS_TAXONOMY, need),
        "link_entity": "service",
        "value": need,
    }
    return row(source, "attribute", values, owner("service", service), *at)


def _flat(*texts: str) -> str:
    """Cells that hold lists, one part a line, as the source shows them."""
    parts = [part.strip() for text in texts if text for part in _LIST.split(text) if part.strip()]
    return "\n".join(dict.fromkeys(parts))


def _said(text: str) -> str | None:
    return None if text.strip().casefold() in ("", "n/a", "none", "null") else text


def _url(text: str) -> str | None:
    text = text.strip()
    if not text or text.casefold() in ("n/a", "none"):
        return None
    return text if "://" in text else f"https://{text}"
