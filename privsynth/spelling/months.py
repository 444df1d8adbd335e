"""The names of months and weekdays in the languages of files, for whoever reads, finds or writes a day.

A table is named by its language and form: `en` are full names, `en short` three letters or so, `en short.` the same
with a point where the name is cut. `de` and `de short` need not be of one length; what is not on a table is no name.
"""

from __future__ import annotations

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_MONTHS = {
    "en": " ".join(MONTHS).lower(),
    "en short": "jan feb mar apr may jun jul aug sep oct nov dec",
    "en press": "jan feb march april may june july aug sept oct nov dec",
    "en four": "jan feb mar apr may jun jul aug sept oct nov dec",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "de short": "jan feb mär apr mai jun jul aug sep okt nov dez",
    "de mrz": "jan feb mrz apr mai jun jul aug sep okt nov dez",
    "de press": "jan feb märz apr mai juni juli aug sept okt nov dez",
    "de Austria": "jänner februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fr short": "janv févr mars avr mai juin juil août sept oct nov déc",
    "fr plain": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "es short": "ene feb mar abr may jun jul ago sep oct nov dic",
    "es four": "ene feb mar abr may jun jul ago sept oct nov dic",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "it short": "gen feb mar apr mag giu lug ago set ott nov dic",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pt short": "jan fev mar abr mai jun jul ago set out nov dez",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "nl short": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "pl alone": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "pl short": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "sv short": "jan feb mar apr maj jun jul aug sep okt nov dec",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nb short": "jan feb mar apr mai jun jul aug sep okt nov des",
    "fi": (
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta "
        "marraskuuta joulukuuta"
    ),
    "fi short": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "cs alone": "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
}
_WEEKDAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "en short": "mon tue wed thu fri sat sun",
    "en four": "mon tues wed thurs fri sat sun",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "de short": "mo di mi do fr sa so",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "fr short": "lun mar mer jeu ven sam dim",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "es short": "lun mar mié jue vie sáb dom",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "it short": "lun mar mer gio ven sab dom",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "pt short": "seg ter qua qui sex sáb dom",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "nl short": "ma di wo do vr za zo",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "pl short": "pon wt śr czw pt sob niedz",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "sv short": "mån tis ons tors fre lör sön",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "da short": "man tir ons tor fre lør søn",
    "fi": "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "fi short": "ma ti ke to pe la su",
    "cs": "pondělí úterý středa čtvrtek pátek sobota neděle",
    "cs short": "po út st čt pá so ne",
}


def _tables(lines: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Every table, and behind the cut ones the same with points."""
    tables = {name: tuple(line.split()) for name, line in lines.items()}
    for name in [name for name in tables if " " in name and not name.endswith((" alone", " plain", " Austria"))]:
        whole = tables.get(name.split()[0], ())
        tables[f"{name}."] = tuple(word if word in whole else f"{word}." for word in tables[name])
    return tables


MONTH_TABLES = _tables(_MONTHS)
WEEKDAY_TABLES = _tables(_WEEKDAYS)
MONTH_NUMBER = {word: at for table in MONTH_TABLES.values() for at, word in enumerate(table, start=1)}
WEEKDAY_WORDS = frozenset(word for table in WEEKDAY_TABLES.values() for word in table)


def is_full(table: str) -> bool:
    """Whether the names of a table are written out (%B, %A) or cut (%b, %a)."""
    return " " not in table or table.endswith((" alone", " plain", " Austria"))
