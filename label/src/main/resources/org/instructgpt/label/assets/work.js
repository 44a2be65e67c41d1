// The page of a task. The form's fields are the truth; everything here keeps them, helps to fill
// them and sends them.

import { call, insist, Refused, uuid } from "./calls.js";
import { clock, minutes } from "./clock.js";
import { collect, keep, restore } from "./draft.js";
import { marks, missing, work } from "./given.js";
import { shortcuts } from "./keys.js";
import { pairs } from "./pairs.js";
import { steps } from "./steps.js";
import { say, time } from "./words.js";

const form = document.querySelector("form[data-kind]");
const task = form.dataset;
const api = `/api/tasks/${task.item}`;
const status = document.getElementById("saved");
const problems = document.getElementById("problems");
const later = document.getElementById("later");
const submitButton = form.querySelector("[data-submit]");
const kept = JSON.parse(document.getElementById("kept").textContent || "{}");
const started = kept.started ?? new Date().toISOString();
const submission = kept.submission ?? uuid();
const tools = {};
let finished = false;

const timer = clock(kept.active ?? 0, (millis) => {
  document.getElementById("clock").textContent = minutes(millis);
});

// What the labeler hears of how their words are kept.

function tell(text, state, hurry) {
  if (status.dataset.state !== state || status.firstChild?.textContent !== text) {
    status.replaceChildren(document.createTextNode(text));
    status.dataset.state = state;
  }
  if (hurry) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small";
    button.textContent = say("now");
    button.addEventListener("click", hurry);
    status.append(" ", button);
  }
}

const draft = keep(form, {
  path: `${api}/draft`,
  version: Number(task.version),
  content: () => ({
    fields: collect(form),
    step: tools.steps?.current() ?? 0,
    active: timer.active(),
    started,
    submission,
  }),
  heard: {
    saving: () => {},
    saved: (moment) => tell(say("saved", time(moment)), "saved"),
    offline: (seconds, hurry) => tell(say("offline", seconds), "offline", hurry),
    refused: (failure) => {
      tell(say("notsaved"), "refused");
      warn(failure.status === 409 ? say("elsewhere") : failure.message);
    },
  },
});

function warn(text) {
  later.textContent = text;
  later.hidden = false;
}

// What is missing is told at once, and the first of it is shown.

function complain(found) {
  problems.hidden = found.length === 0;
  problems.querySelector("ul").replaceChildren(
    ...found.map(({ message, element, step }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = "#";
      link.textContent = message;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        jump(element, step);
      });
      item.append(link);
      return item;
    }),
  );
  if (found.length > 0) {
    jump(found[0].element, found[0].step);
  }
}

function jump(element, step) {
  if (step !== undefined) {
    tools.steps?.show(step, false);
  }
  element?.focus();
  element?.scrollIntoView({ block: "center" });
}

// Sending: the same submission until the server has it, counted once however often it arrives.

async function send(path, body) {
  draft.end();
  busy(true);
  tell(say("sending"), "sending");
  try {
    const receipt = await insist("POST", path, body, (seconds, hurry) =>
      tell(say("waiting", seconds), "offline", hurry),
    );
    finished = true;
    tell(say("received", time(new Date())), "saved");
    return receipt ?? {};
  } catch (failure) {
    busy(false);
    draft.resume();
    tell(say("notsent"), "refused");
    const again = failure instanceof Refused && failure.status === 401;
    warn(again ? say("signin") : failure.message);
    return null;
  }
}

function busy(on) {
  form.inert = on;
  submitButton.disabled = on;
}

async function submit() {
  const found = missing(form, tools);
  complain(found);
  if (found.length > 0 || finished) {
    return;
  }
  const receipt = await send(`${api}/submit`, {
    submission,
    token: task.token,
    work: work(form, tools),
    started,
    activeMillis: Math.round(timer.active()),
  });
  if (receipt) {
    next();
  }
}

const next = () => document.getElementById("next").submit();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (tools.steps && !tools.steps.last()) {
    tools.steps.next();
  } else {
    submit();
  }
});

// Skipping, with the reason.

const skipping = document.getElementById("skipping");
skipping.querySelector("form").addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "skip") {
    return;
  }
  event.preventDefault();
  const fields = event.target.elements;
  skipping.close();
  const reason = { token: task.token, reason: fields.reason.value, note: fields.reasonnote.value };
  if (await send(`${api}/skip`, reason)) {
    next();
  }
});

for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
}

// While somebody works, the task stays theirs.

const IDLE = 10 * 60_000;
const renewing = setInterval(
  async () => {
    if (finished || timer.away() > IDLE) {
      return;
    }
    try {
      await call("POST", `${api}/renew`, { token: task.token });
    } catch (failure) {
      if (failure instanceof Refused && failure.status === 409) {
        clearInterval(renewing);
        warn(say("taken"));
      }
    }
  },
  Math.max(5, Number(task.seconds) / 3) * 1000,
);

// The parts of the page.

function ticks() {
  const given = marks(form, Number(task.outputs));
  tools.steps.tick((i) => (i < given.length ? given[i] > 0 : !tools.board?.ranks().includes(0)));
}

function changed(i, part) {
  const ranking = tools.steps?.last() ?? false;
  form.classList.toggle("ranking", ranking);
  if (ranking) {
    tools.board?.show();
    tools.board?.first();
  }
  part?.querySelector("textarea[data-grow]")?.dispatchEvent(new Event("grow"));
}

async function compare() {
  const count = Number(task.outputs);
  tools.steps = steps(form, changed);
  form.addEventListener("change", ticks);
  try {
    const { board } = await import("./rank.js");
    tools.board = board(form.querySelector(".board"), () => marks(form, count));
  } catch (failure) {
    console.error(failure); // the lists of the cards rank as well
  }
}

for (const area of form.querySelectorAll("textarea[data-count]")) {
  const words = document.getElementById(area.dataset.count);
  const show = () => {
    const text = area.value.trim();
    const count = new Intl.Segmenter(undefined, { granularity: "word" });
    let written = 0;
    for (const part of count.segment(text)) {
      written += part.isWordLike ? 1 : 0;
    }
    words.textContent = say("words", written);
  };
  area.addEventListener("input", show);
  form.addEventListener("restored", show);
}

if (task.kind === "few_shot") {
  tools.pairs = pairs(form.querySelector(".pairs"));
}
if (task.kind === "compare") {
  await compare();
}
if (kept.fields) {
  tools.pairs?.make(kept.fields.query?.length ?? 0);
  restore(form, kept.fields);
  tools.pairs?.show();
  tools.board?.reread();
}
form.dispatchEvent(new Event("restored"));
if (tools.steps) {
  tools.steps.show(kept.step ?? 0, false);
  ticks();
}
shortcuts({ form, tools, skip: () => skipping.showModal(), submit });
document.documentElement.classList.add("ready");
