// Keeps what is marked with data-live up to date while a request is under way.
"use strict";

const watched = document.querySelector("[data-live-url]");

function show(standing) {
  for (const element of watched.querySelectorAll("[data-live]")) {
    const value = standing[element.dataset.live];
    if (element instanceof HTMLProgressElement) {
      element.value = value;
    } else if (element.textContent !== String(value)) {
      element.textContent = value;
    }
  }
}

async function poll() {
  let pause = 2000;
  try {
    const answer = await fetch(watched.dataset.liveUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      return;
    }
    const standing = await answer.json();
    if (standing.state !== watched.dataset.state) {
      location.reload();
      return;
    }
    show(standing);
  } catch {
    pause = 10000; // The hub is away for a moment.
  }
  setTimeout(poll, document.hidden ? 15000 : pause);
}

if (watched) {
  setTimeout(poll, 2000);
}
