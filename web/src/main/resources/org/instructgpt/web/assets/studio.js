// The script of every page: requests, messages, copying, local times.
// Areas import from "/assets/web/studio.js".

import { keepField, keepForm, place, session, settle, tidy } from "./keep.js";

export { keepField, place };

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

/** The address of a path of the site, which may lie below a path of a proxy. */
export const at = (path) => (/^\/(?!\/)/.test(path) ? meta("site-root") + path : path);

/** The server refused: `status`, `message` in the page's language, `error` as it was sent. */
export class Refused extends Error {
  constructor(status, error) {
    super(error?.message ?? document.body.dataset.failed);
    this.status = status;
    this.error = error ?? {};
  }
}

/**
 * Sends a request with the session's token; returns the answer's JSON, or null when it has none.
 * Throws Refused when the server refuses (status 0: it was not reached).
 */
export async function ask(method, path, body, options = {}) {
  const answer = await request(method, path, body, options);
  const text = await answer.text();
  return text === "" ? null : JSON.parse(text);
}

/**
 * Sends a request and reads the events of its answer: `each(event, data)` for every one, in their order.
 * Ends when the server ends the answer, or by `options.signal`.
 */
export async function listen(method, path, body, each, options = {}) {
  const answer = await request(method, path, body, { ...options, accept: "text/event-stream" });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const events = (rest + chunk.value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      // A line ends with a line feed alone: the data may hold other separators of lines, such as U+2028.
      const lines = event.split("\n");
      const field = (name) => lines.find((line) => line.startsWith(name))?.slice(name.length);
      const name = field("event: ");
      const data = field("data: ");
      if (name && data) each(name, JSON.parse(data));
    }
  }
}

async function request(method, path, body, options, again = false) {
  let answer;
  try {
    answer = await fetch(at(path), {
      method,
      headers: {
        Accept: options.accept ?? "application/json",
        "X-CSRF-Token": meta("csrf-token"),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: options.signal,
      keepalive: options.keepalive ?? false,
      redirect: "error",
    });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Refused(0);
  }
  // After signing in again in another window, this page continues.
  if ((answer.status === 401 || answer.status === 403) && !again && (await session()) === "here") {
    return request(method, path, body, options, true);
  }
  if (!answer.ok) {
    const error = (await answer.json().catch(() => ({}))).error;
    throw new Refused(answer.status, error);
  }
  return answer;
}

/** Shows a message for a few seconds; screen readers read it. */
export function toast(text, kind = "") {
  const line = document.createElement("p");
  line.className = `toast ${kind}`.trim();
  line.textContent = text;
  document.querySelector(".toasts").append(line);
  fade(line);
}

function fade(line) {
  setTimeout(() => line.classList.add("fading"), 5000);
  setTimeout(() => line.remove(), 5600);
}

/** Shows the moments of `<time datetime>` below the element in the visitor's own time zone. */
export function localTimes(below = document) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of below.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) {
      time.textContent = format.format(moment);
      time.title = moment.toISOString();
    }
  }
}

/** Tabs: buttons with role="tab" and aria-controls inside role="tablist"; arrow keys go along. */
export function tabs(list) {
  const all = [...list.querySelectorAll('[role="tab"]')];
  const show = (chosen) => {
    for (const tab of all) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
    }
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) show(tab);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    show(next);
    next.focus();
  });
  show(all.find((tab) => tab.getAttribute("aria-selected") === "true") ?? all[0]);
}

/** Asks for confirmation of something irreversible; a promise of whether it was given. `yes` labels the button. */
export function sure(question, yes) {
  const dialog = document.createElement("dialog");
  dialog.className = "sure";
  const text = document.createElement("p");
  text.id = "sure-question";
  text.textContent = question;
  dialog.setAttribute("aria-labelledby", text.id);
  const line = document.createElement("div");
  line.className = "actions";
  const button = (words, kind, value) => {
    const one = document.createElement("button");
    one.type = "button";
    one.className = kind;
    one.textContent = words;
    one.addEventListener("click", () => dialog.close(value));
    line.append(one);
    return one;
  };
  const no = button(document.body.dataset.cancel, "quiet", "");
  button(yes, "danger", "yes");
  dialog.append(text, line);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
  });
}

