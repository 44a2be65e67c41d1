// The page of a task. The form's fields hold the state; the script saves them, helps to fill them and submits them.

import { place } from "../web/keep.js";
import { call, Cancelled, insist, Refused, uuid } from "./calls.js";
import { clock, minutes } from "./clock.js";
import { collect, keep, restore } from "./draft.js";
import { marks, missing, work } from "./given.js";
import { shortcuts } from "./keys.js";
import { pairs } from "./pairs.js";
import { steps } from "./steps.js";
import { button, later, signIn, tell, unreachable, warn } from "./told.js";
import { say, time } from "./words.js";

const form = document.querySelector("form[data-kind]");
const task = form.dataset;
const api = `/api/tasks/${task.item}`;
const problems = document.getElementById("problems");
const submitButton = form.querySelector("[data-submit]");
const correcting = task.correcting === "true";
const here = place(`task:${task.item}`);
const server = JSON.parse(document.getElementById("kept").textContent || "{}");
const local = here.read();
// The local copy continues the server's draft, unless another window has saved in the meantime.
const same = JSON.stringify(local?.content?.fields) === JSON.stringify(server.fields);
const newer = Boolean(local?.content) && !same && local.base === Number(task.version);
const kept = newer ? local.content : server;
const named = {};
const skipping = document.getElementById("skipping");
const skipNote = skipping.querySelector("[name=reasonnote]");
skipNote.value = kept.note ?? "";
const started = kept.started ?? new Date().toISOString();
const submission = kept.submission ?? uuid();
const tools = {};
let finished = false;

const timer = clock(kept.active ?? 0, (millis) => {
  document.getElementById("clock").textContent = minutes(millis);
});

const draft = keep(form, {
  path: correcting ? null : `${api}/draft`,
  version: Number(task.version),
  here,
  content: () => ({
    fields: collect(form),
    step: tools.steps?.current() ?? 0,
    active: timer.active(),
    started,
    submission,
    note: skipNote.value,
  }),
  heard: {
    saving: () => {},
    saved: (moment) => tell(say("saved", time(moment)), "saved"),
    offline: (failure, seconds, hurry) => unreachable(failure, seconds, hurry, "offline"),
    signedOut: () => {
      tell(say("notsaved"), "refused");
      signIn();
    },
    back: () => {
      later.hidden = true;
    },
    refused: (failure) => {
      tell(say("notsaved"), "refused");
      refused(failure);
    },
    unkept: () => warn(say("unkept")),
  },
});

/** Shows why the server refused, with what can be done about it. */
function refused(failure) {
  switch (failure.code) {
    case "label.refused.older-draft":
      warn(say("elsewhere"), button(say("mine"), mine));
      break;
    case "label.refused.gone":
      gone(failure.message);
      break;
    case "label.refused.finished":
    case "label.refused.handed-in":
    case "label.refused.other-work":
      already(failure.message);
      break;
    default:
      warn(failure.message);
  }
}

/** Replaces what another window has stored. */
async function mine() {
  later.hidden = true;
  const stands = await call("GET", api).catch(() => null);
  draft.outdo(stands?.draft ?? 0);
}

/** The prompt was deleted: the text stays to be copied, and the work still counts. */
function gone(text) {
  draft.alone();
  tell("", "refused");
  submitButton.disabled = true;
  const leave = async () => {
    draft.end();
    await call("POST", `${api}/submit`, handed()).catch(() => null);
    next();
  };
  warn(text, button(say("next"), leave));
}

/** Submitted before, for instance in another window: it counts once, and this work may replace it. */
async function already(text) {
  draft.alone();
  const stands = await call("GET", api).catch(() => null);
  const more = [];
  if (stands?.handedIn && !stands.handedIn.fixed) {
    more.push(button(say("instead"), () => submit("correct")));
  }
  more.push(button(say("next"), () => next()));
  warn(text, ...more);
}

// All that is missing is listed at once, and the first of it is shown; solved problems disappear.

