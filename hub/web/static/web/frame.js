// Comfort for what every page has: menus close as people expect, the theme changes without a reload.
"use strict";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.querySelector("form[data-theme-form]")?.addEventListener("submit", async (event) => {
  const chosen = event.submitter?.value;
  if (!chosen) {
    return;
  }
  event.preventDefault();
  const form = event.currentTarget;
  const fields = new FormData(form, event.submitter);
  document.documentElement.dataset.theme = chosen;
  const scheme = document.querySelector('meta[name="color-scheme"]');
  scheme.content = chosen === "auto" ? "light dark" : chosen;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
  // The answer leads back to this page, which is here already.
  await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
});

// What is wider than its frame can be scrolled with the keyboard too.
function reachable() {
  for (const region of document.querySelectorAll("pre, .scroll, .prose table")) {
    if (region.scrollWidth > region.clientWidth + 1) {
      region.tabIndex = 0;
    } else {
      region.removeAttribute("tabindex");
    }
  }
}

reachable();
document.addEventListener("htmx:load", reachable);
new ResizeObserver(reachable).observe(document.documentElement);
