// Messages about saving, beside the title and in the notice above the task.

import { say } from "./words.js";

const status = document.getElementById("saved");
export const later = document.getElementById("later");

export function tell(text, state, hurry) {
  if (status.dataset.state !== state || status.firstChild?.textContent !== text) {
    status.replaceChildren(document.createTextNode(text));
    status.dataset.state = state;
  }
  if (hurry) {
    status.append(" ", button(say("now"), hurry));
  }
}

export function button(text, deed) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet small";
  made.textContent = text;
  made.addEventListener("click", deed);
  return made;
}

/** Shows that the connection is down, or the server's own message when it cannot store. */
export function unreachable(failure, seconds, hurry, key) {
  const why = failure.message;
  tell(why ? say("troubled", why, seconds) : say(key, seconds), "offline", hurry);
}

export function warn(text, ...more) {
  later.replaceChildren(document.createTextNode(text));
  for (const each of more) {
    later.append(" ", each);
  }
  later.hidden = false;
}

export function signIn() {
  const link = document.createElement("a");
  link.href = `${location.pathname.replace(/\/tasks\/.*$/, "")}/sign-in`;
  link.target = "_blank";
  link.textContent = say("signin-link");
  warn(say("signin"), link);
}