function complain(found, first = true) {
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
  if (first && found.length > 0) {
    jump(found[0].element, found[0].step);
  }
}

for (const kind of ["input", "change"]) {
  form.addEventListener(kind, () => {
    if (!problems.hidden) {
      complain(missing(form, tools), false);
    }
  });
}

function jump(element, step) {
  if (step !== undefined) {
    tools.steps?.show(step, false);
  }
  element?.focus();
  element?.scrollIntoView({ block: "center" });
}

// Submitting: the same submission is repeated until the server has it, and counts once however often it arrives.
// Typing while it waits for the connection cancels it.

let pending = null; // the wait for the connection

async function send(path, body) {
  draft.hold();
  busy(true);
  tell(say("sending"), "sending");
  try {
    const receipt = await insist("POST", path, body, (wait) => {
      pending = wait;
      busy(false);
      unreachable(wait.failure, wait.seconds, wait.hurry, "waiting");
    });
    finished = true;
    draft.end();
    tell(say("received", time(new Date())), "saved");
    return receipt ?? {};
  } catch (failure) {
    draft.resume();
    if (failure instanceof Cancelled) {
      tell(say("goon"), "refused");
    } else {
      tell(say("notsent"), "refused");
      if (failure instanceof Refused && failure.status === 401) {
        signIn();
      } else {
        refused(failure);
      }
    }
    return null;
  } finally {
    pending = null;
    busy(finished);
  }
}

form.addEventListener("input", () => pending?.cancel());

function busy(on) {
  form.inert = on;
  submitButton.disabled = on;
}

const handed = () => ({
  submission,
  token: task.token,
  work: work(form, tools),
  started,
  activeMillis: Math.max(0, Math.round(timer.active())),
});

async function submit(how = correcting ? "correct" : "submit") {
  if (pending) {
    pending.hurry();
    return;
  }
  const found = missing(form, tools);
  complain(found);
  if (found.length > 0 || finished) {
    return;
  }
  later.hidden = true;
  // Work that replaces other work has another id; so does each correction.
  const body = how === "correct" ? { ...handed(), submission: correction() } : handed();
  const receipt = await send(`${api}/${how}`, body);
  if (receipt) {
    next();
  }
}

/** The same id for the same work, so that a correction whose answer was lost is not stored twice. */
function correction() {
  const words = JSON.stringify(work(form, tools));
  if (named.words !== words) {
    named.words = words;
    named.id = uuid();
  }
  return named.id;
}

function next() {
  draft.end();
  if (correcting) {
    location.assign(document.getElementById("next").action.replace(/\/next$/, ""));
  } else {
    document.getElementById("next").submit();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (tools.steps && !tools.steps.last()) {
    tools.steps.next();
  } else {
    submit();
  }
});

// Skipping, with the reason.

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
// The note of the skip dialog is saved with the draft.
skipping.addEventListener("input", () => draft.touch());

for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
}

// Renews the lease while somebody works.

const IDLE = 10 * 60_000;
const renewing = setInterval(
  async () => {
    if (finished || correcting || timer.away() > IDLE) {
      return;
    }
    try {
      await call("POST", `${api}/renew`, { token: task.token });
    } catch (failure) {
      if (failure instanceof Refused && failure.status === 409) {
        clearInterval(renewing);
        if (failure.code === "label.refused.lease-lost") {
          warn(say("taken"));
        } else {
          refused(failure);
        }
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
if (newer) {
  draft.touch();
  warn(say("restored"));
} else if (local?.content && !same) {
  warn(say("here", time(new Date(local.at))), button(say("show"), putBack));
} else {
  here.clear();
}

/** Replaces what another window stored by the local copy. */
function putBack() {
  later.hidden = true;
  tools.pairs?.make(local.content.fields.query?.length ?? 0);
  restore(form, local.content.fields);
  tools.pairs?.show();
  tools.board?.reread();
  form.dispatchEvent(new Event("restored"));
  draft.touch();
}
shortcuts({ form, tools, skip: () => skipping.showModal(), submit });
document.documentElement.classList.add("ready");
