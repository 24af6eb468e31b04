// Keys for the review queue, while a row's box has the focus: up and down move, right and left open and close the facts,
// R goes to the reason. Everything can be done without them.
"use strict";

const queue = document.querySelector("[data-review]");
const boxes = [...(queue?.querySelectorAll("input[name=pick]") ?? [])];

function move(from, by) {
  const next = boxes[boxes.indexOf(from) + by];
  next?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

function count() {
  const chosen = boxes.filter((box) => box.checked).length;
  queue.querySelector("[data-chosen]").textContent = chosen ? `(${chosen})` : "";
}

const keys = {
  ArrowDown: (box) => move(box, 1),
  ArrowUp: (box) => move(box, -1),
  ArrowRight: (box) => box.closest("tr").querySelector("details").open = true,
  ArrowLeft: (box) => box.closest("tr").querySelector("details").open = false,
  r: () => queue.querySelector("[name=reason]").focus(),
};

if (queue) {
  queue.querySelector(".keys").hidden = false;
  queue.addEventListener("change", count);
  queue.addEventListener("keydown", (event) => {
    const act = !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key];
    if (act && event.target.name === "pick") {
      event.preventDefault();
      act(event.target);
    }
  });
  count();
}
