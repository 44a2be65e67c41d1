// The board on which all outputs of a prompt are ranked: by mouse or finger, by keyboard alone,
// or by the select element of each card. The select elements hold the ranking; the board shows it.

import Sortable from "./sortable.esm.js";
import { byMarks, contradiction, down, insert, place, tie, tied, up } from "./ranks.js";
import { sign } from "./letters.js";
import { say } from "./words.js";

/** `marks()` returns the quality rating of each output, 0 where there is none. */
export function board(root, marks) {
  const form = root.closest("form");
  const cards = [...root.querySelectorAll("[data-card]")];
  const lists = cards.map((card) => card.querySelector("select"));
  const names = cards.map((card) => card.dataset.name);
  const live = root.querySelector("[data-live]");
  const hint = root.querySelector("[data-hint]");
  const rows = root.querySelector("[data-rows]");
  const tray = root.querySelector("[data-tray]");
  const places = [];
  const past = [];
  let ranks = read();

  function read() {
    return lists.map((list) => Number(list.value));
  }

  function set(next, mover) {
    if (next.join() !== ranks.join()) {
      past.push(ranks);
      ranks = next;
      lists.forEach((list, i) => {
        list.value = String(ranks[i]);
      });
      form.dispatchEvent(new Event("change"));
    }
    show();
    if (mover !== undefined) {
      cards[mover].focus({ preventScroll: true });
      cards[mover].scrollIntoView({ block: "nearest" });
      tell(mover);
    }
  }

  function tell(i) {
    const ties = tied(ranks, i).map((j) => names[j]);
    live.textContent =
      ranks[i] === 0
        ? say("unranked", names[i])
        : ties.length === 0
          ? say("ranked", names[i], ranks[i])
          : say("tied", names[i], ranks[i], ties.join(", "));
  }

  function show() {
    cards.forEach((card, i) => {
      const home = ranks[i] === 0 ? tray : places[ranks[i] - 1];
      if (card.parentElement !== home) {
        const after = [...home.children].find((other) => cards.indexOf(other) > i);
        home.insertBefore(card, after ?? null);
      }
      card.querySelector("[data-mark]").textContent = marks()[i] || "–";
    });
    for (const list of [tray, ...places]) {
      list.parentElement.classList.toggle("empty", list.children.length === 0);
      list.parentElement.classList.toggle("tie", list.children.length > 1);
    }
    root.classList.toggle("complete", !ranks.includes(0));
    const couple = contradiction(ranks, marks());
    hint.textContent = couple ? say("contradiction", names[couple[0]], names[couple[1]]) : "";
    hint.hidden = !couple;
  }

  function list(kind, label, row) {
    const item = document.createElement("li");
    item.className = kind;
    const words = document.createElement("span");
    words.className = "place";
    words.textContent = label;
    const cell = document.createElement("div");
    cell.className = "cell";
    cell.dataset[kind] = row;
    item.append(words, cell);
    rows.append(item);
    return cell;
  }

  /** The row under the pointer, where the library's preview may not be yet. */
  function under(event) {
    const pointer = event.originalEvent?.changedTouches?.[0] ?? event.originalEvent;
    const found =
      pointer?.clientX === undefined
        ? []
        : document.elementsFromPoint(pointer.clientX, pointer.clientY);
    const home = found.map((element) => element.closest(".gap, .rung, .tray")).find(Boolean);
    return home && root.contains(home) ? home.querySelector(".cell") : event.to;
  }

  function dropped(event) {
    const i = cards.indexOf(event.item);
    const { rung, gap } = under(event).dataset;
    root.classList.remove("dragging");
    if (gap) {
      set(insert(ranks, i, Number(gap)), i);
    } else {
      set(place(ranks, i, Number(rung ?? 0)), i);
    }
  }

  const sortable = (element) =>
    new Sortable(element, {
      group: "rank",
      handle: "[data-grip]",
      animation: 80,
      forceFallback: true,
      fallbackTolerance: 4,
      delay: 60,
      delayOnTouchOnly: true,
      emptyInsertThreshold: 0,
      onStart: () => root.classList.add("dragging"),
      onEnd: dropped,
    });

  const moves = { ArrowUp: up, ArrowDown: down, "=": tie, t: tie };

  function pressed(event) {
    const i = cards.indexOf(event.target);
    if (i < 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const key = sign(event);
    const move = moves[key];
    const row = /^[0-9]$/.test(key) ? Number(key) : -1;
    if (move) {
      set(move(ranks, i), i);
    } else if (row >= 0 && row <= cards.length) {
      set(place(ranks, i, row), i);
    } else if (key === "ArrowLeft" || key === "ArrowRight") {
      step(i, key === "ArrowLeft" ? -1 : 1);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Moves the focus to the card before or after, in the order of the page. */
  function step(i, by) {
    const shown = [...root.querySelectorAll("[data-card]")];
    const to = shown[(shown.indexOf(cards[i]) + by + shown.length) % shown.length];
    to.focus();
  }

  function undo() {
    const before = past.pop();
    if (before) {
      set(before);
      past.pop();
      live.textContent = say("undone");
    }
  }

  for (let row = 1; row <= cards.length; row++) {
    sortable(list("gap", "", row));
    const label = row === 1 ? "best" : row === cards.length ? "worst" : "rank";
    places.push(list("rung", say(label, row), row));
  }
  sortable(list("gap", "", cards.length + 1));
  [...places, tray].forEach(sortable);

  root.addEventListener("keydown", pressed);
  lists.forEach((field, i) => field.addEventListener("change", () => set(read(), i)));
  for (const button of root.querySelectorAll("[data-do]")) {
    const deeds = {
      marks: () => set(byMarks(marks())),
      clear: () => set(ranks.map(() => 0)),
      undo,
      whole: () => button.setAttribute("aria-pressed", root.classList.toggle("whole")),
    };
    button.addEventListener("click", deeds[button.dataset.do]);
  }
  root.classList.add("ready");
  show();

  return {
    undo,
    show,
    /** Reads the ranking again after the select elements were changed. */
    reread() {
      ranks = read();
      past.length = 0;
      show();
    },
    focus(i) {
      cards[i]?.focus();
    },
    first() {
      (root.querySelector("[data-tray] [data-card]") ?? root.querySelector("[data-card]"))?.focus();
    },
    ranks: () => ranks,
  };
}
