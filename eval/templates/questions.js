"use strict";
/* The table of questions: search, filters, order, opening, permanent links, keys. */

/** `words(place)` gives the text a row is searched by, `detail(place)` an element with all of its question. */
function questionTable({ words, detail }) {
  const body = document.getElementById("rows");
  const rows = [...body.querySelectorAll("tr.row")];
  const form = document.querySelector("form.filters");
  const search = document.getElementById("search");
  const order = document.getElementById("order");
  const filters = [...form.querySelectorAll("select[data-filter]")];
  const heads = [...document.querySelectorAll("th button[data-sort]")];
  const byName = new Map(rows.map((row) => [row.id, row]));
  const texts = new Map();
  const toggleOf = (row) => row.querySelector("button.toggle");
  const detailOf = (row) => (row.nextElementSibling?.classList.contains("detail") ? row.nextElementSibling : null);
  const isOpen = (row) => toggleOf(row).getAttribute("aria-expanded") === "true";

  function textOf(row) {
    if (!texts.has(row)) texts.set(row, words(Number(row.dataset.order) - 1));
    return texts.get(row);
  }

  function fits(row, wanted) {
    const chosen = filters.every((filter) => {
      const option = filter.selectedOptions[0];
      return !option.value || row.dataset[option.dataset.field ?? filter.dataset.filter] === option.value;
    });
    return chosen && wanted.every((word) => textOf(row).includes(word));
  }

  function show() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const fit = fits(row, wanted);
      row.hidden = !fit;
      const opened = detailOf(row);
      if (opened) opened.hidden = !fit || !isOpen(row);
      count += fit;
    }
    const total = rows.length.toLocaleString("en");
    document.getElementById("shown").textContent = count === rows.length ? `${total} questions` : `${count.toLocaleString("en")} of ${total} questions`;
    document.getElementById("none").hidden = count > 0;
  }

  function sort() {
    const descending = order.value.startsWith("-");
    const name = order.value.replace("-", "");
    const key = (row) => (row.dataset[name] === "" ? null : Number(row.dataset[name]));
    const sorted = [...rows].sort((one, other) => {
      const [a, b] = [key(one), key(other)];
      if (a === null || b === null) return (a === null) - (b === null);
      return (descending ? b - a : a - b) || one.dataset.order - other.dataset.order;
    });
    body.append(...sorted.flatMap((row) => [row, detailOf(row)].filter(Boolean)));
    rows.splice(0, rows.length, ...sorted);
    for (const head of heads) {
      const sorting = head.dataset.sort === name;
      head.parentElement.setAttribute("aria-sort", sorting ? (descending ? "descending" : "ascending") : "none");
    }
  }

  function open(row) {
    if (!detailOf(row)) {
      const cell = element("td", { colspan: row.cells.length }, detail(Number(row.dataset.order) - 1));
      row.after(element("tr", { class: "detail" }, cell));
    }
    detailOf(row).hidden = false;
    toggleOf(row).setAttribute("aria-expanded", "true");
    row.classList.add("open");
  }

  function close(row) {
    detailOf(row).hidden = true;
    toggleOf(row).setAttribute("aria-expanded", "false");
    row.classList.remove("open");
  }

  function choose(wanted) {
    form.reset();
    for (const filter of filters) filter.value = wanted[filter.dataset.filter] ?? "";
    sort();
    show();
    form.scrollIntoView({ block: "start" });
    search.focus({ preventScroll: true });
  }

  function follow() {
    let name;
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { name = location.hash.slice(1); }
    const row = byName.get(name);
    if (!row) return;
    if (row.hidden) { form.reset(); sort(); show(); }
    open(row);
    row.scrollIntoView({ block: "start" });
    toggleOf(row).focus({ preventScroll: true });
  }

  function step(by) {
    const seen = rows.filter((row) => !row.hidden);
    const at = document.activeElement?.closest("tr.row, tr.detail");
    const now = seen.indexOf(at?.classList.contains("detail") ? at.previousElementSibling : at);
    const next = seen[now < 0 ? 0 : Math.min(seen.length - 1, Math.max(0, now + by))];
    if (!next) return;
    toggleOf(next).focus();
    next.scrollIntoView({ block: "nearest" });
  }

  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr.row");
    // A click that ends the selection of words opens nothing.
    if (!row || event.target.closest("a") || (!event.target.closest("button") && String(getSelection()))) return;
    isOpen(row) ? close(row) : open(row);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => { if (event.target === order) sort(); show(); });
  form.addEventListener("reset", () => setTimeout(() => { sort(); show(); }));
  document.getElementById("clear").addEventListener("click", () => { form.reset(); search.focus(); });
  for (const head of heads) {
    head.addEventListener("click", () => {
      const name = head.dataset.sort;
      order.value = name === "order" ? "order" : order.value === `-${name}` ? name : `-${name}`;
      sort();
      show();
    });
  }
  for (const button of document.querySelectorAll("button.choose")) {
    button.addEventListener("click", () => choose(button.dataset));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape") {
      const at = document.activeElement.closest("tr.row, tr.detail");
      const row = at?.classList.contains("detail") ? at.previousElementSibling : at;
      if (row && isOpen(row)) { close(row); toggleOf(row).focus(); }
    } else if (!typing && event.key === "/") {
      event.preventDefault();
      search.focus();
    } else if (!typing && (event.key === "j" || event.key === "k")) {
      step(event.key === "j" ? 1 : -1);
    }
  });
  addEventListener("hashchange", follow);
  sort();
  show();
  follow();
}
