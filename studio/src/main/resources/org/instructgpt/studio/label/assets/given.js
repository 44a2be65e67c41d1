// The work in a task's form as the JSON of the HTTP API, and what is missing in it.

import { dense } from "./ranks.js";
import { say } from "./words.js";

const text = (form, name) => form.elements[name].value;
const filled = (form, name) => text(form, name).trim() !== "";
const problem = (message, element, step) => ({ message, element, step });

const compare = {
  marks: (form, count) =>
    Array.from({ length: count }, (_, i) => Number(form.elements[`quality-${i}`].value) || 0),
  ranks: (form, count) =>
    Array.from({ length: count }, (_, i) => Number(form.elements[`rank-${i}`].value)),
};

export const { marks } = compare;

/** The work of a task as JSON, see docs/http-api.md. */
export function work(form, tools) {
  const count = Number(form.dataset.outputs);
  switch (form.dataset.kind) {
    case "plain":
    case "user_based":
      return { type: "written", text: text(form, "text") };
    case "few_shot":
      return {
        type: "few_shot",
        instruction: text(form, "instruction"),
        pairs: tools.pairs.written().filter((pair) => pair.query || pair.response),
      };
    case "demonstrate":
      return { type: "demonstrated", response: text(form, "response") };
    case "compare":
      return {
        type: "compared",
        outputs: marks(form, count).map((quality, i) => ({
          quality,
          flags: [...form.querySelectorAll(`[name="flags-${i}"]:checked`)].map((box) => box.value),
          note: text(form, `note-${i}`),
        })),
        ranks: dense(compare.ranks(form, count)),
      };
    case "tag":
      return {
        type: "tagged",
        tags: [...form.querySelectorAll('[name="tags"]:checked')].map((box) => box.value),
        useCase: text(form, "usecase") === "none" ? null : text(form, "usecase"),
        personalData: text(form, "personal") === "yes",
      };
    default:
      throw new Error(form.dataset.kind);
  }
}

/** What is missing before the work can be submitted, each with its place. */
export function missing(form, tools) {
  const fields = form.elements;
  switch (form.dataset.kind) {
    case "plain":
    case "user_based":
      return filled(form, "text") ? [] : [problem(say("writeprompt"), fields.text)];
    case "few_shot":
      return fewShot(form, tools);
    case "demonstrate":
      return filled(form, "response") ? [] : [problem(say("writeanswer"), fields.response)];
    case "compare":
      return compared(form, Number(form.dataset.outputs));
    case "tag":
      return tagged(form);
    default:
      return [];
  }
}

function fewShot(form, tools) {
  const found = [];
  if (!filled(form, "instruction")) {
    found.push(problem(say("writeinstruction"), form.elements.instruction));
  }
  const written = tools.pairs.written();
  written.forEach((pair, i) => {
    if (!pair.query !== !pair.response) {
      const name = pair.query ? "response" : "query";
      const field = form.querySelectorAll(`[name=${name}]`)[i];
      found.push(problem(say("halfpair", i + 1), field));
    }
  });
  if (written.filter((pair) => pair.query && pair.response).length < 2) {
    found.push(problem(say("twopairs"), form.querySelector("[name=query]")));
  }
  return found;
}

function compared(form, count) {
  const found = [];
  marks(form, count).forEach((mark, i) => {
    if (!mark) {
      const name = String.fromCharCode(65 + i);
      found.push(problem(say("rate", name), form.querySelector(`[name="quality-${i}"]`), i));
    }
  });
  const open = compare.ranks(form, count).flatMap((rank, i) => (rank ? [] : [i]));
  if (open.length > 0) {
    const names = open.map((i) => String.fromCharCode(65 + i)).join(", ");
    found.push(
      problem(say("rankall", names), form.querySelector(`[data-card="${open[0]}"]`), count),
    );
  }
  return found;
}

function tagged(form) {
  const found = [];
  for (const name of ["usecase", "personal"]) {
    if (!form.elements[name].value) {
      found.push(problem(say(name), form.querySelector(`[name=${name}]`)));
    }
  }
  return found;
}
