// Keeps what people type in this browser until the server has it: under their account, so that nobody else at this
// computer sees it; removed when the server has it, when the account signs out, and after two weeks.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
// Studios of one host, each below its own path, share the storage; the prefix separates them.
const PREFIX = meta("site-root") === "" ? "kept:" : `kept ${meta("site-root")}:`;
const LONGEST = 14 * 24 * 3600_000; // milliseconds

export const account = () => meta("account");

/** The storage place of one typed text or form. */
export function place(name, owner = account()) {
  const key = `${PREFIX}${owner}:${name}`;
  return {
    /** The stored value with its time `at`, or null. */
    read() {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    },
    /** False where the browser does not allow storage, or has no space. */
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
        // where nothing can be removed, nothing was stored
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
    // the browser does not allow storage
  }
}

/** Removes what an account that has signed out wrote here, and what is too old. */
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

/** Restores values. Values of fields that the page does not have are ignored. */
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
 * Whether the account that opened this page is signed in: "here", "out", "other" (somebody else is) or "away" (no
 * answer). Signing in again, in this window or another, gives a new token, which this page takes over.
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

/** Waits until the account that opened this page is signed in again, in any window. */
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
 * Keeps what is typed into a field that is sent without a form, and restores it into an empty one. Call `safe()` when
 * the server has it. The browser asks before the page is left only where the text could not be stored.
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

// Forms with data-keep="name": their values are kept until the next page shows that the server accepted them. After an
// error, the end of a session or an outage, they are restored when the form is opened again.

const SENT = "sent";

/** After a form was sent, the next page tells whether the server has it: a page without an error that followed it. */
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
