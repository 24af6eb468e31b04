// Comfort for the search page: "/" goes to the box, Escape empties it, and filters stay as they were opened.
"use strict";

const box = document.getElementById("q");

document.addEventListener("keydown", (event) => {
  const isWriting = event.target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea");
  if (event.key === "/" && !isWriting && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});

box?.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && box.value) {
    event.preventDefault();
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

const opened = new Map();

document.addEventListener("htmx:beforeSwap", () => {
  for (const filter of document.querySelectorAll("#found details[id]")) {
    opened.set(filter.id, filter.open);
  }
});

document.addEventListener("htmx:afterSwap", () => {
  for (const filter of document.querySelectorAll("#found details[id]")) {
    filter.open = opened.get(filter.id) ?? filter.open;
  }
});
