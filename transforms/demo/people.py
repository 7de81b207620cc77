"""Who buys at the demo shop: made-up people in three countries and four languages.

Family names are words of the trade ("ใจกาแฟ", "Filiżankowska", "Mugsworth"), every address is at
example.com and every telephone number stands in a block of zeros, so nobody real is meant.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from transforms.demo.chance import choose

GIVEN = {
    "fil": ("Ana", "José", "Liwayway", "Niño", "María Luz", "Andrés", "Dalisay", "Bayani", "Begoña",
            "Isagani", "Tala", "Ramón", "Corazón", "Datu", "Ligaya", "Íñigo"),
    "en": ("Zoë", "Oliver", "Grace", "Noël", "Beatrice", "Amos", "Chloé", "Walter", "Ivy", "Rupert",
           "Hazel", "Renée"),
    "th": ("สมชาย", "กานดา", "ประเสริฐ", "มาลี", "ณัฐพล", "สุดารัตน์", "วิชัย", "อรุณี", "ธนา", "พิมพ์ใจ"),
    "pl": ("Łukasz", "Małgorzata", "Stanisław", "Bożena", "Wojciech", "Elżbieta", "Paweł",
           "Agnieszka", "Błażej", "Józefina"),
}  # fmt: skip
FAMILY = {
    "fil": ("Barakoña", "Kapeñas", "Tasañez", "Salabatán", "Dela Tasa", "Kutsarita", "Panutsañol",
            "Tsaañez", "Gatasñan", "Asukareño", "Pandesalañ", "Ng Umaga"),
    "en": ("Mugsworth", "Beanley", "Grindwell", "Steepwood", "O'Teapot", "Crèmeson", "Kettleby",
           "Sipsmith-Roast", "Filterton", "Brewster-Bean"),
    "th": ("ใจกาแฟ", "ชาหอม", "ถ้วยทอง", "เมล็ดงาม", "น้ำเดือด", "ช้อนเงิน", "หม้อดิน", "ฟองนม"),
    "pl": ("Filiżanka", "Kawałkiewicz", "Młynek-Źrebak", "Herbaciuk", "Łyżeczka", "Mączyński-Kubek",
           "Czajniczek", "Żarnowiec-Ziarno"),
}  # fmt: skip
THAI_IN_LATIN = {
    "สมชาย": "somchai", "กานดา": "kanda", "ประเสริฐ": "prasert", "มาลี": "malee", "ณัฐพล": "nattapon",
    "สุดารัตน์": "sudarat", "วิชัย": "wichai", "อรุณี": "arunee", "ธนา": "thana", "พิมพ์ใจ": "pimjai",
}  # fmt: skip


@dataclass(frozen=True)
class Market:
    """One country the shop sells to: its money, its languages, its places."""

    country: str
    currency: str
    zone: str
    languages: tuple[str, ...]
    language_shares: tuple[float, ...]
    places: tuple[tuple[str, str, str, str], ...]
    streets: tuple[str, ...]
    phone_block: tuple[str, int]


MARKETS = (
    Market(
        "PH", "PHP", "Asia/Manila", ("fil", "en"), (0.58, 0.42),
        (("Manila", "1000", "PH-00", "Metro Manila"),
         ("Quezon City", "1100", "PH-00", "Metro Manila"),
         ("Parañaque", "1700", "PH-00", "Metro Manila"), ("Cebu City", "6000", "PH-CEB", "Cebu"),
         ("Davao City", "8000", "PH-DAS", "Davao del Sur"), ("Baguio", "2600", "PH-BEN", "Benguet"),
         ("Los Baños", "4030", "PH-LAG", "Laguna")),
        ("Sampaguita St.", "Kalye Kapihan", "Mabango Ave., Unit {0}", "Peñas Road"), ("+63900", 7),
    ),
    Market(
        "TH", "THB", "Asia/Bangkok", ("th", "en"), (0.88, 0.12),
        (("กรุงเทพมหานคร", "10110", "TH-10", "Bangkok"), ("เชียงใหม่", "50000", "TH-50", "Chiang Mai"),
         ("ภูเก็ต", "83000", "TH-83", "Phuket")),
        ("ถนนกาแฟหอม", "ซอยชาไทย {0}", "Bean Road"), ("+6690", 7),
    ),
    Market(
        "PL", "PLN", "Europe/Warsaw", ("pl", "en"), (0.92, 0.08),
        (("Warszawa", "00-001", "", ""), ("Kraków", "30-002", "", ""), ("Łódź", "90-003", "", ""),
         ("Gdańsk", "80-004", "", "")),
        ("ul. Kawowa", "ul. Źródlana", "al. Żółtych Filiżanek"), ("+48999", 6),
    ),
)  # fmt: skip
MARKET_SHARES = (0.74, 0.15, 0.11)


@dataclass
class Customer:
    """One person as the shop knows them. `emails` are the spellings typed at the checkout."""

    number: int
    market: Market
    language: str
    first_name: str
    last_name: str
    emails: tuple[str, ...]
    phone: str
    street: str
    place: tuple[str, str, str, str]
    email_consent: str
    sms_consent: str
    birthday: date | None
    has_account: bool
    contentment: float
    is_cafe: bool = False
    favourite_sku: str = ""
    consent_withdrawn_at: datetime | None = None
    tags: list[str] = field(default_factory=list)

    @property
    def shopify_id(self) -> str:
        """The customer number Shopify gives: thirteen digits, never used to calculate."""
        return str(7_210_440_000_000 + self.number * 65_536 + self.number * 7919 % 9973)

    @property
    def push_token(self) -> str:
        """The device of those who have the shop's app."""
        return f"demo-device-{self.number:06d}" if self._falls_below(0.3, 1) else ""

    @property
    def push_consent(self) -> str:
        """What they said about marketing on that device."""
        return ("yes" if self._falls_below(0.2, 1) else "no") if self.push_token else ""

    @property
    def phone_consent(self) -> str:
        """What they said about being called."""
        return ("yes" if self._falls_below(0.35, 2) else "no") if self.phone else ""

    @property
    def post_consent(self) -> str:
        """What they said about letters."""
        return "yes" if self._falls_below(0.4, 3) else "no"

    @property
    def birthday_consent(self) -> str:
        """What they said about a message on their birthday."""
        if self.birthday is None or not self.emails or self.consent_withdrawn_at:
            return "no"
        return "yes" if self._falls_below(0.75, 4) else ""

    @property
    def survey_consent(self) -> str:
        """What they said about being asked; most were never asked whether they may be."""
        return "no" if self.consent_withdrawn_at or self._falls_below(0.06, 5) else ""

    def _falls_below(self, share: float, question: int) -> bool:
        """By the customer's number, so that no other draw of the shop depends on it."""
        return (self.number * 2_654_435_761 + question * 668_265_263) % 2**32 < share * 2**32


