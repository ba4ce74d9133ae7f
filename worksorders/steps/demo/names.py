"""Invented names of people, firms and streets: any likeness to real ones is chance; no street here holds a home."""

from __future__ import annotations

from random import Random

FIRST = (
    "Aroha", "Mere", "Tama", "Hana", "Wiremu", "Ngaire", "Rangi", "Marama", "Hemi", "Kiri", "Sione", "Sefina",
    "Tevita", "Losa", "Priya", "Arjun", "Mei", "Li", "Grace", "Daniel", "Sophie", "Jack", "Emma", "Oliver", "Isla",
    "Noah", "Ruby", "Liam", "Chloe", "Samuel", "Amelia", "Hūria", "Tāne", "Pania", "Whetū", "Anahera", "Kahu",
    "Fetu", "Malia", "Ioane", "Deepa", "Ravi", "Soo-jin", "Yusuf", "Fatima", "Anna", "Peter", "Joanne",
)  # fmt: skip
LAST = (
    "Exampleton", "Samplesworth", "Madeupson", "Fictionne", "Notreal", "Inventado", "Tauira", "Whakaari-Tauira",
    "Pretendley", "Demonstrata", "Placeholt", "Imagino", "Storybrook", "Fabler", "Novella", "Tākunui", "Hypothe",
    "Suppose", "Testerfield", "Mockford", "Specimen", "Pattern", "Illustra", "Schema",
)  # fmt: skip
STREETS = ("Example Road", "Sample Street", "Madeup Lane", "Fiction Crescent", "Pretend Place", "Demo Avenue")
FIRM_WORDS = {
    "lock": ("Tūī Locks", "Harbour Lock Works", "Kōwhai Keys", "Ridge Locksmiths", "Kāreti Lock and Key", "Pōhutukawa Locks"),
    "joinery": ("Rimu Joinery", "Kauri Doors and Glass", "Southern Cross Joinery", "Tōtara Carpentry", "Matai Doors", "Fern Joiners"),
    "electric": ("Bright Electrical", "Koru Electrical", "Spark and Signal", "Aurora Alarms", "Moa Electrical", "Weka Wiring"),
    "several": ("Coastline Property Services", "Ranges Home Services", "Bay and Plains Trades", "Frontier Home Works", "Lakeside Trades", "Valley Home Services"),
    "special": ("Clearview Specialists", "Sound Ground Surveys"),
    "monitor": ("Quiet Signal Monitoring",),
}  # fmt: skip


class Names:
    """Draws names that do not repeat, the same ones for the same seed."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._people: set[tuple[str, str]] = set()
        self._firms: dict[str, int] = {}
        self._phones: set[str] = set()

    def person(self) -> tuple[str, str]:
        """A first and a last name that nobody else in this demo has."""
        while True:
            drawn = (self._random.choice(FIRST), self._random.choice(LAST))
            if drawn not in self._people:
                self._people.add(drawn)
                return drawn

    def firm(self, kind: str, place: str) -> str:
        """A firm's name with its town."""
        number = self._firms.get(kind, 0)
        self._firms[kind] = number + 1
        words = FIRM_WORDS[kind]
        return f"{words[number % len(words)]} {place} Limited"

    def street(self) -> str:
        """A made-up address; there is no such street."""
        return f"{self._random.randint(1, 299)} {self._random.choice(STREETS)}"

    def phone(self) -> str:
        """A mobile number in international form that nobody else in this demo has."""
        while (number := f"+6421555{self._random.randint(0, 9999):04}") in self._phones:
            pass
        self._phones.add(number)
        return number
