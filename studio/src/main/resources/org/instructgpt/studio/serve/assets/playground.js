// The playground: one prompt, one to four models, answers that grow side by side.

import { say } from "./answers.js";
import { fit, onAsk } from "./asking.js";

const MOST = 4;
const form = document.getElementById("ask");
const prompt = document.getElementById("prompt");
const send = document.getElementById("send");

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

// The models and the settings that were chosen last on this device, for this account. No text that was typed is among them,
// so signing out does not remove them.
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const REMEMBERED = `choice ${meta("site-root")}:${meta("account")}`;
const SETTINGS = ["temperature", "topP", "longest"];

function remember() {
  const values = Object.fromEntries(SETTINGS.map((name) => [name, form.elements[name].value]));
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify({ models: chosen().map((box) => box.value), ...values }));
  } catch {
    // The browser does not allow storage.
  }
}

/** An address that names models or a turn wins. A model that is gone is ignored. */
function recall() {
  const query = new URLSearchParams(location.search);
  if (query.has("model") || query.has("again")) return;
  const last = JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
  if (boxes.some((box) => last.models?.includes(box.value))) {
    for (const box of boxes) box.checked = last.models.includes(box.value);
  }
  for (const name of SETTINGS) {
    const field = form.elements[name];
    const usual = field.value;
    field.value = last[name] ?? usual;
    if (!field.checkValidity() || field.value === "") field.value = usual;
    if (field.value !== usual) form.querySelector("details").open = true;
  }
}

try {
  recall();
} catch {
  // The browser does not allow storage, or something else wrote there.
}
limitChoice();
form.addEventListener("change", (event) => {
  if (["model", ...SETTINGS].includes(event.target.name)) remember();
});

for (const range of form.querySelectorAll('input[type="range"]')) {
  const shown = form.querySelector(`output[for="${range.id}"]`);
  const show = () => {
    shown.textContent = range.value;
  };
  range.addEventListener("input", show);
  show();
}

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

/** The conversation goes on from this answer. */
function reply(answer, asked, earlier) {
  before = [
    ...earlier,
    { role: "user", content: asked },
    { role: "assistant", content: answer.text(), model: answer.model },
  ];
  showSaid();
  prompt.value = "";
  fit();
  said.scrollIntoView({ block: "nearest" });
  prompt.focus();
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

onAsk(() => {
  const body = question();
  const earlier = before;
  const models = chosen().map((box) => ({
    model: box.value,
    stage: box.closest(".choice").dataset.stage,
    kind: box.dataset.kind,
    continues: box.dataset.continues === "true",
    hidden: false,
    replied: (answer) => reply(answer, body.prompt, earlier),
  }));
  return { body, models };
});
