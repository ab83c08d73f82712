"""Words with Polish letters that stand in telephone directories: what spoilt text was probably meant to be."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from tasks.source.code_pages import POLISH

_WORDS: Final = """
administracją ankiet architektów archiwów badań badawczą bezpieczeństwa będą białystok bibliotekę biuletyn budżet
budżetowy bursą bydgoszcz centrów chorób ciągłego częstochowa ćwiczenia ćwiczeń członek członkowie
 doktorantów dokumentów domów drużyna
duży działu dział działalność działalności dziękujemy dźwięku egzaminów elbląg ewidencją filologią finansów fizjologią
gdańsk gdańska gdańskie geografią gęsi główna główne główny głównego głównej górna górnictwa górniczy górny gości
hałas historią instytutów inżynier inżynieria inżynierii inżynierów informatyką jakości jakość języka języki językowe
języków jędrzejów kanclerską kierowników kielecką klubów kliniką kłodzko kołobrzeg komórka komórkowy koło kół koła
koordynatorów kościoła kościół kraków krakowską książka książki księgarnia księgarni księgowa księgowość księgowości
kształcenia kształcenie kuźnia kwestorów łazienki łącznik łączności łączność łódź łódzki łowicz łomża magisterską
mała mały małopolski małgorzata miejską międzynarodowa międzynarodowe międzynarodowej międzynarodowy międzywydziałowe
młodzież młodzieży młodzieżowy mówi muzeów nagłośnienia nauczycieli należności niepełnosprawnych
niepełnosprawnością nowość nysą obiektów obsługa obsługi obwód ochroną oddział oddziału oddziały odbiór ogólna ogólne
ogólny ogólnej ogród ogrodów olsztyńska ośrodek ośrodka ośrodki osób oświaty oświata palestrą państwowa państwowy
państwo parter patologią piętro pielęgniarek pielęgniarstwa płatności płace płac pływalnia podróże pokój pokoje
położnictwa południe południowa poniedziałek pomiarów portiernią poznań poznańska półpiętro późne pracowników
praktyką prawną prezydium profesorów programów projektów przełożona przyjęć przyjęcia przystań przyszłość pszczółka
radców recepcją rektorów rozwój równe róża różne rzecznik rzeczników rzeszów rządowa rządu sądu sąd sekcją sekretariat
sieją słowacki służba służby socjalną sopot specjalności spółdzielnia spółdzielni spółka sprawność sprzedaż sprzętu
statystyką stołówka stolarnią studentów studiów szczególne szkoła szkoły szkół szkolenia śląsk śląska śląski śledztwa
środa środki środków środowiska środowisko środowiskowa świadczeń światło świat świetlica świętokrzyska świętego
święto świnoujście tańca toruń tłumacz tłumaczy tłumaczeń turystyką twórczości uczelnią układ urząd urzędu usług usługi
uzupełniające wałbrzych warszawską wągrowiec wejście wewnętrzna wewnętrzny wewnętrznego wicedyrektorów
wieczór wieżowiec własność własności włókiennictwa województwo wójt wrocław wrocławia wrocławska współpraca współpracy
współrządca wydział wydziału wydziały wydziałowa wydziałowy wyjście wykładów wyposażenia wypożyczalnia wypożyczalni
wyższa wyższe wzrostów zakład zakładu zakłady zaoczną zarząd zarządu zarządca zarządzania zarządzanie zasobów zachęta
zdrój zespół zespołu zgłoszenia zgłoszeń zielona góra złoty znajomość żłobek źródła źródło źródeł żeglugi żołnierz
żywność żywności żywienia życia życie żyrafa część części
"""


def _looks(word: str) -> str:
    """Return what is left of a word where every Polish letter is lost."""
    return "".join("?" if letter in POLISH else letter for letter in word)


def _by_looks() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word in sorted({*_WORDS.split()}):
        found[_looks(word)].append(word)
    return found


_KNOWN: Final = frozenset(_WORDS.split())
_BY_LOOKS: Final = _by_looks()


def all_known(text: str) -> bool:
    """Tell whether each word with other than plain letters is known, and there is one."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    return bool(words) and all(word.casefold() in _KNOWN for word in words)


def restored(word: str, lost: str) -> str:
    """Return the one known word that this is where each of these signs is a lost letter, "" where there are several.

    The letters come back as capital ones where the others are.
    """
    small = "".join("?" if letter in lost or letter in POLISH else letter for letter in word.casefold())
    kept = [letter for letter in word if letter.isalpha()]
    found = [
        known
        for known in _BY_LOOKS.get(small, ())
        if all(_fits(*pair, lost) for pair in zip(known, word.casefold(), strict=True))
    ]
    if len(found) != 1 or not kept:
        return ""
    if len(kept) > 1 and "".join(kept).isupper():
        return found[0].upper()
    capital = word[0].isupper() or (word[0] in lost)
    return found[0][:1].upper() + found[0][1:] if capital else found[0]


def _fits(known: str, letter: str, lost: str) -> bool:
    return letter in lost or known == letter
