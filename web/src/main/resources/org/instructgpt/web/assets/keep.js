// What people type, kept in this browser until the server has it: under the account that typed it, so that nobody else
// at this computer is shown it; gone when it is safe, when that account signs out, and after two weeks.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
// Studios of one host, each below a path of its own, share the storage, and see only what is theirs.
const PREFIX = meta("site-root") === "" ? "kept:" : `kept ${meta("site-root")}:`;
const LONGEST = 14 * 24 * 3600_000; // milliseconds

export const account = () => meta("account");

/** A place for one thing that is typed. */
export function place(name, owner = account()) {
  const key = `${PREFIX}${owner}:${name}`;
  return {
    /** What was kept, with `at`, or null. */
    read() {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    },
    /** False where the browser keeps nothing, or has no room. */
    write(value) {
      try {
        localStorage.setItem(key, JSON.stringify({ ...value, at: Date.now() }));
        return true;
      } catch {
        return false;
      }
    },
    clear() {
      try {
        localStorage.removeItem(key);
      } catch {
        // nothing is kept where nothing can be removed
      }
    },
  };
}

function each(deed) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) deed(key, JSON.parse(localStorage.getItem(key)) ?? {});
    }
  } catch {
    // a browser that keeps nothing
  }
}

/** What an account wrote here is removed: it has signed out, or it is too old. */
export function tidy(left) {
  each((key, { at }) => {
    const gone = left && key.startsWith(`${PREFIX}${left}:`);
    if (gone || Date.now() - at > LONGEST) localStorage.removeItem(key);
  });
}

/** The named fields of a form as lists of values, in the order of the page. */
export function collect(form) {
  const fields = {};
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "submit" || field.disabled) {
      continue;
    }
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked) {
        (fields[field.name] ??= []).push(field.value);
      }
    } else {
      (fields[field.name] ??= []).push(field.value);
    }
  }
  return fields;
}

/** Puts values back. Fields that the page does not have are let go. */
export function restore(form, fields) {
  const next = {};
  for (const field of form.elements) {
    const values = fields[field.name];
    if (!field.name || field.type === "hidden" || field.type === "submit") {
      continue;
    }
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = values?.includes(field.value) ?? false;
    } else if (values) {
      const at = (next[field.name] = (next[field.name] ?? -1) + 1);
      field.value = values[at] ?? "";
    }
  }
}

/**
 * Whether whoever opened this page is signed in: "here", "out", "other" (somebody else is) or "away" (no answer). Who
 * signed in again, in this window or another, has a new token, which this page takes over.
 */
export async function session() {
  const me = document.querySelector("a.me")?.href;
  if (!me) {
    return "out";
  }
  const answer = await fetch(me, { credentials: "same-origin", headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || answer.status >= 500) {
    return "away";
  }
  if (!answer.ok || answer.redirected) {
    return "out";
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const of = (name) => page.querySelector(`meta[name="${name}"]`)?.content ?? "";
  if (of("account") !== account()) {
    return of("account") === "" ? "out" : "other";
  }
  document.querySelector('meta[name="csrf-token"]').content = of("csrf-token");
  for (const field of document.querySelectorAll('input[name="csrf"]')) {
    field.value = of("csrf-token");
  }
  return "here";
}

/** Waits until whoever opened this page is signed in again, in whatever window. */
export async function signedIn() {
  while ((await session()) !== "here") {
    await new Promise((done) => {
      setTimeout(done, 4000);
      for (const event of ["focus", "online", "storage", "pageshow"]) {
        addEventListener(event, done, { once: true });
      }
    });
  }
}

/** The browser asks before the page is left while `unsafe()`. */
export function warn(unsafe) {
  addEventListener("beforeunload", (leaving) => {
    if (unsafe()) leaving.preventDefault();
  });
}

/**
 * Keeps what is typed into a field that is sent without a form, and puts it back into an empty one. Call `safe()` when
 * the server has it. The browser asks before the page is left only where it could not keep the words.
 */
export function keepField(field, name) {
  const kept = place(name);
  let unkept = false;
  const safe = () => {
    kept.clear();
    unkept = false;
  };
  if (account() === "") return { safe };
  const before = kept.read();
  if (before?.text && field.value === "") {
    field.value = before.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.addEventListener("input", () => {
    if (field.value.trim() === "") safe();
    else unkept = !kept.write({ text: field.value });
  });
  warn(() => unkept);
  return { safe };
}

// Forms with data-keep="name": what is filled in stays here until a page that follows shows that it was taken. After a
// refusal, the end of a session or an outage, it is put back when the form is opened again.

const SENT = "sent";

/** After a form was sent the next page tells whether the server has it: one that is no refusal, and not an old one. */
export function settle() {
  const [visit] = performance.getEntriesByType("navigation");
  const followed = visit?.type === "navigate" && document.referrer.startsWith(location.origin);
  const taken = followed && account() !== "" && Number(meta("status")) < 400;
  each((key, kept) => {
    if (!kept[SENT]) {
      return;
    }
    if (taken && key.startsWith(`${PREFIX}${account()}:`)) {
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, JSON.stringify({ ...kept, [SENT]: false }));
    }
  });
}

function told(form, text) {
  const line = form.querySelector("[data-kept-says]") ?? document.createElement("p");
  line.className = "notice";
  line.dataset.keptSays = "";
  line.setAttribute("role", "status");
  line.textContent = text;
  form.prepend(line);
}

export function keepForm(form) {
  const kept = place(form.dataset.keep);
  const words = document.body.dataset;
  const first = JSON.stringify(collect(form));
  let sending = false;
  const unsafe = () => !sending && JSON.stringify(collect(form)) !== first;

  const before = kept.read();
  if (before?.fields && JSON.stringify(before.fields) !== first) {
    restore(form, before.fields);
    told(form, words.restored);
  }
  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    if (unsafe() && !kept.write({ fields: collect(form) })) told(form, words.unkept);
  };
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      clearTimeout(timer);
      timer = setTimeout(save, 250);
    });
  }
  addEventListener("pagehide", save);
  warn(unsafe);

  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) {
      clearTimeout(timer);
      kept.write({ fields: collect(form), [SENT]: true });
      sending = true;
    }
  });
  addEventListener("pageshow", () => {
    sending = false;
  });
}
