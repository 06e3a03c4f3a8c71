"use strict";
/* Texts with marks in them. Offsets from the run count characters, those of scripts count UTF-16 units. */

const LOOSE = [[/['‘’]/g, "['‘’]"], [/["“”]/g, "[\"“”]"], [/[-‑–—]/g, "[-‑–—]"], [/\s+/g, "\\s+"]];

/** Return where the accepted answers stand in the text, as [start, end] in UTF-16 units. */
function answerSpans(text, answers) {
  const spans = [];
  for (const alias of answers.flat()) {
    if (!alias.trim()) continue;
    let pattern = alias.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    for (const [found, loose] of LOOSE) pattern = pattern.replace(found, () => loose);
    const before = /^[\p{L}\p{N}]/u.test(alias) ? "(?<![\\p{L}\\p{N}_.])" : "";
    const after = /[\p{L}\p{N}]$/u.test(alias) ? "(?![\\p{L}\\p{N}_])" : "";
    for (const match of text.matchAll(new RegExp(before + pattern + after, "giu"))) {
      spans.push([match.index, match.index + match[0].length]);
    }
  }
  return spans;
}

/** Return where gold quotes overlap the text, which begins at character `start` of the article. */
function goldSpans(text, start, article, evidence) {
  const points = Array.from(text);
  const unit = (count) => points.slice(0, count).join("").length;
  const spans = [];
  for (const item of evidence) {
    if (item.article !== article || !item.quote) continue;
    if (item.start === null) {
      const at = text.indexOf(item.quote);
      if (at >= 0) spans.push([at, at + item.quote.length]);
      continue;
    }
    const from = Math.max(0, item.start - start);
    const to = Math.min(points.length, item.start + Array.from(item.quote).length - start);
    if (from < to) spans.push([unit(from), unit(to)]);
  }
  return spans;
}

/** Return the text as nodes; a stretch in one of the kinds of spans stands in a mark of that kind. */
function marked(text, kinds) {
  const edges = new Set([0, text.length]);
  for (const spans of Object.values(kinds)) for (const span of spans) span.forEach((edge) => edges.add(edge));
  const order = [...edges].filter((edge) => edge >= 0 && edge <= text.length).sort((a, b) => a - b);
  const nodes = [];
  for (let place = 0; place + 1 < order.length; place += 1) {
    const [from, to] = [order[place], order[place + 1]];
    const inside = Object.keys(kinds).filter((kind) => kinds[kind].some((span) => span[0] <= from && to <= span[1]));
    const words = text.slice(from, to);
    nodes.push(inside.length ? element("mark", { class: inside.join(" ") }, words) : words);
  }
  return nodes;
}

/** Return the passage's or quote's text with gold evidence and accepted answers marked. */
function markedText(text, start, article, record) {
  return marked(text, { gold: goldSpans(text, start, article, record.evidence), answer: answerSpans(text, record.answers) });
}

function passageRow(row, record) {
  const passage = data("passages")[row.place];
  const scores = ["final", "dense", "lexical", "recency"].map((name) =>
    element("td", { class: "number", "data-label": name }, number(row[name])));
  const text = element("details", null,
    element("summary", null, element("span", { class: "headline" }, passage.title),
      element("span", { class: "soft" }, dotted(passage.publisher, passage.published ?? "date unknown"))));
  // The text is made when it is first opened: a question has a dozen passages.
  text.addEventListener("toggle", () => {
    if (text.childElementCount === 1) {
      text.append(element("p", { class: "passage" }, markedText(passage.text, passage.start, passage.article, record)),
        element("p", { class: "soft" }, `${passage.article}, characters ${passage.start} to ${passage.end}`));
    }
  });
  return element("tr", { class: row.gold ? "gold" : null },
    element("td", { class: "number", "data-label": "rank" }, String(row.rank)),
    element("td", null, text, row.gold && badge("gold evidence", "good"), row.holds_answer && badge("holds an accepted answer", "fair")),
    scores);
}

function passagesView(record) {
  if (!record.passages.length) return section("Retrieved passages", element("p", { class: "soft" }, "None."));
  const heads = ["#", "Passage", "final", "dense", "lexical", "recency"].map((name) => element("th", { scope: "col" }, name));
  return section(`Retrieved passages (${record.passages.length})`,
    element("table", { class: "passages" }, element("thead", null, element("tr", null, heads)),
      element("tbody", null, record.passages.map((row) => passageRow(row, record)))));
}
