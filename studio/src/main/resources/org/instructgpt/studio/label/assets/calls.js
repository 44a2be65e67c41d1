// Calls of the HTTP API. A call that fails because of the connection or the server's load may be
// repeated; one that the server refuses may not.

import { session } from "../web/keep.js";

/** The server refused: `status` of its answer, `message` in the page's language. */
export class Refused extends Error {
  constructor(status, error) {
    super(error?.message ?? String(status));
    this.status = status;
    this.code = error?.code ?? null;
    this.param = error?.param ?? null;
  }
}

/** No answer, or a temporary error. `message` is the server's; empty when there is none. */
export class Unreachable extends Error {
  constructor(seconds, message = "") {
    super(message);
    this.seconds = seconds;
  }
}

/** The caller cancelled the wait. */
export class Cancelled extends Error {}

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
// Behind a proxy the whole site may lie below a path.
const root = document.querySelector('meta[name="site-root"]')?.content ?? "";

const PATIENCE = 15_000;

/** One request; ends with the answer's JSON (or null), a Refused or an Unreachable. */
export async function call(method, path, body, leaving = false, again = false) {
  let answer;
  try {
    answer = await fetch(root + path, {
      method,
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRF-Token": csrf(),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      keepalive: leaving,
      signal: leaving ? undefined : AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Unreachable(0);
  }
  const text = await answer.text().catch(() => {
    throw new Unreachable(0);
  });
  const json = parsed(text);
  if (answer.status === 429 || answer.status >= 500) {
    const seconds = Number(answer.headers.get("Retry-After")) || 0;
    throw new Unreachable(seconds, json?.error?.message ?? String(answer.status));
  }
  if ((answer.status === 401 || answer.status === 403) && !leaving && !again) {
    switch (await session()) {
      case "here": // signed in again in another window
        return call(method, path, body, false, true);
      case "away":
        throw new Unreachable(0);
      default:
        throw new Refused(401, json?.error);
    }
  }
  if (!answer.ok || answer.redirected) {
    throw new Refused(answer.redirected ? 401 : answer.status, json?.error);
  }
  return json;
}

function parsed(text) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** How long to wait before try number `tries` (1, 2, ...), in seconds: 1, 2, 4, 8, then 15. */
export const pause = (tries) => Math.min(2 ** (tries - 1), 15);

/** Waits this many seconds, or until the browser is online again, or until `hurry` is called. */
export function waiting(seconds) {
  let hurry;
  const over = new Promise((done) => {
    hurry = done;
    setTimeout(done, seconds * 1000);
    addEventListener("online", done, { once: true });
  });
  return { over, hurry };
}

/**
 * Repeats a request until it is answered, or until `told` calls `cancel`, which ends it with
 * Cancelled. `told({ failure, seconds, hurry, cancel })` is called before each wait. The request must
 * be idempotent.
 */
export async function insist(method, path, body, told) {
  for (let tries = 1; ; tries++) {
    try {
      return await call(method, path, body);
    } catch (failure) {
      if (!(failure instanceof Unreachable)) {
        throw failure;
      }
      const seconds = Math.max(pause(tries), failure.seconds);
      const { over, hurry } = waiting(seconds);
      let cancelled = false;
      const cancel = () => {
        cancelled = true;
        hurry();
      };
      told({ failure, seconds, hurry, cancel });
      await over;
      if (cancelled) {
        throw new Cancelled();
      }
    }
  }
}

/** A random UUID, also where the page is not served over a secure connection. */
export function uuid() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
