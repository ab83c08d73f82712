"""What stands around a telephone number: invisible characters, and words by what they say about the digits beside them.

The words are Polish and those of the neighbours, as people type them into spreadsheets. Nothing here decides what a
number is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

# Characters that nobody sees and that spreadsheets, browsers and mail programs leave behind.
INVISIBLE: Final = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f\U000e0100-\U000e01ef"
)
WHITE: Final = "\t-\r\x1c- \x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
DASHES: Final = "\u2010-\u2015\u2212"  # the usual ones; `fold` knows every dash

_MOST_MARKS: Final = 30  # on one letter, as Unicode's Stream-Safe Text Format has it

_INVISIBLE: Final = re.compile(f"[{INVISIBLE}]+")
_WHITE: Final = re.compile(f"[{WHITE}]+")


def tidy(text: str) -> str:
    """Return the text as a person sees it: composed, without invisible characters, white space as single spaces."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _WHITE.sub(" ", composed("NFC", _INVISIBLE.sub("", text))).strip(" ")


def composed(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Return the text in a normal form; one that no person can have typed stays as it is.

    Sorting the marks on one letter takes the square of their number: a single cell full of them took four minutes.
    """
    if len(text) > _MOST_MARKS:
        marks = "".join("^" if unicodedata.combining(character) else " " for character in text)
        if "^" * (_MOST_MARKS + 1) in marks:
            return text
    return unicodedata.normalize(form, text)


def fold(text: str) -> str:
    """Return a tidied text with every digit, dash, slash and full-width character in its ASCII form."""
    return text if text.isascii() else text.translate(_FOLDED)


class _Folding(dict[int, str]):
    """What each character is folded to, found out once."""

    def __missing__(self, key: int) -> str:
        self[key] = folded = _folded(chr(key))
        return folded


def _folded(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if "！" <= character <= "～":
        return chr(ord(character) - 0xFEE0)
    if character == "÷":
        return " do "
    if character in "−⁃" or unicodedata.category(character) == "Pd":
        return "-"
    return "/" if character in "⁄∕" else character


_FOLDED: Final = _Folding()

WordKind = Literal[
    "list",
    "or",
    "range",
    "through",
    "more",
    "next",
    "voice",
    "fax",
    "extension",
    "place",
    "street",
    "id",
    "hours",
    "until",
    "office",
    "number",
    "service",
    "unit",
]

# What a word says about the digits behind it, or between which numbers it stands.
_KINDS: Final[dict[WordKind, str]] = {
    "list": "i oraz and und et",
    "or": "lub albo bądź względnie wzgl ewentualnie ew or oder ou nebo alebo или або",
    "range": "do to bis",
    # Right behind a number; elsewhere they say how long an office is open.
    "through": "aż through thru",
    # Behind a number: others come that are not written.
    "more": """
        kolejne kolejnych następne następnych nastepne nast dalsze dalszych itd etc following subsequent onward onwards
        folgende ff usw
    """,
    "next": "kolejny następny nastepny dalej wyżej next up weiter",  # likewise behind "and" alone
    "voice": """
        tel telefon telefonu telefony telefonem telefonicznie telef tele t ph phone phones telephone tlf tfno tfn tél
        kom komórka komórkowy komórkowe komórki komorka komorkowy komorkowe k gsm mobile mobil mob m cell stacjonarny
        stacjonarne stacj telefax telefaks number handy linia line тел телефон моб
    """,
    "fax": "fax faks faksu faksem f telefaksu факс",
    "extension": """
        wewnętrzny wewnętrzna wewnętrzne wewnetrzny wewnetrzna wewnetrzne wewn wew internal interno interior int
        extension extn ext durchwahl nebenstelle klappe dw app poste linka klapka toestel extensión anknytning tonowo
        доб доп дод вн внутр
    """,
    # Rooms, floors, buildings, counters; a school or a library with a number is one of them for this purpose.
    "place": """
        pok pokój pokoju pokoj p sala sali s room rm bud budynek budynku piętro pietro lok lokal klatka okienko okienka
        stanowisko gabinet gabinetu gab boks box hala segment blok skrytka wejście poziom aula pawilon zi zimmer raum
        stock etage bureau despacho porte étage dveře stanza piano каб кабинет оф офис кв этаж
    """,
    "street": "ul ulica al aleja aleje pl plac os osiedle rynek skwer rondo bulwar ул вул просп улица",
    # Numbers of another kind, of any length; a department may be called like others of them ("Zamówienia").
    "id": """
        gg gadu uid skype icq puk albumu album legitymacja indeks indeksu umowa faktura fv zamówienie paragon polisa
        ewid ewidencyjny inwentarzowy inw sygn sygnatura wersja ver version v mac login id sn imei vin seryjny
        serial dowód paszport licencja certyfikat iso ral poz art ust cena koszt kwota kwoty suma opłata stawka ean gtin
        kontonummer ssn vat kod identyfikator symbol ref referencyjny katalogowy partia seria hasło zgłoszenie zlecenie
        wniosek tom działka ident akt akta sprawa decyzja pkt teryt simc rspo bdo licznik licznika bilet karta karty
        przesyłka rezerwacja uchwała postanowienie wyrok
    """,
    "hours": """
        godz godzin godziny godzinach h pn pon poniedziałek poniedziałki wt wtorek wtorki śr środa środy sr czw cz
        czwartek czwartki pt pią piątek piątki pi sob sb sobota soboty sobotę nd ndz niedz niedziela niedziele
        codziennie czynne czynny czynna otwarte dni powszednie robocze mo di mi
        fr sa so mon tue wed thu fri sat sun montag
        freitag hours lundi vendredi lun ven пн пт сб вт ср чт täglich
    """,
    "until": "od do po przed o from until till von bis ab seit since z w rok roku",
    "office": """
        sekretariat sekretariatu sekretariacie dziekanat dziekanatu kancelaria kancelarii centrala centrali biuro biura
        rejestracja rejestracji portiernia recepcja kadry księgowość dyrektor dyrektora rektor dziekan kierownik
        infolinia infolinii dyżurny alarmowy voip
        służbowy prywatny domowy bezpośredni kontakt kontaktowy serwis
        serwisowy redakcja wypożyczalnia czytelnia
        biblioteka pod administracja szpital przychodnia poradnia oddział referat wydział urząd zakład katedra instytut
        szkoła przedszkole punkt dział pan pani mgr dr prof hab inż
    """,
    "number": "nr numer numery numerem numeru nry no",
    "service": "text sms",
    "unit": "mm cm km kg kwh kw mb gb ha szt sztuk osób osoby zł zl pln eur euro usd gbp chf czk kč",
}
WORDS: Final[dict[str, WordKind]] = {word: kind for kind, words in reversed(_KINDS.items()) for word in words.split()}

# Other numbers whose length is known; a text that names one and does not give it is not read at all.
OTHER_NUMBERS: Final[dict[str, tuple[int, ...]]] = {
    "nip": (10,),
    "regon": (9, 14),
    "krs": (10,),
    "pesel": (11,),
    "iban": (26,),
    "konto": (26,),
    "konta": (26,),
    "rachunek": (26,),
    "rachunku": (26,),
    "account": (),
    "isbn": (13, 10),
    "issn": (8,),
    "pin": (4,),
    "iva": (11,),
    "ičo": (8,),
    "dič": (10, 8),
    "siret": (14,),
    "siren": (9,),
    "инн": (10, 12),
    "єдрпоу": (8,),
}

# Towns with their area code, in the cases in which they are written beside numbers. A number without its own area code
# is not read where another town is named.
_TOWNS: Final = """
12 Kraków Krakowa Krakowie | 13 Krosno Krosna Krośnie Sanok Sanoka Sanoku Jasło | 14 Tarnów Tarnowa Tarnowie Bochnia
15 Tarnobrzeg Tarnobrzega Tarnobrzegu Sandomierz Sandomierza Sandomierzu | 16 Przemyśl Przemyśla Przemyślu Jarosław
17 Rzeszów Rzeszowa Rzeszowie Mielec Mielca Mielcu | 18 Zakopane Zakopanem Zakopanego
22 Warszawa Warszawy Warszawie Pruszków Pruszkowie Piaseczno Piasecznie Otwock Otwocku Legionowo Legionowie
23 Ciechanów Ciechanowa Ciechanowie | 24 Płock Płocka Płocku Kutno Kutnie
25 Siedlce Siedlec Siedlcach | 29 Ostrołęka Ostrołęce Ostrołęki
32 Katowice Katowic Katowicach Gliwice Gliwic Gliwicach Sosnowiec Sosnowcu Zabrze Zabrzu Bytom Bytomiu Tychy Tychach
32 Rybnik Rybniku Chorzów Chorzowie Jaworzno Jaworznie | 33 Bielsko Bielsku Cieszyn Cieszynie Żywiec Żywcu
34 Częstochowa Częstochowy Częstochowie | 41 Kielce Kielc Kielcach Starachowice
42 Łódź Łodzi Pabianice Pabianicach Zgierz Zgierzu | 43 Sieradz Sieradzu Sieradza
44 Piotrków Piotrkowie Tomaszów Tomaszowie Bełchatów Bełchatowie | 46 Skierniewice Skierniewicach Żyrardów Łowicz
48 Radom Radomia Radomiu Grójec Grójcu | 52 Bydgoszcz Bydgoszczy Inowrocław Inowrocławiu
54 Włocławek Włocławku Włocławka | 55 Elbląg Elblągu Elbląga Malbork Malborku
56 Toruń Toruniu Torunia Grudziądz Grudziądzu | 58 Gdańsk Gdańsku Gdańska Gdynia Gdyni Sopot Sopocie Tczew
59 Słupsk Słupsku Słupska Lębork | 61 Poznań Poznaniu Poznania Gniezno Gnieźnie | 62 Kalisz Kaliszu Kalisza
63 Konin Koninie Konina | 65 Leszno Lesznie Leszna | 67 Piła Pile Piły | 68 Zielona
71 Wrocław Wrocławiu Wrocławia Oława Oławie | 74 Wałbrzych Wałbrzychu Świdnica Świdnicy Kłodzko Kłodzku
75 Jelenia | 76 Legnica Legnicy Lubin Lubinie Głogów Głogowie | 77 Opole Opolu Opola Nysa Nysie Brzeg Brzegu
81 Lublin Lublinie Lublina Puławy Puławach Świdnik Świdniku | 82 Chełm Chełmie Chełma | 83 Biała Białej
84 Zamość Zamościu Zamościa | 85 Białystok Białymstoku Białegostoku | 86 Łomża Łomży
87 Suwałki Suwałkach Suwałk Ełk Ełku | 89 Olsztyn Olsztynie Olsztyna
91 Szczecin Szczecinie Szczecina Świnoujście Świnoujściu | 94 Koszalin Koszalinie Koszalina Kołobrzeg Kołobrzegu
95 Gorzów Gorzowie
"""
_ABROAD: Final = """
    Berlin München Hamburg Köln Frankfurt Stuttgart Dresden Leipzig Bonn Bremen Hannover Nürnberg Praha Brno Bratislava
    Paris Lyon Lille London Roma Milano Madrid Kijów Киев Київ Wilno Lwów Stockholm
"""
# Towns whose postal codes have four digits.
_OF_FOUR: Final = """
    Wien Graz Linz Salzburg Innsbruck Zürich Bern Basel Genève Bruxelles Brüssel Amsterdam København Budapest
"""
FOUR_DIGITS: Final = frozenset(_OF_FOUR.casefold().split())
# A ministry's own network, which has numbers like those of a town.
_NETWORKS: Final = "resortowy resortowa resortowe resort kolejowy kolejowa"
ELSEWHERE: Final = "?"  # a town whose area code is not known here
TOWNS: Final[dict[str, str]] = {
    **{town.casefold(): ELSEWHERE for town in (*_ABROAD.split(), *_OF_FOUR.split(), *_NETWORKS.split())},
    **{
        town.casefold(): entry.split()[0]
        for line in _TOWNS.strip().splitlines()
        for entry in line.split("|")
        for town in entry.split()[1:]
    },
}
