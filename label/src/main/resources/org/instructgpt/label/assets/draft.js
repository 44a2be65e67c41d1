// Keeps what is being written: on the server at most two seconds after it was typed, at once
// when the page is left or hidden, again and again while the line is down. Nothing is kept in
// the browser's storage, where the next person at this computer could read it.

import { call, pause, Refused, waiting } from "./calls.js";

const REST = 800; // milliseconds without a key before a save
const LONGEST = 1800; // milliseconds of unbroken typing before a save
const KEEPALIVE = 60_000; // bytes that a browser sends after the page is gone

/** The named fields of a form as lists of values, in the order of the page. */
export function collect(form) {
  const fields = {};
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.disabled) {
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
    if (!field.name || field.type === "hidden") {
      continue;
    }
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = values?.includes(field.value) ?? false;
    } else if (values) {
      const place = (next[field.name] = (next[field.name] ?? -1) + 1);
      field.value = values[place] ?? "";
    }
  }
}

/**
 * Watches `form` and sends `content()` to `path` under rising versions, beginning after
 * `version`. `heard` is told: saved(Date), saving(), offline(seconds, hurry), refused(failure).
 */
export function keep(form, { path, version, content, heard }) {
  let dirtySince = 0; // when the oldest key that no request carries was pressed
  let timer = 0;
  let sending = null;
  let over = false;

  function touch() {
    const now = Date.now();
    dirtySince ||= now;
    clearTimeout(timer);
    const rest = Math.min(REST, Math.max(0, dirtySince + LONGEST - now));
    timer = setTimeout(flush, rest);
  }

  function flush() {
    clearTimeout(timer);
    sending ??= send().finally(() => {
      sending = null;
    });
    return sending;
  }

  async function send() {
    for (let tries = 1; dirtySince && !over; ) {
      dirtySince = 0;
      const mine = ++version;
      heard.saving();
      try {
        await call("PUT", path, { version: mine, content: content() });
        tries = 1;
        if (!dirtySince) {
          heard.saved(new Date());
        }
      } catch (failure) {
        if (over) {
          return; // handed in meanwhile
        }
        if (failure instanceof Refused) {
          if (failure.status === 409 && mine < version) {
            continue; // a later one of this page was first
          }
          over = true;
          heard.refused(failure);
          return;
        }
        dirtySince ||= Date.now();
        const seconds = Math.max(pause(tries++), failure.seconds);
        const wait = waiting(seconds);
        heard.offline(seconds, wait.hurry);
        await wait.over;
      }
    }
  }

  // A last word: nobody waits for the answer.
  function part() {
    if (!dirtySince || over) {
      return;
    }
    const body = { version: ++version, content: content() };
    if (JSON.stringify(body).length > KEEPALIVE) {
      flush();
      return;
    }
    dirtySince = 0;
    call("PUT", path, body, true)
      .then(() => heard.saved(new Date()))
      .catch(() => touch());
  }

  form.addEventListener("input", touch);
  form.addEventListener("change", touch);
  form.addEventListener("focusout", () => dirtySince && flush());
  addEventListener("pagehide", part);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      part();
    }
  });
  addEventListener("beforeunload", (leaving) => {
    if ((dirtySince || sending) && !over) {
      flush();
      leaving.preventDefault();
    }
  });

  return {
    touch,
    flush,
    /** No more drafts: the work was submitted, or is somebody else's. */
    end() {
      over = true;
      dirtySince = 0;
      clearTimeout(timer);
    },
    /** It was not taken after all: everything is kept again. */
    resume() {
      over = false;
      touch();
    },
  };
}
