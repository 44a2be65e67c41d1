// What every page of the studio does: asks the server, tells what happened, copies, shows local times.
// Areas import from "/assets/web/studio.js".

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

/** A refusal of the server: `status`, `message` in the page's language, `error` as it was sent. */
export class Refused extends Error {
  constructor(status, error) {
    super(error?.message ?? document.body.dataset.failed);
    this.status = status;
    this.error = error ?? {};
  }
}

/**
 * Asks the server with the session's token; the answer's JSON, or null when it has none.
 * Throws Refused when the server says no (status 0: it was not reached).
 */
export async function ask(method, path, body, options = {}) {
  const answer = await request(method, path, body, options);
  const text = await answer.text();
  return text === "" ? null : JSON.parse(text);
}

/**
 * Asks the server and reads the events of its answer: `each(event, data)` for every one, in their order.
 * Ends when the server does; `options.signal` ends it before.
 */
export async function listen(method, path, body, each, options = {}) {
  const answer = await request(method, path, body, { ...options, accept: "text/event-stream" });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const events = (rest + chunk.value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event);
      const data = /^data: (.*)$/m.exec(event);
      if (name && data) each(name[1], JSON.parse(data[1]));
    }
  }
}

async function request(method, path, body, options) {
  let answer;
  try {
    answer = await fetch(path, {
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
  if (!answer.ok) {
    throw new Refused(answer.status, (await answer.json().catch(() => ({}))).error);
  }
  return answer;
}

/** Says something for a few seconds, to ears too. */
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

// A one-time code comes behind the # of the link, where no server and no log sees it.
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

// A form is sent once, however often it is clicked.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const list of document.querySelectorAll('[role="tablist"]')) tabs(list);
for (const line of document.querySelectorAll(".toasts .toast")) fade(line);
localTimes();
