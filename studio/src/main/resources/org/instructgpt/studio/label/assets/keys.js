// Optional one-letter shortcuts: they work outside of text fields, never
// together with Ctrl, Alt or Cmd, and can be switched off.

import { sign } from "./letters.js";

const SWITCH = "shortcuts";
const TEXT = "textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]";

const on = () => localStorage.getItem(SWITCH) !== "off";

export function shortcuts({ form, tools, skip, submit }) {
  const help = document.getElementById("keyboard");
  const instructions = document.getElementById("instructions");
  const choice = help.querySelector("[name=shortcuts]");

  choice.checked = on();
  choice.addEventListener("change", () => {
    localStorage.setItem(SWITCH, choice.checked ? "on" : "off");
    document.documentElement.classList.toggle("keyless", !choice.checked);
  });
  document.documentElement.classList.toggle("keyless", !on());

  const press = (selector) => {
    const target = (tools.steps?.part() ?? form).querySelector(selector);
    target?.click();
    target?.focus();
    return Boolean(target);
  };

  const always = {
    "?": () => help.showModal(),
    l: () => {
      instructions.open = !instructions.open;
      instructions.querySelector("summary").focus();
    },
    k: skip,
  };

  const rating = {
    n: () => tools.steps.part().querySelector("textarea").focus(),
    Enter: () => form.requestSubmit(),
    Backspace: () => tools.steps.back(),
    ArrowRight: () => tools.steps.next(),
    ArrowLeft: () => tools.steps.back(),
  };

  const ranking = {
    z: () => tools.board?.undo(),
    w: () => press('[data-do="whole"]'),
    r: () => press('[data-do="marks"]'),
    Backspace: () => tools.steps.back(),
  };

  function deed(event) {
    const { target } = event;
    const key = sign(event);
    if (always[key]) {
      return always[key];
    }
    if (!tools.steps) {
      return null;
    }
    if (tools.steps.last()) {
      const card = "abcdefghi".indexOf(key);
      const known = card >= 0 && card < Number(form.dataset.outputs);
      return known ? () => tools.board?.focus(card) : ranking[key];
    }
    if (/^[1-7]$/.test(key)) {
      return () => press(`[type=radio][value="${key}"]`);
    }
    if (form.querySelector(`[data-key="${CSS.escape(key)}"]`)) {
      return () => press(`[data-key="${CSS.escape(key)}"]`);
    }
    const own = /^(Arrow|Enter)/.test(key) && target.matches("button, a, summary, [type=radio]");
    return own ? null : rating[key];
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) {
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      (tools.steps?.last() ?? true) ? submit() : tools.steps.next();
      return;
    }
    const elsewhere = document.querySelector("dialog[open]") || event.target.matches(TEXT);
    if (!on() || elsewhere || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
      return;
    }
    const act = event.defaultPrevented ? null : deed(event);
    if (act) {
      event.preventDefault();
      act();
    }
  });
}
