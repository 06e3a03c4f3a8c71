"""The page: a question box, the conversation, and beside it the evidence of every answer.

``python app.py`` opens the archive and serves the page until it is stopped. Conversations are kept by
the server; what a browser sends is a question and its filters, and both are checked here.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from rag import render
from rag.address import bare_host, check_address, unusable
from rag.api import api_routes
from rag.chips import EDITABLE, filters_of, unlimited
from rag.config import Settings, describe_settings, read_settings
from rag.errors import NewsdeskError, QuestionError
from rag.form import Example, is_edited, read_examples, read_question
from rag.schema import AnswerStatus, LimitKind, Question
from rag.shield import Shield
from rag.suggestions import MOST, suggest
from rag.turns import Exchange, belonging, converse

if TYPE_CHECKING:
    import gradio
    from starlette.requests import Request
    from starlette.responses import Response

    from rag.engine import Engine

KEPT_TURNS = 50
MOST_SESSIONS = 10_000
HERE = Path(__file__).resolve().parent
STATIC = HERE / "rag" / "static"
EXAMPLES = HERE / "corpus" / "examples.json"
STYLES = ("colours", "page", "conversation", "chips", "followups", "form", "evidence", "written", "start", "narrow")
HEAD = "".join(f'<link rel="stylesheet" href="newsdesk/{name}.css">' for name in STYLES) + (
    '<script src="newsdesk/page.js" defer></script>'
)


def build_page(engine: "Engine", settings: Settings, examples: Sequence[Example] = ()) -> "gradio.Blocks":
    """Return the page over ``engine``, not yet served."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = str((settings.folder / "page").resolve())
    import gradio as gr

    hide = gr.update(visible=False)

    def markdown(value: Markup, name: str) -> gr.Markdown:
        return gr.Markdown(str(value), elem_id=name, latex_delimiters=[], show_label=False, container=False)

    def publisher_choices() -> list[tuple[str, str]]:
        return [(f"{name} ({count:,})", name) for name, count in engine.overview().publishers]

    def messages(exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
        return [
            {"role": role, "content": str(content)}
            for exchange in exchanges
            for role, content in (("user", exchange.question), ("assistant", exchange.answer))
        ]

    def panel(exchanges: Sequence[Exchange]) -> str:
        evidence = {exchange.number: exchange.evidence for exchange in exchanges}
        return str(render.render_panel(evidence, shown=exchanges[-1].number if exchanges else 0))

    questions: dict[str, int] = {}
    beginnings: dict[str, int] = {}

    def count_question(request: gr.Request) -> int:
        """Count a session's questions: suggestions for an earlier one are given up."""
        session = str(request.session_hash)
        if len(questions) > MOST_SESSIONS:
            questions.clear()
            beginnings.clear()
        questions[session] = questions.get(session, 0) + 1
        return questions[session]

    def of_session(kept: tuple[Exchange, ...], request: gr.Request) -> tuple[Exchange, ...]:
        return belonging(kept, beginnings.get(str(request.session_hash)))

    def ask(
        text: str, kept: tuple[Exchange, ...], since: str, until: str, publishers: list[str], as_of: str,
        request: gr.Request,
    ) -> Any:  # fmt: skip
        count_question(request)
        kept = of_session(kept, request)
        if kept and not (text or "").strip():  # Enter was pressed twice
            yield (gr.skip(),) * 7
            return
        # The rewritten question, put into the box and edited, is asked as it stands.
        literally = bool(kept) and kept[-1].rewording and is_edited(text or "", kept[-1].reading)
        turns = [exchange.turn for exchange in kept if exchange.turn and not literally]
        try:
            asked = read_question(text, turns, since=since, until=until, publishers=publishers, as_of=as_of)
        except QuestionError as error:
            yield *(gr.skip(),) * 4, str(render.render_notice(str(error))), gr.skip(), gr.skip()
            return
        yield from grow(kept, asked, request, typed="")

    def grow(kept: tuple[Exchange, ...], asked: Question, request: gr.Request, *, typed: Any) -> Any:
        """Show the answer as it grows, until a new conversation is begun.

        Gradio's own ``cancels`` is not used: it ends whatever question of the session runs when it arrives, which
        under load is the first one of the new conversation.
        """
        session, shown = str(request.session_hash), None
        begun = beginnings.get(session)
        for exchange in converse(engine, kept, asked):
            newest = beginnings.get(session, begun)  # absent once too many sessions were forgotten
            if newest != begun:
                if newest == questions.get(session):  # shown once more, lest this came after it
                    yield nothing()
                return
            grown = (*kept, replace(exchange, conversation=begun or 0))[-KEPT_TURNS:]
            is_news = exchange.evidence != shown and (exchange.evidence or not exchange.growing)
            shown = exchange.evidence if is_news else shown
            yield messages(grown), panel(grown) if is_news else gr.skip(), grown, typed, "", hide, hide
            typed = gr.skip()

    def ask_without(kind: LimitKind) -> Callable[..., Any]:
        # A closure, since Gradio gives no request to a partial function.
        def ask_anew(kept: tuple[Exchange, ...], request: gr.Request) -> Any:
            kept = of_session(kept, request)
            asked = kept[-1].asked if kept else None
            if asked is None:
                yield (gr.skip(),) * 7
                return
            count_question(request)
            yield from grow(kept, unlimited(asked, kind), request, typed=gr.skip())

        return ask_anew

    def edit(kind: LimitKind, kept: tuple[Exchange, ...]) -> tuple[Any, ...]:
        last = kept[-1] if kept else None
        if last is None or last.understanding is None:
            return (gr.skip(),) * 4
        found, text = filters_of(last.understanding.scope), last.understanding.text
        if kind is LimitKind.PERIOD:
            return text, found.since, found.until, gr.skip()
        return text, gr.skip(), gr.skip(), list(found.publishers)

    def chips(kept: tuple[Exchange, ...], request: gr.Request) -> list[dict[str, Any]]:
        """Tell every chip's row, and its buttons, what to show."""
        kept = of_session(kept, request)
        labels = {chip.kind: chip.label for chip in kept[-1].chips} if kept else {}
        updates = [gr.update(visible=bool(labels))]
        for kind in LimitKind:
            label = labels.get(kind, "")
            updates += [gr.update(visible=kind in labels), gr.update(value=label)]
            updates += [gr.update(value=f"Remove the limit: {label}")] * (kind in EDITABLE)
        return updates

    def reword(kept: tuple[Exchange, ...]) -> tuple[Any, Any]:
        if not (kept and kept[-1].reading):
            return gr.skip(), gr.skip()
        return kept[-1].reading, (*kept[:-1], replace(kept[-1], rewording=True))

    def rewordable(kept: tuple[Exchange, ...], request: gr.Request) -> Any:
        last = of_session(kept, request)[-1:]
        return gr.update(visible=bool(last and last[0].reading))

    def suggestions(kept: tuple[Exchange, ...], request: gr.Request) -> Any:
        """Offer questions to go on with one by one; the answer is long shown, and a new question ends it."""
        session, number = str(request.session_hash), count_question(request)
        found: list[str] = []
        answer = kept[-1].answered if kept else None
        yield [hide] * (MOST + 1)
        if answer is None or answer.status is not AnswerStatus.ANSWERED:
            return

        def is_wanted() -> bool:
            return questions.get(session) == number

        for one in suggest(engine, answer, is_wanted=is_wanted):
            if not is_wanted():
                return
            found.append(one.question)
            buttons = [
                gr.update(visible=at < len(found), value=found[at] if at < len(found) else "") for at in range(MOST)
            ]
            yield [gr.update(visible=True), *buttons]

    def begin_anew(request: gr.Request) -> tuple[Any, ...]:
        beginnings[str(request.session_hash)] = count_question(request)
        return nothing()

    def nothing() -> tuple[Any, ...]:
        return [], panel(()), (), gr.skip(), "", hide, hide  # what was typed in the meantime is not lost

    def fill(event: gr.SelectData) -> tuple[str, str, str, list[str], str]:
        example = examples[int(event.index)]
        return example.question, "", "", [], example.as_of

    overview = engine.overview()
    page: gr.Blocks = gr.Blocks(title="Newsdesk", analytics_enabled=False, fill_width=True)
    with page:
        conversation = gr.State(())
        masthead = markdown(render.render_masthead(overview), "masthead")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                markdown(render.render_welcome(), "welcome")
                chat = gr.Chatbot(
                    elem_id="chat", label="Conversation", show_label=False, container=False, height=None,
                    latex_delimiters=[], buttons=[], feedback_options=None, layout="panel", reasoning_tags=[],
                    placeholder="For example" if examples else None, group_consecutive_messages=False,
                    examples=[{"text": item.question, "display_text": item.label} for item in examples] or None,
                )  # fmt: skip
                notice = markdown(Markup(), "notice")
                shown_chips: list[Any] = []
                edits: dict[LimitKind, gr.Button] = {}
                removals: dict[LimitKind, gr.Button] = {}
                with gr.Row(elem_id="understood", visible=False) as understood:
                    shown_chips.append(understood)
                    for kind in LimitKind:
                        with gr.Row(elem_classes="chip", visible=False) as chip:
                            shown_chips.append(chip)
                            if kind in EDITABLE:
                                edits[kind] = gr.Button("", elem_classes="edit", size="sm", min_width=0)
                                shown_chips.append(edits[kind])
                            name = "remove" if kind in EDITABLE else "whole"
                            removals[kind] = gr.Button("", elem_classes=name, size="sm", min_width=0)
                            shown_chips.append(removals[kind])
                reword_button = gr.Button("Edit how it was read", elem_id="reword", size="sm", visible=False)
                with gr.Row(elem_id="suggestions", visible=False) as offered:
                    suggested = [gr.Button("", size="sm", min_width=0, visible=False) for _ in range(MOST)]
                box = gr.Textbox(
                    elem_id="question", label="Question", show_label=False, container=False, max_lines=4,
                    placeholder="Ask the archive…", submit_btn="Ask",
                )  # fmt: skip
                with gr.Row(elem_id="filters"):
                    since = gr.Textbox(label="From", placeholder="yyyy-mm-dd", max_lines=1, min_width=90)
                    until = gr.Textbox(label="Until", placeholder="yyyy-mm-dd", max_lines=1, min_width=90)
                    publishers = gr.Dropdown(
                        publisher_choices(), label="Publishers", multiselect=True, min_width=150, scale=2
                    )
                    as_of = gr.Textbox(label="As of", placeholder="now", max_lines=1, min_width=90)
                    renew = gr.Button("New conversation", elem_id="renew", size="sm", min_width=90)
            with gr.Column(elem_id="side"):
                evidence = markdown(render.render_panel({}), "evidence")

        form = [box, conversation, since, until, publishers, as_of]
        result = [chat, evidence, conversation, box, notice, offered, reword_button]
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = [
            # A question typed as an answer ends is asked, and not dropped as a second click on the first.
            box.submit(ask, form, result, trigger_mode="always_last", **hidden),
            chat.example_select(fill, None, [box, since, until, publishers, as_of], **hidden).then(
                ask, form, result, **hidden
            ),
        ]
        asking += [button.click(ask_without(kind), conversation, result, **hidden) for kind, button in removals.items()]
        offers = [offered, *suggested]
        asking += [
            button.click(lambda text: text, button, box, **hidden).then(ask, form, result, **hidden)
            for button in suggested
        ]
        for step in asking:
            # By default the browser drops them while those for the question before are still under way.
            step.then(chips, conversation, shown_chips, trigger_mode="multiple", **hidden)
            step.then(rewordable, conversation, reword_button, trigger_mode="multiple", **hidden)
            step.then(suggestions, conversation, offers, trigger_mode="multiple", **hidden)
        reword_button.click(reword, conversation, [box, conversation], **hidden)
        for kind, button in edits.items():
            button.click(partial(edit, kind), conversation, [box, since, until, publishers], **hidden)
        # What the last answer was still about to show may come after the page was emptied: it is hidden once more.
        begun = renew.click(begin_anew, None, result, **hidden)
        begun.then(chips, conversation, shown_chips, **hidden)
        begun.then(rewordable, conversation, reword_button, **hidden)
        page.load(
            lambda: (str(render.render_masthead(engine.overview())), gr.update(choices=publisher_choices())),
            None, [masthead, publishers], **hidden,
        )  # fmt: skip
    page.queue(default_concurrency_limit=8, max_size=64)
    return page


def launch_page(
    engine: "Engine", settings: Settings, *, examples: Sequence[Example] = (), open_browser: bool = False
) -> "gradio.Blocks":
    """Serve the page in the background and return it; its ``local_url`` is the address, ``close()`` stops it.

    Raises ConfigurationError when the address cannot be listened on.
    """
    check_address(settings)
    from starlette.middleware import Middleware
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    def healthz(_: "Request") -> "Response":
        try:
            return JSONResponse({"status": "ok", "articles": engine.overview().articles})
        except NewsdeskError as error:
            return JSONResponse({"status": "failing", "reason": str(error)}, status_code=503)

    page = build_page(engine, settings, examples)
    import gradio as gr

    theme = gr.themes.Base(
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "sans-serif"],
        font_mono=["ui-monospace", "Liberation Mono", "monospace"],
    )
    host = bare_host(settings)
    try:
        page.launch(
            server_name=f"[{host}]" if ":" in host else host, server_port=settings.port or None, inbrowser=open_browser,
            prevent_thread_lock=True, quiet=True, share=False, show_error=False, ssr_mode=False, footer_links=[],
            run_history=False, enable_monitoring=False, max_file_size=1, mcp_server=False, pwa=False, theme=theme,
            head=HEAD, favicon_path=STATIC / "icon.svg",
            app_kwargs={
                "docs_url": None, "redoc_url": None, "openapi_url": None,
                "middleware": [Middleware(Shield)],
                "routes": [
                    Route("/healthz", healthz), *api_routes(engine), Mount("/newsdesk", StaticFiles(directory=STATIC)),
                ],
            },
        )  # fmt: skip
    except OSError as error:
        raise unusable(settings, str(error)) from error
    return page


def serve(
    engine: "Engine", settings: Settings, *, examples: Sequence[Example] = (), open_browser: bool = False
) -> None:
    """Serve the page until SIGINT or SIGTERM, then stop it cleanly."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    page = launch_page(engine, settings, examples=examples, open_browser=open_browser)
    sys.stdout.write(f"Newsdesk is at {page.local_url} (stop it with Ctrl+C)\n")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        sys.stdout.write("Stopping.\n")
    finally:
        page.close(verbose=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the page from the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="app.py", description=__doc__, epilog=describe_settings(), formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", help="port to listen on; 0 takes the first free one from 7860")
    parser.add_argument("--data", help="folder of the archive")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    chosen = parser.parse_args(arguments)
    try:
        settings = read_settings(host=chosen.host, port=chosen.port, data=chosen.data)
        logging.basicConfig(level=settings.log_level)
        examples = read_examples(EXAMPLES)
        check_address(settings)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the archive must be let go of in order
        from rag.engine import open_engine

        with open_engine(settings) as engine:
            serve(engine, settings, examples=examples, open_browser=chosen.open)
    except NewsdeskError as error:
        sys.stderr.write(f"newsdesk: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
