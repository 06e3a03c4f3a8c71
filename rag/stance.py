"""How a clause stands to what it says: denied or not, done or only planned, of all or of some; told by words alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.english import is_past

_DENIED = re.compile(
    r"\b(?:not|never|no|no-one|neither|none|nobody|nothing|nowhere|cannot|without|hardly|refus\w+"
    r"|declin(?:e[sd]?|ing) to|reject\w*|dismiss\w*|thrown? out|veto\w*|exclud\w+|omit\w*|avoid\w*"
    r"|abstain\w*|disapprov\w*|disallow\w*"
    r"|(?:left|shut|leaves?|leaving|keeps?|kept) (?:\w+ ){0,5}(?:out|open|quiet|secret|from|to (?:him|her|it)self"
    r"|to themselves)|lack\w*|fail(?:s|ed|ing)?(?= to| the)|unlawful|illegal|invalid|ineligible|infring\w+|violat\w+"
    r"|br[eo]ak?\w* (?:\w+ )?laws?|prohibit\w*|forb\w+|withh\w+|undisclosed|unknown|secret|unavailable|unable|unwilling"
    r"|absent|impossible|unlikely|unclear|unless|opponents?|far from|mute|silent|(?:has|have|had|is|are) yet to"
    r"|turn(?:s|ed)? (?:\w+ )?down|rul(?:e[sd]?|ing) out|misunderst\w+|boycott\w*|advis\w+ against|barred from"
    r"|banned from|prevent\w* (?:\w+ )?from|stop\w* short of|off limits|exempt\w*|untouched|free from)\b|n[’']t\b",
    re.IGNORECASE,
)
_NOT_DENIED = re.compile(
    r"\b(?:not only|not just|no doubt|nothing but|no (?:more|less|fewer|later|longer) than|not least|at no"
    r"|without an? (?:\w+ )?vote)\b",
    re.IGNORECASE,
)
_MAY = re.compile(r"\bMay\b(?=,? \d)|(?<=\d )May\b|\b(?:in|of|since|until|last|late|early|by|from) May\b")
_AHEAD = (
    r"may|might|could|will|plan(?:s|ned|ning)?|intend\w*|intention|expect(?:s|ed|ing)?|propos\w+|seeks?|seeking|sought"
    r"|consider(?:s|ed|ing)|discuss(?:es|ed|ing)|talks|negotiat\w+|weigh(?:s|ed|ing)|mull\w*|eye(?:s|d|ing)|explor(?:es|ed"
    r"|ing)|prepar(?:es|ed|ing) to|poised|slated|about to|going to|on track|vow\w*|hop(?:e|es|ed|ing)|wants?|wanted"
    r"|aim(?:s|ed|ing)?|due|set to|(?:is|are|was|were) to|possibl[ey]|likely|alleg\w+|accus\w+|draft|close to \w+ing"
    r"|(?:come|came) close|potential\w*|promis\w+|pledg\w+|predict\w*|forecast\w*|not yet|yet to"
    r"|(?:not|yet) (?:final|filed|approved|closed|signed)|prospect\w*|suspect\w*|forthcoming|upcoming|pending"
    r"|subject to|foresee\w*|look(?:s|ing)? to|scheduled|tentative\w*|provisional\w*|preliminar\w*|calculated"
    r"|rumou?r\w*|urg(?:e|es|ed|ing)|call(?:s|ed|ing)? for|demand\w*|recommend\w*"
)
_PENDING = re.compile(rf"\b(?:{_AHEAD}|would(?! not))\b", re.IGNORECASE)
_OPEN = re.compile(
    rf"\b(?:{_AHEAD}|would|can|should|must|needs?|needed|set for|to be|(?:has|have) to|claim\w*|if|ask(?:s|ed|ing)?"
    r"|estimat\w+|reckon\w*|think\w*|thought|believ\w+|wish\w*|yet|once|until|coming|nearly|almost|provided|free|holds?"
    r"|whether|request\w*|threat\w*|ready|said to|says? it|on course|open|argu\w+|maintain\w*|appears?|seems?"
    r"|reportedly|suggest\w*|calculat\w+|try|tries|trying|tried|attempt\w*|target\w*|goal\w*)\b",
    re.IGNORECASE,
)
_DONE = re.compile(r"\b(?:has|have|had|was|were|is|are|did|now|already)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all|every|everything|everyone|everybody|entire(?:ly)?|whole|wholly|always|never|completely|fully|totally|anyone"
    r"|anything|worldwide|any other|nothing at all|ever|without exception|across the board|in full|invariably"
    r"|unconditional\w*|altogether|each and every|nationwide|outright)\b(?! but\b)",
    re.IGNORECASE,
)
_ALL_SAID = re.compile(
    r"\b(?:all|every\w*|entire\w*|whol\w+|always|never|complete\w*|full\w*|total\w*|any\w*|worldwide|each|both|none|no|nobody"
    r"|only|100 percent|thorough\w*|across|altogether|unanimous\w*|global\w*|outright)\b",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"\b(?:some|most(?:ly)?|many|several|part(?:s|ly)?|certain|a few|few|handful|minority|number of|one of|largely"
    r"|mainly|partial(?:ly)?|majority|private|one element|temporary|only these|these plaintiffs|only one|often"
    r"|generally|limited|select(?:ed)?|in part|almost all|nearly all|all but|tends? to|at least one|half of|a third of"
    r"|a quarter of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Stance:
    """Whether a clause denies, tells what is done or what is pending, and whether it speaks of all or of some.

    ``open`` takes in whatever may be meant as pending, ``any_all`` whatever may be meant of all.
    """

    denied: bool
    done: bool
    pending: bool
    open: bool
    sweeping: bool
    any_all: bool
    partial: bool


def stance_of(clause: str) -> Stance:
    """Read the words of a clause; an even number of words like denials denies nothing."""
    plain = _NOT_DENIED.sub(" ", clause)
    dated = _MAY.sub(" ", clause)
    return Stance(
        denied=len(_DENIED.findall(plain)) % 2 == 1,
        done=_DONE.search(clause) is not None or any(is_past(word) for word in re.findall(r"\b[a-z]+\b", clause)),
        pending=_PENDING.search(dated) is not None,
        open=_OPEN.search(dated) is not None,
        sweeping=_ALL.search(clause) is not None,
        any_all=_ALL_SAID.search(clause) is not None,
        partial=_SOME.search(clause) is not None,
    )
