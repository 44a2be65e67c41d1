// Queries and responses of a few-shot prompt, and the resulting prompts: one for each pair, with the others before it
// (InstructGPT appendix A.1).

import { say } from "./words.js";

const LEAST = 2;
const MOST = 20;

export function pairs(root) {
  const form = root.closest("form");
  const list = root.querySelector("[data-pairs]");
  const blank = root.querySelector("template");
  const preview = root.querySelector("[data-preview]");
  const count = root.querySelector("[data-count]");
  let shown = 0;

  const rows = () => [...list.children];
  const texts = (name) => rows().map((row) => row.querySelector(`[name=${name}]`).value.trim());

  function add() {
    list.append(blank.content.cloneNode(true));
    number();
  }

  function number() {
    const all = rows();
    all.forEach((row, i) => {
      row.querySelector("legend").textContent = say("pair", i + 1);
      row.querySelector("[data-remove]").hidden = all.length <= LEAST;
    });
    root.querySelector("[data-add]").hidden = all.length >= MOST;
    show();
  }

  function show() {
    const queries = texts("query");
    const responses = texts("response");
    const whole = queries.flatMap((query, i) => (query && responses[i] ? [i] : []));
    count.textContent = say("examples", whole.length);
    preview.hidden = whole.length < LEAST;
    shown = Math.min(shown, Math.max(0, whole.length - 1));
    const asked = whole[shown];
    const instruction = form.elements.instruction.value.trim();
    const before = whole
      .filter((i) => i !== asked)
      .map((i) => `Input: ${queries[i]}\nOutput: ${responses[i]}`);
    preview.querySelector("[data-prompt]").textContent = [
      instruction,
      ...before,
      `Input: ${queries[asked]}\nOutput:`,
    ].join("\n\n");
    preview.querySelector("[data-response]").textContent = responses[asked] ?? "";
    preview.querySelector("[data-which]").textContent = `${shown + 1} / ${whole.length}`;
    preview.dataset.whole = whole.length;
  }

  root.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove]");
    if (event.target.closest("[data-add]")) {
      add();
      rows().at(-1).querySelector("textarea").focus();
    } else if (remove) {
      const row = remove.closest("fieldset");
      const near = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      near?.querySelector("textarea").focus();
      number();
      form.dispatchEvent(new Event("change"));
    } else if (event.target.closest("[data-turn]")) {
      const by = Number(event.target.closest("[data-turn]").dataset.turn);
      const whole = Number(preview.dataset.whole);
      shown = (shown + by + whole) % whole;
      show();
    }
  });
  form.addEventListener("input", show);
  while (rows().length < LEAST) {
    add();
  }

  return {
    /** Makes as many rows as a draft has. */
    make(rowsNeeded) {
      while (rows().length < Math.min(MOST, rowsNeeded)) {
        add();
      }
    },
    show: number,
    written: () =>
      texts("query").map((query, i) => ({ query, response: texts("response")[i] })),
  };
}
