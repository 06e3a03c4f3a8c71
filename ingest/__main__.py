"""The command line of the archive: ``python -m ingest COMMAND``."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from rag.config import Settings, describe_settings, read_settings
from rag.errors import NewsdeskError

EXIT_ERROR = 1
EXIT_QUARANTINED = 3
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for an error, 3 when items were quarantined, 130 when interrupted."""
    parsed = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        settings = read_settings(data=parsed.data)
        return int(parsed.run(settings, parsed))
    except NewsdeskError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("Interrupted. What was written stays; run the same command again to go on.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output (`head`, say) has seen enough; Python must not fail again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except Exception as error:
        if not _is_storage(error):
            raise
        print(
            f"error: the archive could not be read or written ({error}). Mend that, for example by freeing disk "
            "space, and run the same command again: what was written stays.",
            file=sys.stderr,
        )
        return EXIT_ERROR
    finally:
        signal.signal(signal.SIGTERM, before)


def _is_storage(error: Exception) -> bool:
    from sqlalchemy.exc import SQLAlchemyError

    return isinstance(error, OSError | SQLAlchemyError)


def _interrupt(*_: object) -> NoReturn:
    # SIGTERM in the middle of a write to the vector index damages it; as an exception it comes between two calls.
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingest",
        description="Put articles into the archive and look after it.",
        epilog=describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", help="folder of the archive (NEWSDESK_DATA)")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    files = commands.add_parser("files", help="read articles from files and folders")
    files.add_argument(
        "paths", nargs="+", metavar="PATH", help="file or folder; - reads JSON Lines from standard input"
    )
    files.add_argument(
        "--field", action="append", default=[], metavar="THEIRS=OURS", help="name of a field in JSON Lines; repeatable"
    )
    files.add_argument("--json", action="store_true", help="one JSON object per event on standard output")
    files.set_defaults(run=_files)

    for name, run, text in (
        ("status", _status, "what the archive holds and how it was made"),
        ("verify", _verify, "compare archive, lexical index and vectors; exit 1 when they differ"),
        ("quarantine", _quarantine, "list what could not be read, why, and what to do"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--json", action="store_true", help="JSON on standard output")
        command.set_defaults(run=run)
        if name == "quarantine":
            command.add_argument("--clear", action="store_true", help="forget what is listed")
    repair = commands.add_parser("repair", help="rebuild both indexes from the archive, without embedding again")
    repair.set_defaults(run=_repair)
    remove = commands.add_parser("remove", help="delete an article with all its versions")
    remove.add_argument("articles", nargs="+", metavar="ID|URL")
    remove.set_defaults(run=_remove)
    reindex = commands.add_parser("reindex", help="cut and embed every article again, after a change of model")
    reindex.set_defaults(run=_reindex)
    return parser


def _field_map(pairs: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        theirs, separator, ours = pair.partition("=")
        if not (separator and theirs and ours):
            raise NewsdeskError(f"--field takes THEIRS=OURS, for example publish_date=published_at, not {pair!r}.")
        found[theirs] = ours
    return found


def _files(settings: Settings, parsed: argparse.Namespace) -> int:
    from ingest.files import read_paths
    from ingest.pipeline import Outcome, Pipeline
    from ingest.progress import display_for, expected_items, figures, summary
    from rag.embed import load_encoder
    from rag.stores import Stores

    field_map = _field_map(parsed.field)
    skipped: list[str] = []
    encoder = load_encoder(settings)
    with (
        Stores(settings, encoder, create=True) as stores,
        display_for(as_json=parsed.json, expected=expected_items(parsed.paths)) as display,
    ):
        account = Pipeline(stores, report=display).run(
            read_paths(parsed.paths, field_map=field_map, stdin=sys.stdin.buffer, skipped=skipped.append)
        )
    if parsed.json:
        print(json.dumps({"event": "summary", **figures(account), "skipped": len(skipped)}))
    else:
        print(summary(account))
    if skipped:
        print(f"{len(skipped)} files of other formats were passed over, for example {skipped[0]}.", file=sys.stderr)
    if account.outcomes[Outcome.QUARANTINED]:
        print("Some items could not be read: see `python -m ingest quarantine`.", file=sys.stderr)
        return EXIT_QUARANTINED
    return 0


def _status(settings: Settings, parsed: argparse.Namespace) -> int:
    from rag.archive import connect
    from rag.archive_writer import ArchiveWriter

    archive = ArchiveWriter(connect(settings.database_url, create=False))
    overview = archive.overview()
    found: dict[str, Any] = {
        "articles": overview.articles,
        "copies": archive.count_copies(),
        "passages": overview.passages,
        "waiting for an index": archive.pending(),
        "oldest": None if overview.oldest is None else str(overview.oldest),
        "newest": None if overview.newest is None else str(overview.newest),
        "in quarantine": len(archive.quarantined()),
        "publishers": dict(overview.publishers),
        "made with": archive.made_with(),
    }
    if parsed.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for name, value in found.items():
        if isinstance(value, dict):
            # A mark that is not set says nothing; it stays in the JSON.
            said = [f"{key}: {item}" for key, item in value.items() if item != ""]
            value = ", ".join(said[:20]) + (f" and {len(said) - 20} more" if len(said) > 20 else "") or "none"
        print(f"{name + ':':<22} {'unknown' if value is None else value}")
    return 0


def _verify(settings: Settings, parsed: argparse.Namespace) -> int:
    from dataclasses import asdict

    from rag.embed import load_encoder
    from rag.stores import Stores

    with Stores(settings, load_encoder(settings)) as stores:
        found = stores.verify()
    if parsed.json:
        print(json.dumps({"sound": found.is_sound, **asdict(found)}))
    else:
        for name, value in asdict(found).items():
            print(f"{name.replace('_', ' ') + ':':<22} {value}")
        print("The three stores agree." if found.is_sound else "They differ. Run `python -m ingest repair`.")
    return 0 if found.is_sound else EXIT_ERROR


def _repair(settings: Settings, _parsed: argparse.Namespace) -> int:
    from rag.embed import load_encoder
    from rag.stores import Stores

    with Stores(settings, load_encoder(settings)) as stores:
        stores.repair(progress=lambda index, count: print(f"{index}: {count} passages written"))
    return _verify(settings, argparse.Namespace(json=False))


def _remove(settings: Settings, parsed: argparse.Namespace) -> int:
    from ingest.article import canonical_url
    from ingest.pipeline import Pipeline
    from rag.embed import load_encoder
    from rag.stores import Stores

    missing = 0
    with Stores(settings, load_encoder(settings)) as stores:
        pipeline = Pipeline(stores)
        for name in parsed.articles:
            held = stores.archive.find(name) or stores.archive.find(canonical_url(name) or name)
            if held is None:
                missing += 1
                print(f"error: no article has the id or URL {name}. Look ids up in a citation.", file=sys.stderr)
                continue
            pipeline.remove(held)
            print(f"removed {held}")
    return EXIT_ERROR if missing else 0


def _quarantine(settings: Settings, parsed: argparse.Namespace) -> int:
    from dataclasses import asdict

    from rag.archive import connect
    from rag.archive_writer import ArchiveWriter

    archive = ArchiveWriter(connect(settings.database_url, create=False))
    for row in archive.quarantined():
        if parsed.json:
            print(json.dumps(asdict(row), ensure_ascii=False))
        else:
            where = f"{row.location} ({row.field})" if row.field else row.location
            print(f"{where}\n  {row.reason}\n  {row.remedy}")
    if parsed.clear:
        print(f"{archive.forget_quarantine()} forgotten.", file=sys.stderr)
    return 0


def _reindex(settings: Settings, _parsed: argparse.Namespace) -> int:
    from ingest.passages import CHUNKING
    from ingest.pipeline import Pipeline
    from ingest.progress import display_for, summary
    from rag.embed import load_encoder
    from rag.stores import Stores

    with Stores(settings, load_encoder(settings), adopt=True) as stores:
        stores.archive.describe({"chunking": CHUNKING})
        with display_for(as_json=False, expected=stores.archive.overview().articles) as display:
            account = Pipeline(stores, report=display).recut()
        print(summary(account))
    return 0


if __name__ == "__main__":
    sys.exit(main())
