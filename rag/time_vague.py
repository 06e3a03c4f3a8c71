"""Times that name no days which could be searched: vague ones, holidays, and the future in relative words."""

from __future__ import annotations

import re
from datetime import date

from rag.periods import Unit
from rag.time_absolute import Rule
from rag.time_words import MONTHS, NUMBER, SEASON, UNITS, WEEKDAYS, YEAR, Fate, Phrase, pattern

_SOME = r"(?:few|several|many|some|handful of|number of|multiple|various|couple few)"
_PASSING = r"(?:day|night|week|month|year|morning|afternoon|evening|spring|summer|autumn|fall|winter)"
_HOLIDAY_NAMES = (
    r"(?:valentine|mother|father|president|veteran|new year|saint patrick|st\.? patrick|april fool)'?s?'? (?:day|eve)",
    r"christmas|xmas|thanksgiving|easter|halloween|hanukkah|chanukah|diwali|ramadan|passover|juneteenth|pentecost",
    r"super bowl sunday|super tuesday|(?:palm|easter|bloody) sunday|freaky friday|maundy thursday|ruby tuesday",
    r"yom kippur|rosh hashanah|eid al-(?:fitr|adha)|(?:good|black) friday|cyber monday|giving tuesday|ash wednesday",
    r"(?:lunar|chinese) new year|new year|(?:the )?(?:holiday season|holidays)|mardi gras|midsummer|bank holiday",
    r"(?:labou?r|memorial|independence|boxing|columbus|earth|may|mlk|martin luther king(?: jr\.?)?|election) day",
)
_HOLIDAY = rf"(?:{'|'.join(_HOLIDAY_NAMES)})(?: (?:day|eve|week|weekend|season|sunday|monday|holidays?))?\b"
_VAGUE_WORDS = (
    rf"(?:the )?(?:past|last|recent|previous|preceding|coming|next) (?:an? )?{_SOME} {UNITS}",
    rf"(?:in )?recent (?:{UNITS}|times)",
    rf"(?:only |just |quite )?(?:an? )?{_SOME} {UNITS} (?:ago|back|earlier)",
    r"recently|lately|of late|overnight|soon|some day|one day soon|some time ago|ages ago|moments ago|back then",
    r"an? (?:good |little |short |long )?while (?:ago|back)|an? (?:long|short) time ago",
    r"(?:not (?:so |too |very )?)?long ago",
    rf"the other {_PASSING}|(?:(?:later|earlier|late|early) )?(?:that|the same|the following) {_PASSING}",
)
_FUTURE_WORDS = (
    r"(?:the day after )?tomorrow(?=s?\b)(?: (?:morning|afternoon|evening|night))?|later (?:today|tonight)",
    rf"later(?: on)? (?:this|in the) (?:day|week|month|quarter|decade|year|{SEASON})",
    rf"(?:the |this )?(?:next|coming|upcoming|forthcoming)[\s-]+(?:{NUMBER} )?"
    rf"(?:(?:week|month|quarter|year|decade|weekend)(?=s?\b)|{UNITS}|{MONTHS}|{SEASON}|{WEEKDAYS})",
    rf"in {NUMBER} {UNITS}(?:'s?)? time|{NUMBER} {UNITS} from (?:now|today)",
)


def _vague(match: re.Match[str], _today: date) -> Phrase:
    return _unresolved(match, Fate.VAGUE)


def _future(match: re.Match[str], _today: date) -> Phrase:
    return _unresolved(match, Fate.FUTURE)


def _unresolved(match: re.Match[str], fate: Fate) -> Phrase:
    return Phrase(start=match.start(), end=match.end(), unit=Unit.SPAN, days=None, relative=True, fate=fate)


RULES = (
    Rule(pattern(rf"(?:last |this )?{_HOLIDAY}(?:,? (?:of |in )?(?:{YEAR}|(?:last|this) year))?"), _vague),
    Rule(pattern(rf"(?:{'|'.join(_VAGUE_WORDS)})\b"), _vague),
    Rule(pattern(rf"(?:{'|'.join(_FUTURE_WORDS)})"), _future),
)