def make_customer(rng: np.random.Generator, number: int) -> Customer:
    """One made-up customer; most have an e-mail address, some only a telephone."""
    market = choose(rng, MARKETS, MARKET_SHARES)
    language = choose(rng, market.languages, market.language_shares)
    first_name = choose(rng, GIVEN[language])
    last_name = choose(rng, FAMILY[language])
    phone_only = rng.random() < 0.035
    has_phone = phone_only or rng.random() < 0.6
    prefix, digits = market.phone_block
    return Customer(
        number=number,
        market=market,
        language=language,
        first_name=first_name,
        last_name=last_name,
        emails=() if phone_only else (_email(first_name, last_name, language, number),),
        phone=f"{prefix}{number:0{digits}d}" if has_phone else "",
        street=_street(rng, market),
        place=choose(rng, market.places),
        email_consent="" if phone_only else choose(rng, ("yes", "no", ""), (0.6, 0.33, 0.07)),
        sms_consent="yes" if has_phone and rng.random() < 0.3 else "no",
        birthday=_birthday(rng),
        has_account=bool(phone_only or rng.random() > 0.1),
        contentment=float(rng.normal(0.0, 0.8)),
        is_cafe=bool(rng.random() < 0.012),
    )


def _street(rng: np.random.Generator, market: Market) -> str:
    house = int(rng.integers(1, 300))
    street = choose(rng, market.streets).format(int(rng.integers(1, 40)))
    return f"{street} {house}" if market.country == "PL" else f"{house} {street}"


def _birthday(rng: np.random.Generator) -> date | None:
    born = date.fromordinal(int(rng.integers(date(1955, 1, 1).toordinal(), 732_000)))
    return born if rng.random() < 0.34 else None


def _email(first_name: str, last_name: str, language: str, number: int) -> str:
    latin = THAI_IN_LATIN[first_name] if language == "th" else _ascii(f"{first_name}.{last_name}")
    return f"{latin}.{number}@example.com"


def _ascii(text: str) -> str:
    """Letters without marks, lower case: `Łukasz` becomes `lukasz`."""
    folded = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return "".join(letter for letter in folded if letter in "abcdefghijklmnopqrstuvwxyz.")
