"use strict";

function recordView(record) {
  return element("div", { class: "record" }, questionView(record),
    element("div", { class: "beside" }, goldView(record), answerView(record)),
    passagesView(record), timesView(record),
    element("p", { class: "soft" }, element("a", { href: `#q-${encodeURIComponent(record.id)}` }, "Link to this question")));
}

questionTable({
  words: (place) => wordsOf(data("records")[place]),
  detail: (place) => recordView(data("records")[place]),
});
