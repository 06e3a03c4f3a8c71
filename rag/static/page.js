// Citation numbers lead to their cards and the cards' numbers back, within the page: it has a base
// address, so that a plain "#..." link would load it anew and lose the conversation.
"use strict";

(() => {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  function bringIntoView(element) {
    element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "center" });
    element.focus({ preventScroll: true });
    element.classList.remove("flash");
    void element.offsetWidth; // restarts the animation
    element.classList.add("flash");
  }

  function showCard(id) {
    const card = document.getElementById(id);
    if (!card) return;
    const section = card.closest("section.turn");
    const panel = section.closest(".evidence");
    panel.querySelectorAll("section.turn").forEach((other) => (other.hidden = other !== section));
    panel.querySelectorAll(".empty").forEach((hint) => (hint.hidden = true));
    bringIntoView(card);
  }

  function showSentence(id) {
    const link = document.querySelector(`a.cite[href="#${CSS.escape(id.replace("cite-", "src-"))}"]`);
    if (link) bringIntoView(link);
  }

  // Gradio labels each message with its source text, markup and all: a screen reader would read that.
  function labelMessages() {
    document.querySelectorAll("#chat .message > [aria-label*='message:']").forEach((message) => {
      message.setAttribute("aria-label", message.closest(".user") ? "Question" : "Answer");
    });
  }

  // With a keyboard one can type at once; on a phone, focus would bring up the keys over the page.
  let isWaitingForBox = window.matchMedia("(hover: hover)").matches;

  function focusBox() {
    const box = isWaitingForBox && document.querySelector("#question textarea");
    if (!box) return;
    isWaitingForBox = false;
    if (document.activeElement === document.body) box.focus({ preventScroll: true });
  }

  function attend() {
    labelMessages();
    focusBox();
  }

  new MutationObserver(attend).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributeFilter: ["aria-label"],
  });

  document.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element && event.target.closest('a[href^="#src-"], a[href^="#cite-"]');
      if (!link) return;
      event.preventDefault();
      event.stopPropagation();
      const id = link.getAttribute("href").slice(1);
      if (id.startsWith("src-")) showCard(id);
      else showSentence(id);
    },
    true,
  );
})();
