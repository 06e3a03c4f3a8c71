"""Words of news prose that say the opposite of each other, as data.

One pair a line, its two sides parted by ``/``. A star stands for any ending, an underscore for a blank; ``#`` is a
digit or a currency sign, which is looked at and not taken.
"""

from __future__ import annotations

import re

_PAIRS = """
rise rises rising risen rose grew grow grows grown growing growth increas* climb* jump* surg* soar* gain gains gained
    up_from up_by doubl* tripl* expand* boost* swell* enlarg*
    goes_up go_up went_up gone_up /
    fall falls fell fallen falling drop drops dropped dropping declined declines declining_by decline_in decline_of
    decreas* slump* plung* shrink* shrank shrunk*
    goes_down go_down went_down gone_down down_from down_by down_to lowered halv* cut cuts
    cut_from cutting_its reduc* slid* tumbl* sank sinks sinking contracted contracting dwindl* lost loses lessen* waned
times_as_much times_as_many times_more times_higher / times_cheaper times_less times_fewer times_lower
above beyond exceed* more_than over_# in_excess_of / below short_of under_# less_than fewer_than
before prior_to ahead_of earlier / after following later behind
won win wins winning winner victor* prevail* / lost lose loses losing loser defeat*
approv* accept accepts accepted accepting backs backed backing endors* support supports supported supporting
    favor* favour* welcom* embrac* in_favor in_favour /
    reject* refus* oppos* declined_to declines_to turned_down turns_down object objects objected condemn* resist*
    criticis* criticiz* disapprov* denounc*
allow* permit* let lets letting authoris* authoriz* legalis* legaliz* cleared_to green-lit /
    ban bans banned banning bars barred barring prohibit* forbid* forbad* block* outlaw*
lawful* legal legally fair_use rightful* / unlawful* illegal* infring* violat* break_copyright break_the_law
grant grants granted granting award_of awarded / deny denies denied denying reject* refus* dismiss* turned_down
upheld uphold* affirm* confirmed let_stand / overturn* reversed reverses struck_down strikes_down vacat* quash* overrul*
signed signs signing enact* / veto*
confirm confirms confirmed confirming admit* acknowledg* / deny denies denied denying disput* contest*
agree agrees agreed / disagre* refus*
join joins joined joining hire hires hired hiring recruit* /
    left leave leaves leaving quit quits fired fires firing resign* depart* dismiss*
open opens opened opening begin begins began begun beginning start starts started starting launch* introduc* debut*
    rolled_out rolls_out rolling_out /
    close closes closed closing end ends ended ending stop* shut* discontinu* ceas* withdr* scrap* cancel* abandon*
includ* / exclud* omit* left_out leaves_out leaving_out
acquir* buy buys bought buying purchas* / sell sells sold selling divest*
impos* added adds adding / lift lifts lifted lifting remov* delet* repeal*
broad* widen* expand* extend* strengthen* tighten* /
    narrow* shorten* limited limits limiting weaken* loosen* eased easing
faster sooner quicker earlier / slower later
first / last final
still continue continues continued remains / no_longer
majority most_of / minority fewest few_of
largest biggest highest greatest longest / smallest lowest shortest fewest
higher bigger larger greater longer wider more / lower smaller shorter thinner narrower cheaper less fewer
public publicly / private privately secret secretly
liable guilty / acquitted innocent exonerat*
voluntar* optional / compulsory mandatory required
unanimous* / split divided narrowly
profit profits profitable surplus / loss losses deficit
free_of_charge for_free / paid charged charges
permanent* / temporar* preliminar* provisional*
with_prejudice / without_prejudice
paus* suspend* halt* delay* postpon* / resum* proceed* continu* go_ahead goes_ahead going_ahead advanc* accelerat*
passes passed pass adopt* cleared clears / defeat* reject* voted_down voted_it_down vetoed
tighten* / loosen* relax*
success* succeed* / fail fails failed failure*
encourag* / discourag* deter*
help helps helped benefit* / hurt hurts harm* hinder* damag*
reveal* disclos* publish* / conceal* hide hides hid hidden
expensive costly / cheap inexpensive
easy easily easier / hard harder difficult
safe safer / dangerous unsafe
enter enters entered / exit exits exited
inside / outside
domestic / foreign
young younger youngest / old older oldest
speed_up speeds_up accelerat* / slow_down slows_down slow slowed
reward* / punish* penal*
lend lends lent / borrow*
upgrad* / downgrad*
invite* / expel* uninvite*
trust* / distrust* mistrust*
unite* / divide divided split
praise praises praised praising optimis* hopeful enthusias* / pessimis* worr* critici* warn* feared fears
"""


def _compiled(side: str) -> re.Pattern[str]:
    forms = (re.escape(form).replace(r"\*", r"\w*").replace("_", " ") for form in side.split())
    written = "|".join(re.sub(r"\\#$|#$", r"(?=[$€£\\d])", form) for form in forms)
    return re.compile(rf"(?<![\w-])(?:{written})(?![\w])", re.IGNORECASE)


def _sides(text: str) -> list[tuple[str, str]]:
    joined = re.sub(r"\n +", " ", text.strip())
    return [(one, other) for one, _, other in (line.partition(" / ") for line in joined.splitlines())]


def _read(text: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((_compiled(one), _compiled(other)) for one, other in _sides(text))


def _whole(side: str) -> tuple[str, ...]:
    return tuple(form for form in side.split() if form.isalpha())


OPPOSITES = _read(_PAIRS)

OPPOSITE_FORMS = tuple((_whole(one), _whole(other)) for one, other in _sides(_PAIRS))
"""The single words among them that are written out: those of either side of each pair."""
