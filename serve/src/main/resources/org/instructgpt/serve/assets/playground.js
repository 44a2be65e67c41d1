// The playground: one prompt, one to four models, answers that grow side by side.
// What a model says is only ever put on the page as text.

const MOST = 4;
const form = document.getElementById("ask");
const prompt = document.getElementById("prompt");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const result = document.getElementById("result");
const answers = document.getElementById("answers");
const trouble = document.getElementById("trouble");
const said = document.getElementById("said");
const csrf = form.elements.csrf.value;
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

// The paper grows with what is written on it.
function fit() {
  prompt.style.height = "auto";
  prompt.style.height = `${Math.min(prompt.scrollHeight + 2, innerHeight * 0.5)}px`;
}
prompt.addEventListener("input", fit);
fit();

prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
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

class Answer {
  constructor(box, place, text) {
    const copy = document.getElementById("answer").content.cloneNode(true);
    this.place = place;
    this.model = box.value;
    this.root = copy.querySelector(".answer");
    this.words = copy.querySelector(".words");
    this.state = copy.querySelector(".answer-state");
    this.tools = copy.querySelector(".answer-tools");
    this.root.dataset.stage = box.closest(".choice").dataset.stage;
    copy.querySelector(".answer-model").textContent = box.value;
    copy.querySelector(".answer-kind").textContent = box.dataset.kind;
    if (box.dataset.continues === "true") {
      copy.querySelector(".given").textContent = text;
      copy.querySelector(".answer-hint").textContent = say("answer.continues");
      this.root.classList.add("continues");
    }
    answers.append(copy);
    this.listen();
  }

  listen() {
    for (const thumb of this.tools.querySelectorAll(".thumb")) {
      thumb.addEventListener("click", () => this.judge(thumb));
    }
    this.tools.querySelector(".copy").addEventListener("click", async () => {
      await navigator.clipboard?.writeText(this.words.textContent);
      announce(say("answer.copied"));
    });
    this.tools.querySelector(".report").addEventListener("click", () => this.report());
  }

  began() {
    this.root.classList.add("speaking");
    this.state.textContent = say("answer.speaking");
    this.at = performance.now();
  }

  text(more) {
    this.words.append(more);
  }

  ended(finish, tokens) {
    const seconds = (performance.now() - (this.at ?? performance.now())) / 1000;
    const rate = seconds > 0 && tokens > 1 ? Math.round(tokens / seconds) : 0;
    const parts = [say(`finish.${finish}`), say("answer.tokens", tokens)];
    if (rate > 0) {
      parts.push(say("answer.rate", rate));
    }
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
    const kept = await tell(`/playground/turns/${this.turn}/${this.place}/verdict`, { verdict });
    if (kept) {
      for (const each of this.tools.querySelectorAll(".thumb")) {
        each.setAttribute("aria-pressed", String(each === thumb && !pressed));
      }
    }
  }

  report() {
    const dialog = document.getElementById("report");
    const note = document.getElementById("report-note");
    note.value = "";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.onclose = async () => {
      if (dialog.returnValue === "send" && note.value.trim() !== "") {
        const kept = await tell(`/playground/turns/${this.turn}/${this.place}/report`, {
          note: note.value.trim(),
        });
        if (kept) {
          this.tools.querySelector(".report").setAttribute("aria-pressed", "true");
          announce(say("answer.report.done"));
        }
      }
    };
  }
}

function announce(text) {
  said.textContent = text;
}

function complain(text) {
  trouble.textContent = text;
  trouble.hidden = text === "";
}

const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };

async function refusal(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return say("trouble.answer", response.status);
  }
}

async function tell(path, body) {
  try {
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) {
      complain(await refusal(response));
    }
    return response.ok;
  } catch {
    complain(say("trouble.away"));
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
  return value("seed") === "" ? asked : { ...asked, seed: Number(value("seed")) };
}

// Server-sent events of an answer to a POST, which EventSource cannot make.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const event = { name: "message", data: "" };
      for (const line of text.slice(0, end).split("\n")) {
        if (line.startsWith("event:")) {
          event.name = line.slice(6).trim();
        } else if (line.startsWith("data:")) {
          event.data += line.slice(5).replace(/^ /, "");
        }
      }
      text = text.slice(end + 2);
      if (event.data !== "") {
        yield { name: event.name, data: JSON.parse(event.data) };
      }
    }
  }
}

let asking = null;

async function ask() {
  const asked = question();
  complain("");
  announce("");
  answers.replaceChildren();
  document.getElementById("asked").textContent = asked.prompt;
  const columns = chosen().map((box, place) => new Answer(box, place, asked.prompt.trimEnd()));
  answers.dataset.count = columns.length;
  result.hidden = false;
  asking = new AbortController();
  send.hidden = true;
  stop.hidden = false;
  stop.focus();
  result.scrollIntoView({ block: "nearest", behavior: "smooth" });
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { ...headers, Accept: "text/event-stream" },
      body: JSON.stringify(asked),
      signal: asking.signal,
    });
    if (!response.ok) {
      result.hidden = true;
      complain(await refusal(response));
      return;
    }
    for await (const { name, data } of events(response)) {
      const column = columns[data.place];
      if (name === "turn") {
        columns.forEach((each) => {
          each.turn = data.id;
        });
      } else if (name === "begun") {
        column.began();
      } else if (name === "text") {
        column.text(data.text);
      } else if (name === "ended") {
        column.ended(data.finish, data.tokens);
      } else if (name === "failed") {
        column.failed(data.message);
      }
    }
    columns.filter((each) => !each.done).forEach((each) => each.failed(say("trouble.cut")));
  } catch (error) {
    const stopped = error.name === "AbortError";
    if (!stopped) {
      complain(say("trouble.away"));
    }
    columns
      .filter((each) => !each.done)
      .forEach((each) => each.failed(stopped ? say("finish.CANCELLED") : say("trouble.cut")));
  } finally {
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
    ask();
  }
});
stop.addEventListener("click", () => asking?.abort());
