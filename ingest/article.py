"""What a source reader yields: an item that may become an article, or the reason why it cannot.

Ids come from content addresses: an explicit id where the source gives one, else the canonical URL,
else the file's own address. The same item read twice has the same id.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

from rag.errors import NewsdeskError
from rag.schema import Article

TRACKING_PARAMETERS = (
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "utm_name",
    "gclid", "dclid", "fbclid", "msclkid", "twclid", "yclid", "igshid", "mc_cid", "mc_eid",
    "cmpid", "ocid", "ito", "ncid", "sref", "smid", "smtyp", "partner", "CMP", "__twitter_impression",
    "guccounter", "guce_referrer", "guce_referrer_sig", "_ga", "ref_src", "ref_url", "taid",
)  # fmt: skip
_EXPLICIT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """An item that cannot become an article; it goes to the quarantine.

    ``location`` names the file with line or member (``news.jsonl:812``), ``field`` the field at fault
    when one is, ``reason`` what is wrong and ``remedy`` what to do about it. ``excerpt`` holds the
    first characters of the item, so that it can be recognised.
    """

    location: str
    reason: str
    remedy: str
    field: str | None = None
    excerpt: str = ""


Item = Article | Rejected


class ItemError(NewsdeskError):
    """What a reader raises for an item that cannot be used; ``ingest.files`` turns it into a Rejected."""

    def __init__(self, reason: str, *, remedy: str, field: str | None = None) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy
        self.field = field

    def rejected(self, location: str, *, excerpt: str = "") -> Rejected:
        """Return the item's entry for the quarantine."""
        return Rejected(location=location, field=self.field, reason=self.reason, remedy=self.remedy, excerpt=excerpt)


def canonical_url(address: str) -> str | None:
    """Return one spelling for all addresses of an article, or None when it is not an http(s) address.

    Lower-cases scheme and host, sorts the query, drops fragment, default port and tracking parameters.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or parts.username:
            return None
        cleaned = url_query_cleaner(address, TRACKING_PARAMETERS, remove=True, unique=False)
        url = canonicalize_url(cleaned)
        host = urlsplit(url)
        default = {"http": 80, "https": 443}[host.scheme]
        if host.port == default:
            url = url.replace(f":{default}", "", 1)
        return url
    except ValueError:
        return None


def article_id(*, explicit: str | None, url: str | None, source: str) -> str:
    """Return the id of an item: an explicit id as it is when it is short and plain, else a hash.

    ``url`` must be canonical; ``source`` is the file's address, used when there is no URL.
    """
    if explicit and _EXPLICIT_ID.fullmatch(explicit):
        return explicit
    basis = f"id:{explicit}" if explicit else f"url:{url}" if url else f"source:{source}"
    return hashlib.sha256(basis.encode("utf-8", "surrogatepass")).hexdigest()[:16]
