"""The invented organisation: who works where. Everybody in it, and the firm, is made up.

Osier Works makes bags and baskets for bicycles. Its tree has ten units in four time zones.
"""

import csv
import io
from dataclasses import dataclass

NAME = "Osier Works"
ZONE, COUNTRY = "Europe/Berlin", "DE"
MAIL_DOMAIN = "osier.example"
COUNTRIES = {"Europe/Berlin": "DE", "Europe/Lisbon": "PT", "America/New_York": "US", "Asia/Kolkata": "IN"}
HEADER = "email,name,team,parent_team,leads,zone,country,locale,slack_id,role,active"

BERLIN, LISBON, NEW_YORK, KOLKATA = COUNTRIES


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, its leader, and who reports in it; leaders of units below are asked in it as well."""

    name: str
    above: str | None
    zone: str
    leader: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worker:
    """One person. `team` is where they report; a leader reports in the unit they lead."""

    name: str
    team: str
    zone: str
    leads: str | None
    is_hr: bool = False

    @property
    def email(self) -> str:
        """The address, which is also how the person is known everywhere else in the demo."""
        return f"{self.name.lower().replace(' ', '.').replace(chr(39), '')}@{MAIL_DOMAIN}"

    @property
    def title(self) -> str:
        """What stands beside the name in the list of members."""
        if self.leads:
            return f"leads {self.leads}"
        return "HR" if self.is_hr else self.team


UNITS = (
    Unit("Osier Works", None, LISBON, "Ines Carvalho", (
        "Hanna Lindqvist", "Rui Bastos", "Meera Iyer", "Jonas Albrecht",
    )),
    Unit("Making", "Osier Works", BERLIN, "Tomasz Wolny", (
        "Greta Sommer", "Bilal Aydin", "Lotte Brandt", "Emre Kaya", "Paul Reuter",
    )),
    Unit("Workshop", "Making", BERLIN, "Katrin Vogel", (
        "Ansgar Busch", "Dilan Yildiz", "Felix Neumann", "Ivana Petrov", "Jakub Nowak",
        "Marlene Fuchs", "Oskar Lindner", "Sefa Demir", "Ulla Hartmann",
    )),
    Unit("Design", "Making", BERLIN, "Noor van Dijk", (
        "Alma Kessler", "Caspar Holm", "Elif Sahin", "Henrik Bauer", "Jana Vesely",
        "Leon Okoye", "Paulina Zajac", "Rasmus Dahl",
    )),
    Unit("Warehouse", "Making", BERLIN, "Dorothea Franke", (
        "Andrei Ionescu", "Birgit Schreiber", "Cem Arslan", "Daria Kuznetsova", "Ewa Mazur",
        "Goran Babic", "Hatice Polat", "Klaus Winter", "Lina Haddad", "Milan Horvat",
        "Nadia Rahimi", "Peter Engel",
    )),
    Unit("Studio Kolkata", "Making", KOLKATA, "Arjun Sen", (
        "Ananya Das", "Debarati Ghosh", "Farhan Ali", "Ishita Roy", "Kabir Mitra",
        "Paromita Bose", "Sourav Pal", "Tanvi Chatterjee",
    )),
    Unit("Support", "Osier Works", LISBON, "Marta Pinheiro", (
        "Amadou Diallo", "Beatriz Rocha", "Catarina Lopes", "Diogo Faria", "Filipa Neves",
        "Gustavo Reis", "Leonor Matos", "Mina Okafor", "Tiago Serra",
    )),
    Unit("Web Shop", "Osier Works", NEW_YORK, "Grace Whitfield", (
        "Aaron Feld", "Camila Ortiz", "Dev Ramaswamy", "Ellen Brody", "Jamal Greene",
        "Mei Tanaka", "Owen Clarke", "Priya Nair",
    )),
    Unit("Field Sales", "Osier Works", NEW_YORK, "Walter Brandt-Lee", (
        "Bridget Nolan", "Carlos Mendez", "Hazel Stone", "Kofi Mensah", "Rosa Delgado",
    )),
    Unit("Finance", "Osier Works", LISBON, "Sofia Antunes", (
        "Bruno Tavares", "Eva Moreira", "Joana Pires",
    )),
)  # fmt: skip
HR = "Hanna Lindqvist"
VISITOR = "Ulla Hartmann"  # who a visitor becomes first, so nobody answers the open pulse in her name


def workers() -> list[Worker]:
    """Return everybody, unit by unit and each unit's leader first."""
    found = []
    for unit in UNITS:
        found.append(Worker(unit.leader, unit.name, unit.zone, unit.name))
        found += [Worker(name, unit.name, unit.zone, None, name == HR) for name in unit.members]
    return found


def worker_called(name: str) -> Worker:
    """Return the person of this name."""
    return next(worker for worker in workers() if worker.name == name)


def slack_ids() -> dict[str, str]:
    """Return the simulated Slack's user id of each address."""
    return {worker.email: f"U0{number:03d}OSIER" for number, worker in enumerate(workers(), start=1)}


def people_file() -> str:
    """Return the organisation as the CSV that `kept import-people` reads."""
    above = {unit.name: unit.above or "" for unit in UNITS}
    ids = slack_ids()
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER.split(","))
    for worker in workers():
        table.writerow(
            (
                worker.email,
                worker.name,
                worker.team,
                above[worker.team],
                worker.leads or "",
                worker.zone,
                COUNTRIES[worker.zone],
                "en",
                ids[worker.email],
                "hr" if worker.is_hr else "",
                "yes",
            )
        )
    return text.getvalue()
