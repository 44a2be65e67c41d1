// The playground: one prompt, one to four models, answers that grow side by side.
// Outputs of models are put on the page as text only.

// The very module that the layout has loaded: its address carries a fingerprint.
const studio = document.querySelector('script[type="module"][src*="/web/studio.js"]').src;
const { ask, at, keepField, listen, place, toast } = await import(studio);

const MOST = 4;

// With fewer tokens, or in a shorter time, no rate is shown.
const TELLING_TOKENS = 5;
const TELLING_MILLIS = 250;
const form = document.getElementById("ask");
const prompt = document.getElementById("prompt");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const result = document.getElementById("result");
const answers = document.getElementById("answers");
const trouble = document.getElementById("trouble");
const told = document.getElementById("told");
const phrases = new Map(
  [...document.querySelectorAll("#phrases > div")].map((each) => [
    each.firstElementChild.textContent,
    each.lastElementChild.textContent,
  ]),
);

// "{0}" stands for the first value, and so on.
function say(key, ...values) {
  return (phrases.get(key) ?? key).replace(/\{(\d)\}/g, (_, index) => String(values[index]));
}

const boxes = [...form.querySelectorAll('input[name="model"]')];
const chosen = () => boxes.filter((box) => box.checked);

function limitChoice() {
  const full = chosen().length >= MOST;
  for (const box of boxes) {
    box.disabled = full && !box.checked;
  }
  send.disabled = chosen().length === 0;
}
boxes.forEach((box) => box.addEventListener("change", limitChoice));
limitChoice();

for (const range of form.querySelectorAll('input[type="range"]')) {
  const shown = form.querySelector(`output[for="${range.id}"]`);
  const show = () => {
    shown.textContent = range.value;
  };
  range.addEventListener("input", show);
  show();
}

// What is typed is kept in this browser until it is sent.
const kept = keepField(prompt, "playground");

// The input field grows with its text; some browsers do it by style alone.
function fit() {
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
for (const example of form.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    prompt.value = example.textContent;
    fit();
    prompt.focus();
  });
}

// What was said before the question that is being written, by the model whose answer was replied to.
const said = document.getElementById("said");
let before = [];

function showSaid() {
  said.querySelector("ol").replaceChildren(
    ...before.map((each) => {
      const turn = document.getElementById("turn").content.firstElementChild.cloneNode(true);
      turn.classList.add(each.role);
      turn.querySelector(".said-who").textContent =
        each.role === "user" ? say("said.HUMAN") : (each.model ?? say("said.ASSISTANT"));
      turn.querySelector("p").textContent = each.content;
      return turn;
    }),
  );
  said.hidden = before.length === 0;
}

function anew() {
  before = [];
  showSaid();
  prompt.focus();
}
document.getElementById("anew").addEventListener("click", anew);

class Answer {
  constructor(box, place, text) {
    const copy = document.getElementById("answer").content.cloneNode(true);
    this.place = place;
    this.model = box.value;
    this.continues = box.dataset.continues === "true";
    this.root = copy.querySelector(".answer");
    this.words = copy.querySelector(".said");
    this.tokens = 0;
    this.state = copy.querySelector(".answer-state");
    this.tools = copy.querySelector(".answer-tools");
    this.root.dataset.stage = box.closest(".choice").dataset.stage;
    copy.querySelector(".answer-model").textContent = box.value;
    copy.querySelector(".answer-kind").textContent = box.dataset.kind;
    if (this.continues) {
      copy.querySelector(".given").textContent = text;
      const hint = copy.querySelector(".answer-hint");
      hint.textContent = say("answer.continues");
      hint.hidden = false;
      this.root.classList.add("continues");
    }
    answers.append(copy);
    this.listen();
  }

  listen() {
    for (const thumb of this.tools.querySelectorAll(".thumb")) {
      thumb.addEventListener("click", () => this.judge(thumb));
    }
    this.tools.querySelector(".copies").addEventListener("click", async () => {
      await navigator.clipboard?.writeText(this.words.textContent);
      toast(say("answer.copied"));
    });
    this.tools.querySelector(".report").addEventListener("click", () => this.report());
    const reply = this.tools.querySelector(".reply");
    reply.hidden = this.continues;
    reply.addEventListener("click", () => this.reply());
  }

  // The conversation goes on from this answer.
  reply() {
    before = [
      ...this.before,
      { role: "user", content: this.asked },
      { role: "assistant", content: this.words.textContent, model: this.model },
    ];
    showSaid();
    prompt.value = "";
    fit();
    said.scrollIntoView({ block: "nearest" });
    prompt.focus();
  }

  began() {
    this.root.classList.add("speaking");
    this.state.textContent = say("answer.speaking");
  }

  text(more, tokens) {
    this.words.append(more);
    this.tokens = tokens;
  }

  /** How much of it is shown. */
  seen() {
    return { characters: this.words.textContent.length, tokens: this.tokens };
  }

