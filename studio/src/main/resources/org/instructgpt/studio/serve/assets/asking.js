// Asks a question from the form of a page and shows the answers while they grow.

import { Answer, announce, pause, reason, say } from "./answers.js";

const studio = document.querySelector('script[type="module"][src*="/web/studio.js"]').src;
const { ask, at, keepField, listen } = await import(studio);

const form = document.getElementById("ask");
const prompt = document.getElementById("prompt");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const result = document.getElementById("result");
const answers = document.getElementById("answers");
const trouble = document.getElementById("trouble");

// What is typed is kept in this browser until it is sent.
const kept = keepField(prompt, location.pathname.endsWith("/arena") ? "arena" : "playground");

/** The input field grows with its text; some browsers do it by style alone. */
export function fit() {
  if (!CSS.supports("field-sizing", "content")) {
    prompt.style.height = "auto";
    prompt.style.height = `${Math.min(prompt.scrollHeight + 2, innerHeight * 0.5)}px`;
  }
}
prompt.addEventListener("input", fit);
fit();

prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

function complain(text) {
  trouble.textContent = text;
  trouble.hidden = text === "";
}

function signInAgain() {
  const here = location.pathname.slice(at("/").length - 1);
  const link = document.createElement("a");
  link.href = at(`/sign-in?to=${encodeURIComponent(here)}`);
  link.target = "_blank";
  link.textContent = say("trouble.sign-in");
  trouble.append(" ", link);
}

const PATIENCE = 15_000;
let asking = null;
let stopping = false;
let onScreen = [];

/**
 * Tells the server how much of the answers was seen, however long it takes to reach it: what was generated beyond
 * that is not stored, so that a thumb judges what was read. Returns whether it succeeded.
 */
async function tellSeen(turn, answers, leaving = false) {
  for (let wait = 500; ; wait = Math.min(2 * wait, PATIENCE)) {
    try {
      await ask("POST", `/playground/turns/${turn}/seen`, { answers }, { keepalive: leaving });
      return true;
    } catch (refused) {
      const later = refused.status === 0 || refused.status === 429 || refused.status >= 500;
      if (leaving || !later) return false;
      await pause(wait);
    }
  }
}

/** Ends the answers for which no end was received. */
async function cut(columns, message) {
  const open = columns.filter((each) => !each.done);
  if (open.length === 0) return;
  const turn = open[0].turn;
  const seen = columns.map((each) => each.all ?? each.seen());
  open.forEach((each) => each.broken(turn === undefined ? message : `${message} · ${say("trouble.unsaved")}`));
  if (turn === undefined) return;
  const told = await tellSeen(turn, seen);
  open.forEach((each) => {
    each.state.textContent = message;
    if (told) each.judgeable();
  });
}

/** Handles an event; `columns` are the answers in the order of their places. */
function hear(columns, name, data) {
  const column = columns[data.place];
  if (stopping && name !== "turn") return;
  switch (name) {
    case "turn":
      columns.forEach((each) => {
        each.turn = data.id;
      });
      kept.safe();
      if (stopping) asking.abort();
      break;
    case "begun":
      column.began();
      break;
    case "text":
      column.grow(data.text, data.tokens);
      break;
    case "ended":
      column.ended(data);
      break;
    case "failed":
      column.failed(data.message);
      break;
    default:
  }
}

/** Asks `body` and shows the answers of `models` while they grow; returns them when all have ended. */
async function go(body, models) {
  complain("");
  announce("");
  answers.replaceChildren();
  document.getElementById("asked").textContent = body.prompt;
  const columns = models.map((model, place) => new Answer(model, place, body.prompt.trimEnd()));
  result.hidden = false;
  asking = new AbortController();
  stopping = false;
  onScreen = columns;
  send.hidden = true;
  stop.hidden = false;
  stop.focus({ preventScroll: true });
  result.scrollIntoView({ block: "nearest" });
  let why = say("trouble.cut");
  try {
    await listen("POST", form.action, body, (name, data) => hear(columns, name, data), {
      signal: asking.signal,
    });
  } catch (error) {
    if (error.name === "AbortError") {
      why = say("finish.CANCELLED");
    } else {
      complain(error.status === undefined ? say("trouble.cut") : reason(error));
      if (error.status === 401) signInAgain();
      result.hidden = columns.every((each) => each.turn === undefined);
    }
  } finally {
    asking = null;
    stop.hidden = true;
    send.hidden = false;
    if (document.activeElement === document.body) {
      prompt.focus({ preventScroll: true });
    }
  }
  await cut(columns, why);
  return columns;
}

/**
 * When the form is sent, `question()` gives the body of the request and the models that will answer; `ended(columns)` is
 * told when all have.
 */
export function onAsk(question, ended = () => {}) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking || prompt.value.trim() === "") return;
    const { body, models } = question();
    ended(await go(body, models));
  });
}


// After the click nothing more is shown. The request ends as soon as the turn has its id, with which the server is
// told what was seen.
stop.addEventListener("click", () => {
  stopping = true;
  if (onScreen.some((each) => each.turn !== undefined)) asking?.abort();
});

// When the page is left, what was shown counts as seen.
addEventListener("pagehide", () => {
  const turn = asking && onScreen[0]?.turn;
  if (turn) tellSeen(turn, onScreen.map((each) => each.all ?? each.seen()), true);
});
