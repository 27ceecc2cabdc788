"""Words that ask and tell the same: of "when was the heat pump installed" a letter says when it will be fitted.

A short list of what people ask about their own papers, by language; each line holds one meaning. Whoever looks for
rarer words has the embedder. What a number says by itself ("cost", "number", "colour") is with the spans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from gemmasearch import light
from gemmasearch.answering import words

_SAME = {
    "en": """
        install installed installation fit fitted mount mounted
        begin beginning start starting commence
        end ending expire expiry finish
        buy bought purchase purchased
        repair repaired mend mended fix fixed
        refund refunded back reimburse reimbursed reimbursement
        own owns owned owner owners belong belongs belonged
        owe owes owed debt repay repaid back
        lend lent loan borrow borrowed
        choose chosen choice took pick picked select selected decide decided decision
        exhibition show
        produce produced production yield generate generated
        doctor physician
        born birthday birth
        weigh weighs weight
        guarantee warranty
        surgery operation operated
        vaccine vaccination vaccinated jab shot
        medicine medication drug tablet tablets pill pills
        telephone phone mobile cellphone
        car vehicle automobile
        flat apartment
        salary wage wages pay paid
        salary wage wages earn earns earned
        holiday holidays vacation leave
        cancel cancelled cancellation terminate terminated
        appointment meeting
        invoice bill
        insurance insured insure insures insurer cover covered
        house home
        kg kilo kilos kilogram kilograms
        stay stayed stays night nights
        company firm business
        lawyer attorney solicitor
        shop store
        garbage trash rubbish waste
        photo photograph picture
        trip journey travel
        fly flies flew flown flying flight
        postpone postponed move moved
        replace replaced replacement exchange exchanged change changed swap swapped
        gift present
        sick ill illness
        marry married marriage wedding
        rent rented let lease leased
        allow allowed permit permitted
        plate registration
        child children kid kids
        deadline due
        pressure psi
        teacher teach teaches taught tutor tutored instructor
        live lives residence address
        arrive arrival arrives
        leave leaves depart departs departure
        job work works employed employer
        electricity electric kwh
        allergic allergy allergies
        defend defended defense defence
        apply applied application
        deliver delivered delivery
        complain complained complaint
        renew renewed renewal
        examine examined examination inspect inspected inspection check checked
        approve approved approval
        sow sown plant planted
        code combination
        retention retain retained keep kept
        dose dosage
        pay paid settle settled
        deal deals dealing dealt handle handles handling handled handler
        hit struck strike
        outage downtime
        founded establish established
        join joined joins member membership
        quit resign resigned resignation
        build built construct constructed construction
        movie film
        petrol gasoline
        parcel package
        exam exams test tests
        tenant renter lodger
        accident crash collision
        quote quotation estimate
        fridge refrigerator
        bike bicycle
        sofa couch
        chair chairman chairwoman chairperson
        recommend recommended recommendation suggest suggested suggestion
        write wrote written compose composed
        collect collected fetch fetched
        cut trim trimmed prune pruned mow mowed
        give gave given donate donated donation
        steal stole stolen theft
        organise organised organize organized arrange arranged""",
    "de": """
        fliegen fliege fliegt flog geflogen flug
        einbauen eingebaut einbau installieren installiert installation montieren montiert montage
        beginnen beginnt begonnen beginn anfangen anfang starten start
        enden endet ende ablaufen ablauf
        kaufen kauft gekauft kauf erwerben erworben anschaffen angeschafft
        reparieren repariert reparatur instandsetzen
        erstatten erstattet erstattung zuruckzahlen
        wahlen gewahlt entscheiden entschieden
        geboren geburtstag geburt geburtsdatum
        wiegen wiegt gewicht
        garantie gewahrleistung
        operation operieren operiert
        impfen geimpft impfung impfungen
        medikament medikamente tablette tabletten arznei
        telefon handy mobiltelefon telefonnummer
        auto wagen fahrzeug pkw
        arzt arztin doktor
        gehalt lohn verdienen verdient
        urlaub ferien
        kundigen kundigt kundigung kundigungsfrist
        termin treffen
        versichern versichert versicherung
        firma unternehmen betrieb
        anwalt anwaltin rechtsanwalt
        verschieben verschoben verlegt
        ersetzen ersetzt austauschen ausgetauscht
        heiraten heiratet verheiratet hochzeit
        mieten miete vermieten vermietet
        bauen gebaut baujahr errichtet
        strom elektrizitat kwh
        wohnen wohnt adresse""",
    "fr": """
        installer installe installation poser pose monter monte
        commencer commence debut debuter
        finir fin terminer termine
        acheter achete achat
        reparer repare reparation
        rembourser rembourse remboursement
        ne nee naissance anniversaire
        peser pese poids
        garantie garanti
        acompte arrhes
        operation opere
        vaccin vaccine vaccination
        medicament medicaments comprime comprimes
        telephone portable mobile
        voiture auto vehicule
        medecin docteur
        salaire paie
        vacances conge conges
        resilier resiliation
        loyer louer loue
        construire construit construite
        habiter habite adresse""",
    "es": """
        instalar instalado instalacion montar montado
        empezar empieza comenzar comienza inicio
        terminar termina fin acabar acaba
        comprar comprado compra
        reparar reparado reparacion arreglar arreglado
        nacer nacio nacimiento cumpleanos
        pesar pesa peso
        garantia garantizado
        coche auto vehiculo
        medico doctor
        sueldo salario
        vacaciones permiso
        alquiler alquilar alquilado
        vivir vive direccion""",
}  # fmt: skip


BOUGHT = words.listed("buy bought purchase purchased gekauft kaufte achete compro comprado")
# What comes was delivered, and what was made at a fair was raised, where a day or an amount is asked for. A delivery
# and a raise are something else.
_SAID_OF: Mapping[str, tuple[tuple[frozenset[str], re.Pattern[str]], ...]] = {
    "when": (
        (words.listed("delivered"), light.pattern(r"\b(?:came|arrived)\b", re.I)),
        (  # runs out
            words.listed("run runs ran"),
            light.pattern(r"\b(?:ends?|ended|expires?|expired|(?:valid|good) (?:until|till))\b", re.I),
        ),
    ),
    "who": (
        (  # what somebody gave is from them
            words.listed("give gave given lend lent send sent"),
            light.pattern(
                rf"^\W*(?:\w+ )?[Ff]rom {words.CAPITAL}|\b(?:present|gift) from\b|\b(?:lent|given|sent) by\b"
            ),
        ),
    ),
    "money": (
        (
            words.listed("raise raised collect collected earn earned fetch fetched bring"),
            light.pattern(
                r"\b(?:made|raised|took|takings|proceeds|collected|earned|fetched|brought in|profit)\b", re.I
            ),
        ),
    ),
}
SOLD_TO = light.pattern(
    r"\b(?:sold\b[^.;]{0,40}\bto|verkauft?e?\b[^.;]{0,40}\ban|an\b[^.;]{0,40}\bverkauft|vendue?s? \b[^.;]{0,40}\bà"
    r"|vend[ií](?:ó|do|da|mos)?\b[^.;]{0,40}\ba) [^\W\d_]",
    re.I,
)


def of(stem: str, language: str) -> frozenset[str]:
    """The stems that say the same as ``stem`` in its language, itself left out."""
    return _groups(language).get(stem, frozenset()) - {stem}


def said_of(kind: str, word: str, text: str) -> bool:
    """Whether a text says a verb of a question of a kind in words that say it only there.

    >>> said_of("when", "delivered", "24 Feb: the mattress came."), said_of("money", "delivered", "The bill came.")
    (True, False)
    """
    asked = words.fold(word)
    return any(asked in verbs and telling.search(text) for verbs, telling in _SAID_OF.get(kind, ()))


def written(stem: str, language: str) -> tuple[str, ...]:
    """The words that say the same as a stem, as they are written."""
    lines = (line.split() for line in _SAME.get(language, "").split("\n"))
    return tuple(
        dict.fromkeys(
            word
            for line in lines
            if stem in {token.stem for token in words.tokens(" ".join(line), language)}
            for word in line
        )
    )


def known(stem: str, language: str) -> bool:
    """Whether a word is one of these, and so no slip of another."""
    return stem in _groups(language)


@cache
def _groups(language: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _SAME.get(language, "").split("\n"):
        group = (
            frozenset(token.stem for token in words.tokens(line, language)) if line.strip() else frozenset()
        )
        for stem in group:
            found[stem] = found.get(stem, frozenset()) | group
    return found