  // The time is measured by the server: events may arrive in bursts.
  ended(finish, tokens, millis) {
    const parts = [say(`finish.${finish}`), say("answer.tokens", tokens)];
    if (tokens >= TELLING_TOKENS && millis >= TELLING_MILLIS) {
      parts.push(say("answer.rate", Math.round((1000 * tokens) / millis)));
    }
    this.all = this.seen();
    this.over(parts.join(" · "));
    this.tools.hidden = false;
    if (this.words.textContent.trim() === "") {
      this.root.classList.add("silent");
      this.words.textContent = say("answer.nothing");
    }
    announce(`${this.model}: ${this.words.textContent}`);
  }

  failed(message) {
    this.over(message);
    this.root.classList.add("broken");
  }

  // The answer was stopped, or the connection was lost: what was seen until then is stored, and can be judged
  // after that.
  broken(message) {
    this.over(message);
  }

  judgeable() {
    this.tools.hidden = this.root.classList.contains("broken");
  }

  over(state) {
    this.done = true;
    this.root.classList.remove("speaking");
    this.root.classList.add("done");
    this.root.setAttribute("aria-busy", "false");
    this.state.textContent = state;
  }

  async judge(thumb) {
    const pressed = thumb.getAttribute("aria-pressed") === "true";
    const verdict = pressed ? 0 : Number(thumb.dataset.verdict);
    const kept = await keep(`/playground/turns/${this.turn}/${this.place}/verdict`, { verdict });
    if (kept) {
      for (const each of this.tools.querySelectorAll(".thumb")) {
        each.setAttribute("aria-pressed", String(each === thumb && !pressed));
      }
    }
  }

  report() {
    const dialog = document.getElementById("report");
    const note = document.getElementById("report-note");
    // The text of the report is kept in this browser until the server has it.
    const here = place(`report:${this.turn}:${this.place}`);
    note.value = here.read()?.text ?? "";
    note.oninput = () => here.write({ text: note.value });
    dialog.returnValue = "";
    dialog.showModal();
    dialog.onclose = async () => {
      if (dialog.returnValue === "send" && note.value.trim() !== "") {
        const kept = await keep(`/playground/turns/${this.turn}/${this.place}/report`, {
          note: note.value.trim(),
        });
        if (kept) {
          here.clear();
          this.tools.querySelector(".report").setAttribute("aria-pressed", "true");
          toast(say("answer.report.done"));
        }
      }
    };
  }
}

function announce(text) {
  told.textContent = text;
}

function complain(text) {
  trouble.textContent = text;
  trouble.hidden = text === "";
}

// Status 0: the server was not reached.
function reason(refused) {
  return { 0: say("trouble.away"), 401: say("trouble.signed-out") }[refused.status] ?? refused.message;
}

function signInAgain() {
  const link = document.createElement("a");
  link.href = at(`/sign-in?to=${encodeURIComponent("/playground")}`);
  link.target = "_blank";
  link.textContent = say("trouble.sign-in");
  trouble.append(" ", link);
}

/** Whether the server has stored it. */
async function keep(path, body) {
  try {
    await ask("POST", path, body);
    return true;
  } catch (refused) {
    toast(reason(refused), "bad");
    return false;
  }
}

function question() {
  const value = (name) => form.elements[name].value;
  const asked = {
    prompt: prompt.value,
    models: chosen().map((box) => box.value),
    temperature: Number(value("temperature")),
    topP: Number(value("topP")),
    longest: Number(value("longest")),
    stops: value("stops")
      .split("|")
      .map((each) => each.replaceAll("\\n", "\n"))
      .filter((each) => each !== ""),
  };
  const system = value("system").trim();
  const history = before.map(({ role, content }) => ({ role, content }));
  if (system !== "") history.unshift({ role: "system", content: system });
  if (history.length > 0) asked.before = history;
  return value("seed") === "" ? asked : { ...asked, seed: Number(value("seed")) };
}

const PATIENCE = 15_000;
let asking = null;
let stopping = false;
let onScreen = [];

const pause = (millis) =>
  new Promise((done) => {
    setTimeout(done, millis);
    addEventListener("online", done, { once: true });
  });

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
      column.text(data.text, data.tokens);
      break;
    case "ended":
      column.ended(data.finish, data.tokens, data.millis);
      break;
    case "failed":
      column.failed(data.message);
      break;
    default:
  }
}

async function go() {
  const asked = question();
  complain("");
  announce("");
  answers.replaceChildren();
  document.getElementById("asked").textContent = asked.prompt;
  const columns = chosen().map((box, place) => new Answer(box, place, asked.prompt.trimEnd()));
  columns.forEach((each) => {
    each.asked = asked.prompt;
    each.before = before;
  });
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
    await listen("POST", form.action, asked, (name, data) => hear(columns, name, data), {
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
    cut(columns, why);
    asking = null;
    stop.hidden = true;
    send.hidden = false;
    if (document.activeElement === document.body) {
      prompt.focus({ preventScroll: true });
    }
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!asking && prompt.value.trim() !== "") {
    go();
  }
});

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
