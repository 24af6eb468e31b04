// Puts a "Copy" button beside every element with data-copy. `data-copy="text"` copies that text, an empty one what the
// element shows. A <button hidden data-copy="text"> becomes the button itself. Without this script nothing is missing.
"use strict";

const words = document.body.dataset;

async function write(text) {
  if (navigator.clipboard && window.isSecureContext) {
    return navigator.clipboard.writeText(text);
  }
  // Plain http, as many hubs inside a network speak, has no clipboard; a selection can still be copied.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  area.setAttribute("aria-hidden", "true");
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) {
    throw new Error("the browser does not let a page copy");
  }
}

async function copy(button, text) {
  const label = button.dataset.label ?? (button.dataset.label = button.textContent);
  const before = document.activeElement;
  let told = words.copied;
  try {
    await write(text);
  } catch {
    told = words.notCopied;
  }
  before?.focus?.({ preventScroll: true });
  button.textContent = told;
  const region = document.getElementById("told");
  if (region) {
    region.textContent = told;
  }
  setTimeout(() => {
    button.textContent = label;
    if (region?.textContent === told) {
      region.textContent = "";
    }
  }, 2000);
}

function makeButton(label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copyWord;
  if (label) {
    button.setAttribute("aria-label", `${words.copyWord}: ${label}`);
  }
  return button;
}

function equip(element) {
  if (element.dataset.copyReady !== undefined) {
    return;
  }
  element.dataset.copyReady = "";
  const text = () => element.dataset.copy || element.textContent.trim();
  if (element instanceof HTMLButtonElement) {
    element.classList.add("copy");
    element.hidden = false;
    element.addEventListener("click", () => copy(element, text()));
    return;
  }
  const button = makeButton(element.dataset.copyLabel);
  button.addEventListener("click", () => copy(button, text()));
  if (element instanceof HTMLPreElement) {
    const around = document.createElement("div");
    around.className = "copyable";
    element.replaceWith(around);
    around.append(element, button);
  } else {
    element.after(button);
  }
}

function equipAll(root) {
  if (root instanceof Element && root.matches("[data-copy]")) {
    equip(root);
  }
  for (const element of root.querySelectorAll("[data-copy]")) {
    equip(element);
  }
}

equipAll(document);
document.addEventListener("htmx:load", (event) => equipAll(event.target));
