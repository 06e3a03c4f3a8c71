"use strict";
/* Everything that comes from articles, questions or answers enters the page as text, never as markup. */

/** Make an element; children are elements, texts, or lists of them; null, undefined and false are left out. */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Return a link to a web address, or plain words when the address is of another kind. */
function webLink(address, ...children) {
  const safe = /^https?:\/\//i.test(address ?? "");
  return safe ? element("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, ...children) : element("span", null, ...children);
}

function badge(text, tone, why) {
  return element("span", { class: `badge ${tone}`, title: why }, text);
}

function section(title, ...children) {
  return element("section", null, element("h4", null, title), ...children);
}

/** Join the parts that are there with a middle dot. */
function dotted(...parts) {
  return parts.filter((part) => part).join(" · ");
}

function number(value, digits = 3) {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

function seconds(value) {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`;
}

const embedded = {};
/** Return the data of a script element of the page, parsed when first asked for. */
function data(id) {
  embedded[id] ??= JSON.parse(document.getElementById(id).textContent);
  return embedded[id];
}
