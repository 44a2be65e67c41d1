// Saves drafts: on the server at most two seconds after they were typed, at once when the page is left or hidden,
// repeatedly while the connection is down, the server cannot store, or nobody is signed in; and until the server has
// them, in this browser. The browser asks before a page with unsaved changes is left.

import { signedIn, warn } from "../web/keep.js";
import { call, pause, Refused, waiting } from "./calls.js";

export { collect, restore } from "../web/keep.js";

const REST = 800; // milliseconds without typing before a save
const LONGEST = 1800; // milliseconds of unbroken typing before a save
const NEAR = 250; // milliseconds without typing before it is saved in this browser
const KEEPALIVE = 60_000; // bytes that a browser sends after the page is gone

/**
 * Watches `form` and sends `content()` to `path` under rising versions, beginning after `version`; without a path it is
 * saved in this browser only, at the place `here`. Calls of `heard`: saving(), saved(Date),
 * offline(failure, seconds, hurry), signedOut(), back(), refused(failure), unkept().
 */
export function keep(form, { path: to, version, content, here, heard }) {
  let path = to;
  let base = version; // the version that the server has
  let dirtySince = 0; // time of the oldest change that no request carries
  let unsafe = false; // whether anything was typed that the server has not acknowledged
  let timer = 0;
  let near = 0;
  let sending = null;
  let held = false; // it is being submitted: no drafts are sent, but the local copy stays
  let over = false;

  function keepHere() {
    clearTimeout(near);
    if (unsafe && !over && !here.write({ base, content: content() })) {
      heard.unkept();
    }
  }

  function touch() {
    if (over) {
      return;
    }
    const now = Date.now();
    unsafe = true;
    dirtySince ||= now;
    clearTimeout(near);
    near = setTimeout(keepHere, NEAR);
    clearTimeout(timer);
    if (path) {
      timer = setTimeout(flush, Math.min(REST, Math.max(0, dirtySince + LONGEST - now)));
    }
  }

  function flush() {
    clearTimeout(timer);
    if (!path || held) {
      return sending;
    }
    sending ??= send().finally(() => {
      sending = null;
    });
    return sending;
  }

  function safe(at) {
    base = at;
    if (!dirtySince) {
      unsafe = false;
      clearTimeout(near);
      here.clear();
      heard.saved(new Date());
    }
  }

  async function send() {
    for (let tries = 1; dirtySince && !over && !held; ) {
      dirtySince = 0;
      const mine = ++version;
      heard.saving();
      try {
        await call("PUT", path, { version: mine, content: content() });
        tries = 1;
        safe(mine);
      } catch (failure) {
        if (over) {
          return; // submitted in the meantime
        }
        dirtySince ||= Date.now();
        keepHere();
        if (failure instanceof Refused && failure.status === 401) {
          heard.signedOut();
          await signedIn();
          heard.back();
        } else if (failure instanceof Refused) {
          if (failure.code === "label.refused.older-draft" && mine < version) {
            continue; // a later draft of this page arrived first
          }
          heard.refused(failure);
          return; // the next change tries again
        } else {
          const seconds = Math.max(pause(tries++), failure.seconds);
          const wait = waiting(seconds);
          heard.offline(failure, seconds, wait.hurry);
          await wait.over;
        }
      }
    }
  }

  // Sends the draft while the page is closed, without waiting for the answer.
  function part() {
    keepHere();
    if (!dirtySince || over || held || !path) {
      return;
    }
    const body = { version: ++version, content: content() };
    if (JSON.stringify(body).length > KEEPALIVE) {
      flush();
      return;
    }
    const mine = version;
    dirtySince = 0;
    call("PUT", path, body, true)
      .then(() => safe(mine))
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
  warn(() => {
    if (unsafe && !over) {
      flush();
    }
    return (unsafe || held) && !over;
  });

  return {
    touch,
    flush,
    /** Replaces a newer version that the server has. */
    outdo(newest) {
      version = Math.max(version, newest);
      touch();
    },
    /** The server accepts no more drafts of this: it is saved in this browser only. */
    alone() {
      path = null;
      dirtySince = 0;
      clearTimeout(timer);
      keepHere();
    },
    /** It is being submitted: no drafts until it is accepted or refused. */
    hold() {
      held = true;
      unsafe = true;
      clearTimeout(timer);
      keepHere();
    },
    /** No more drafts: the server has it, or nobody needs it. */
    end() {
      over = true;
      dirtySince = 0;
      clearTimeout(timer);
      clearTimeout(near);
      here.clear();
    },
    /** It was not accepted: drafts are saved again. */
    resume() {
      held = false;
      touch();
    },
  };
}
