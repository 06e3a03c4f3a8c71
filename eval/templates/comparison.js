"use strict";

function pairView({ before, after }) {
  const passages = (label, record) => element("details", null, element("summary", null, `Passages and times ${label}`),
    passagesView(record), timesView(record));
  return element("div", { class: "record" }, questionView(after), goldView(after, { before, after }),
    element("div", { class: "beside even" }, answerView(before, "Before"), answerView(after, "After")),
    passages("before", before), passages("after", after),
    element("p", { class: "soft" }, element("a", { href: `#q-${encodeURIComponent(after.id)}` }, "Link to this question")));
}

questionTable({
  words: (place) => Object.values(data("records")[place]).map(wordsOf).join("\n"),
  detail: (place) => pairView(data("records")[place]),
});