// What was typed and chosen survives a switch of the language in this window, except passwords.
const CROSSING = "studio crossing";
const fields = () =>
  [...document.querySelectorAll("main form input[name], main form textarea[name], main form select[name]")].filter(
    (field) => !["hidden", "password", "submit"].includes(field.type),
  );

function cross(to) {
  const typed = fields().map((field) => [field.name, field.type, field.value, field.checked === true]);
  sessionStorage.setItem(CROSSING, JSON.stringify({ to, typed }));
}

function crossed() {
  const { to, typed } = JSON.parse(sessionStorage.getItem(CROSSING) ?? "{}");
  sessionStorage.removeItem(CROSSING);
  if (to !== location.pathname + location.search) return;
  fields().forEach((field, index) => {
    const [name, type, value, checked] = typed[index] ?? [];
    if (name !== field.name || type !== field.type) return;
    const before = `${field.value} ${field.checked}`;
    if (["checkbox", "radio"].includes(type)) field.checked = checked;
    else field.value = value;
    if (before === `${field.value} ${field.checked}`) return;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  });
}

try {
  crossed();
} catch {
  // The browser does not allow storage.
}

// A one-time code stands after the # of the link, which browsers do not send to the server.
for (const field of document.querySelectorAll("[data-from-hash]")) {
  const code = location.hash.slice(1);
  const input = field.querySelector("input");
  if (code !== "") {
    input.value = code;
    history.replaceState(null, "", location.pathname);
  }
  if (input.value !== "" && !field.querySelector(".problem")) field.hidden = true;
}

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const source = document.getElementById(copy.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      toast(document.body.dataset.copied);
    } catch {
      getSelection().selectAllChildren(source);
    }
  }
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
});

/** The question before a form is sent: its `data-ask`; the form is sent when the person confirms. */
function question(form) {
  if (form.dataset.ask) return form.dataset.ask;
  const shownOnce = form.classList.contains("languages") && document.querySelector("main [data-once]");
  return shownOnce ? document.body.dataset.once : "";
}

// A form is sent once, however often it is clicked.
document.addEventListener("submit", async (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  const { submitter } = event;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  const asked = question(form);
  if (asked && !form.dataset.sure) {
    event.preventDefault();
    if (await sure(asked, submitter?.textContent.trim() ?? "")) {
      form.dataset.sure = "yes";
      form.requestSubmit(submitter);
    }
    return;
  }
  delete form.dataset.sure;
  form.dataset.sent = "yes";
  if (form.classList.contains("languages")) {
    try {
      cross(at(form.elements.to.value));
    } catch {
      // The browser does not allow storage.
    }
  }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The server needs the visitor's time zone to know their day.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = location.protocol === "https:" ? ";Secure" : "";
  document.cookie = `zone=${zone};path=/;SameSite=Lax;max-age=31536000${secure}`;
}

// Signing out removes what was kept in this browser, once it has succeeded.
const LEAVING = "studio leaving";
try {
  const left = sessionStorage.getItem(LEAVING);
  tidy(left && meta("account") !== left ? left : undefined);
  sessionStorage.removeItem(LEAVING);
  for (const form of document.querySelectorAll("form.sign-out")) {
    form.addEventListener("submit", () => sessionStorage.setItem(LEAVING, meta("account")));
  }
} catch {
  // The browser does not allow storage.
}
settle();
for (const form of document.querySelectorAll("form[data-keep]")) keepForm(form);
for (const shown of document.querySelectorAll("[data-kept-text]")) {
  const fields = place(shown.dataset.keptText).read()?.content?.fields ?? {};
  shown.value = Object.values(fields).flat().filter((text) => text.length > 1).join("\n\n");
  shown.hidden = shown.value === "";
}

for (const list of document.querySelectorAll('[role="tablist"]')) tabs(list);
for (const line of document.querySelectorAll(".toasts .toast")) fade(line);
localTimes();
