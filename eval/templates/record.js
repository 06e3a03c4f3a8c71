"use strict";
/* One question: what was asked, what was wanted, what was answered from what. */

function questionView(record) {
  const before = record.conversation.map((turn) => [
    element("p", { class: "turn asked" }, turn.question), element("p", { class: "turn said" }, turn.answer)]);
  const scope = Object.entries(record.scope).map(([name, value]) => `${name}: ${[value].flat().join(", ")}`);
  return element("div", { class: "asked-for" },
    before.length > 0 && element("div", { class: "conversation" }, element("p", { class: "soft" }, "The conversation before it"), before),
    // The row above tells the question; here it stands where it follows something.
    (before.length > 0 || record.standalone !== record.question) && element("p", { class: "full" }, record.question),
    record.standalone !== record.question && element("p", null, element("span", { class: "soft" }, "asked as "), record.standalone),
    element("p", { class: "soft" }, dotted(
      record.as_of ? `as of ${record.as_of}` : "as of now",
      record.period && `asked period ${record.period[0]} up to ${record.period[1]}, exclusive`,
      ...scope, record.kind, `split ${record.split}`, !record.answerable && record.kind !== "unanswerable" && "unanswerable", record.pair && `pair ${record.pair}`)),
    record.note && element("p", { class: "soft" }, `Note: ${record.note}`));
}

function rankBadge(evidence, label) {
  const said = label ? `${label}: ` : "";
  if (!evidence.indexed) return badge(`${said}not in the archive`, "bad");
  if (evidence.rank === null) return badge(`${said}not retrieved`, "bad");
  return badge(`${said}rank ${evidence.rank}`, evidence.rank <= 5 ? "good" : "fair");
}

/** Gold answers and evidence; `others` are the same question's records in other runs, by label. */
function goldView(record, labelled = { "": record }) {
  if (!record.answerable) {
    return section("Gold", element("p", null, "The archive does not say: the question should be declined."),
      record.reason && element("p", { class: "soft" }, `Reason: ${record.reason}`));
  }
  const answers = record.answers.map((part) => element("li", null, element("strong", null, part[0]),
    part.length > 1 && element("span", { class: "soft" }, ` or ${part.slice(1).join(" or ")}`)));
  const evidence = record.evidence.map((item, place) => element("figure", { class: "source" },
    element("blockquote", null, item.quote
      ? marked(item.quote, { answer: answerSpans(item.quote, record.answers) })
      : "any passage of the article with an accepted answer in it"),
    element("figcaption", null, element("span", { class: "headline" }, item.title ?? item.article),
      element("span", { class: "soft" }, dotted(item.published, item.title && item.article)),
      Object.entries(labelled).map(([label, own]) => own.evidence[place] && rankBadge(own.evidence[place], label)))));
  return section("Gold", element("ul", { class: "answers" }, answers), evidence);
}

/** The answer's sentences with numbers that lead to the citations. */
function sentences(record, key) {
  return record.sentences.map((sentence) => {
    const points = Array.from(sentence.text);
    const unit = (count) => points.slice(0, count).join("").length;
    const spans = sentence.highlight ? [sentence.highlight.map(unit)] : [];
    const lead = sentence.lead && [element("span", { class: "soft" }, sentence.lead), " "];
    return [lead, marked(sentence.text, { direct: spans }), sentence.citations.map((name) => {
      const link = element("a", { class: "cite", href: `#${key}-${name}`, "aria-label": `Citation ${name}` }, String(name));
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const card = link.closest(".reply").querySelector(`[data-number="${Number(name)}"]`);
        card?.scrollIntoView({ block: "nearest" });
        card?.focus();
      });
      return link;
    }), " "];
  });
}

function citationView(item, record) {
  return element("figure", { class: "source", "data-number": item.number, tabindex: -1 },
    element("blockquote", null, markedText(item.quote, item.start, item.article, record)),
    element("figcaption", null,
      element("span", { class: "headline" }, element("span", { class: "cite" }, String(item.number)), " ", webLink(item.url, item.title)),
      element("span", { class: "soft" }, dotted(item.publisher, item.published ?? "date unknown")),
      item.gold && badge("holds gold evidence", "good"),
      item.holds_answer && badge("holds an accepted answer", "good"),
      !item.intact && badge("not intact", "bad", "the quote does not stand in the article word for word"),
      item.in_period === false && badge("out of the asked period", "bad"),
      record.answerable && !item.gold && !item.holds_answer && badge("neither evidence nor answer", "none")));
}

function answerView(record, title = "Answer") {
  const shared = data("passages");
  const titles = new Map(record.passages.map((row) => [shared[row.place].article, shared[row.place].title]));
  const share = Math.min(1, Math.max(0, record.confidence ?? 0));
  const confidence = element("p", { class: "confidence" }, element("span", { class: "gauge", style: `--share: ${share}` }),
    `confidence ${number(record.confidence)}`);
  const said = record.error !== null
    ? element("pre", { class: "error" }, record.error)
    : record.declined
      ? [element("p", { class: "declined" }, "The archive does not say."),
        record.nearest.length > 0 && element("div", null, element("p", { class: "soft" }, "Nearest articles"),
          element("ul", null, record.nearest.map((article) => element("li", null, titles.get(article) ?? article))))]
      : record.sentences.length
        ? element("p", { class: "words" }, sentences(record, "citation"))
        : element("p", { class: "words" }, record.text || "(no words)");
  const notes = (record.notes ?? []).map((note) => element("p", { class: "soft" }, `Note, ${note.kind}: ${note.text}`));
  const made = section(title, element("p", null, verdictChip(record)), said, notes, record.error === null && confidence,
    record.citations.map((item) => citationView(item, record)));
  made.classList.add("reply");
  return made;
}

function verdictChip(record) {
  return element("span", { class: "verdict", style: `--of: var(--${record.slug})` }, record.verdict);
}

function timesView(record) {
  const measures = Object.entries(record.values).map(([name, value]) => [element("dt", null, name), element("dd", null, number(value))]);
  return element("div", { class: "rest" },
    element("p", { class: "soft" }, dotted(...Object.entries(record.seconds).map(([stage, value]) => `${stage} ${seconds(value)}`)) || "no times"),
    measures.length > 0 && element("details", null, element("summary", null, "Measures of this question"), element("dl", { class: "facts measures" }, measures)));
}

/** All words by which a question can be found, in lower case. */
function wordsOf(record) {
  return [record.id, record.question, record.standalone, record.text, record.note, record.error, record.answers.flat(2),
    record.evidence.map((item) => [item.title, item.quote, item.article]),
    record.citations.map((item) => [item.title, item.publisher])].flat(Infinity).filter(Boolean).join("\n").toLowerCase();
}
