// Regions that htmx asks for again and again ([data-polled]): nothing is asked while nobody looks, and nothing moves
// away from under a keyboard or an open menu.
"use strict";

function isInUse(region) {
  const focused = document.activeElement;
  const typed = region.contains(focused) && (focused.matches(":focus-visible") || focused.matches("input, select"));
  return typed || region.querySelector("details[open]") !== null;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const region = event.target;
  if (region.matches("[data-polled]") && (document.hidden || isInUse(region))) {
    event.preventDefault();
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    for (const region of document.querySelectorAll("[data-polled]")) {
      region.dispatchEvent(new CustomEvent("seen"));
    }
  }
});
