// Keeps what is being written until it is safe: on the server at most two seconds after it was typed, at once when the
// page is left or hidden, again and again while the line is down, the server cannot store, or nobody is signed in; and
// until the server has it, in this browser. The page asks before it is left with what is not safe.

import { signedIn, warn } from "../web/keep.js";
import { call, pause, Refused, waiting } from "./calls.js";

export { collect, restore } from "../web/keep.js";

const REST = 800; // milliseconds without a key before a save
const LONGEST = 1800; // milliseconds of unbroken typing before a save
const NEAR = 250; // milliseconds without a key before this browser keeps it
const KEEPALIVE = 60_000; // bytes that a browser sends after the page is gone

/**
 * Watches `form` and sends `content()` to `path` under rising versions, beginning after `version`; without a path it is
 * kept in this browser alone. `here` is its place there. `heard` is told: saving(), saved(Date),
 * offline(failure, seconds, hurry), signedOut(), back(), refused(failure), unkept().
 */
export function keep(form, { path: to, version, content, here, heard }) {
  let path = to;
  let base = version; // what the server has
  let dirtySince = 0; // when the oldest key that no request carries was pressed
  let unsafe = false; // whether anything was typed that the server has not acknowledged
  let timer = 0;
  let near = 0;
  let sending = null;
  let held = false; // it is being handed in: no drafts, but nothing is let go
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
          return; // handed in meanwhile
        }
        dirtySince ||= Date.now();
        keepHere();
        if (failure instanceof Refused && failure.status === 401) {
          heard.signedOut();
          await signedIn();
          heard.back();
        } else if (failure instanceof Refused) {
          if (failure.code === "label.refused.older-draft" && mine < version) {
            continue; // a later one of this page was first
          }
          heard.refused(failure);
          return; // the next key tries again
        } else {
          const seconds = Math.max(pause(tries++), failure.seconds);
          const wait = waiting(seconds);
          heard.offline(failure, seconds, wait.hurry);
          await wait.over;
        }
      }
    }
  }

  // A last word: nobody waits for the answer.
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
    /** The server has a newer version, which this one shall replace. */
    outdo(newest) {
      version = Math.max(version, newest);
      touch();
    },
    /** The server takes no more drafts of this: it is kept in this browser alone. */
    alone() {
      path = null;
      dirtySince = 0;
      clearTimeout(timer);
      keepHere();
    },
    /** It is being handed in: no drafts until it is taken, or refused. */
    hold() {
      held = true;
      unsafe = true;
      clearTimeout(timer);
      keepHere();
    },
    /** No more drafts: the server has it, or it is of no use to anybody. */
    end() {
      over = true;
      dirtySince = 0;
      clearTimeout(timer);
      clearTimeout(near);
      here.clear();
    },
    /** It was not taken after all: everything is kept again. */
    resume() {
      held = false;
      touch();
    },
  };
}
