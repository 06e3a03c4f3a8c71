"""Closed classes of words that tell whether a question points outside of itself; see ``rag.dangling``."""

from __future__ import annotations

import re

from rag.english import words

EXPLETIVE_IT = re.compile(
    r"\bit (?:true|possible|legal|illegal|likely|clear|certain|allowed|necessary|normal|fair|known|common|worth|ok|okay"
    r"|safe|easy|hard|difficult|expensive|cheap|important|enough|better|best|time)\b"
    r"|\b(?:who|what|which|why|where|when)(?: \w+)? (?:is|was) it (?:that|who|which)\b|\bis it (?:that|who)\b"
    r"|\bit (?:takes?|took|costs?|matters?|means?|hurts?|helps?)\b(?: \w+){0,3}? (?:to|that|whether|for|if|when) \w"
    r"|\bit (?:is|was|be|will be|would be|has been|['’]s) (?:\w+ )?(?:true|possible|legal|likely|said|reported|clear)\b"
    r"|\bit (?:settled|agreed|decided|established|understood|expected|planned|reported|proven|proved)"
    r" (?:yet )?(?:that|whether|how|who|which|when)\b|\b(?:is|was) it \w+ (?:that|whether)\b"
    r"|\bha[sd] it (?:come out|been made (?:known|clear|public)|been said|emerged|turned out)\b"
    r"|\b(?:is|was) it going to cost\b"
    r"|\b(?:what|how) is it like\b|\b(?:make|makes|made|making|find|finds|found) it \w+ (?:for|to|that)\b"
    r"|\bkeeps? it up\b|\bmade it\b|\bcall it a day\b|\bwhat time is it\b|\bwhen it comes to\b",
    re.IGNORECASE,
)
DEICTIC = re.compile(
    r"\b(?:this (?:year|month|week|quarter|summer|spring|autumn|fall|winter|season|time|morning|decade|century"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|weekend|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday|archive)|these days|(?:those|these) (?:who|that|which|of|\w+ed)\b)",
    re.IGNORECASE,
)

# Nouns that stand for something just spoken of when they come alone with "the".
IDENTITIES = words(
    """company firm studio startup start-up label service platform network publisher streamer app tool model union
    guild group film movie series show game song album track book festival law act bill rule suit lawsuit case
    deal agreement merger purchase takeover acquisition settlement ruling decision strike contract letter
    survey study partnership report announcement paper newspaper magazine pair duo order product software site
    website plan project trial dispute complaint tour sale offer bid round boycott ban statement"""
)
# Nouns that need to be of something: "who is the director?", "what was the penalty?".
RELATIONS = words(
    """director writer writers author composer producer producers cast star stars actor actors actress plot title
    budget price cost costs penalty fine damages amount sum deadline terms term conditions reason reasons
    cause result results outcome verdict judge judges court jury lawyer lawyers plaintiff plaintiffs defendant
    defendants owner owners founder founders boss chief ceo chairman president investor investors valuation
    value revenue profit loss losses release premiere date start beginning end ending figure figures number
    numbers share stake record buyer buyers seller critics reaction reactions response reviews rating ratings
    audience winner winners loser members staff workers employees users customers subscribers rights rules
    changes goal purpose aim problem problems details story claim claims charges charge evidence sentence
    argument defence defense sponsor sponsors vote votes turnout score music sequel successor predecessor
    rival rivals competitors partners partner victims victim accused demands part role next rest others other
    two three first second latter former job position case catch"""
)
POSSESSED = words("part role share stake position answer response reaction view stance contribution cut job line")
ORDINALS = words("first second third last latest newest most best biggest largest next only highest lowest oldest")
ACTS = words(
    """answer answered respond responded react reacted reply replied protest protested object objected complain
    complained comment commented appeal appealed apologise apologised apologize apologized agree agreed
    disagree refuse refused decline declined deny denied settle settled intervene win won lose lost vote voted
    happen happened follow followed sign signed sue sued die died resign resigned survive fail failed decide
    decided pay paid start begin began end ended help helped work worked stop stopped object defend matter
    change changed leave left stay join joined"""
)
ADVERBS = words("then next afterwards afterward later now first instead so too again already yet before since exactly")
EACH = words("each both neither none all")
