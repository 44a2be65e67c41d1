// Answers on the pages of the playground and the arena, and what can be said of them: thumbs, better answers, reports.
// Outputs of models are put on the page as text; the only markup is what the server made of their Markdown.

// The very module that the layout has loaded: its address carries a fingerprint.
const studio = document.querySelector('script[type="module"][src*="/web/studio.js"]').src;
const { ask, place, toast } = await import(studio);

// With fewer tokens, or in a shorter time, no rate is shown.
const TELLING_TOKENS = 5;
const TELLING_MILLIS = 250;
const answers = document.getElementById("answers");
const told = document.getElementById("told");
const phrases = new Map(
  [...document.querySelectorAll("#phrases > div")].map((each) => [
    each.firstElementChild.textContent,
    each.lastElementChild.textContent,
  ]),
);

/** The text of a key; "{0}" stands for the first value, and so on. */
export function say(key, ...values) {
  return (phrases.get(key) ?? key).replace(/\{(\d)\}/g, (_, index) => String(values[index]));
}

/** An answer of one model, whose `model`, `stage` and `kind` may be hidden until [reveal]. */
export class Answer {
  constructor({ model, stage, kind, continues, hidden, replied }, place, text) {
    const copy = document.getElementById("answer").content.cloneNode(true);
    this.place = place;
    this.model = model;
    this.continues = continues;
    this.hidden = hidden;
    this.replied = replied;
    this.root = copy.querySelector(".answer");
    this.words = copy.querySelector(".said");
    this.tokens = 0;
    this.state = copy.querySelector(".answer-state");
    this.tools = copy.querySelector(".answer-tools");
    this.paragraph = copy.querySelector(".answer-text");
    this.markdown = copy.querySelector(".answer-markdown");
    this.editor = copy.querySelector(".answer-edit");
    this.better = copy.querySelector(".answer-better");
    this.name(model, stage, kind);
    if (this.continues) {
      copy.querySelector(".given").textContent = text;
      const hint = copy.querySelector(".answer-hint");
      hint.textContent = say("answer.continues");
      hint.hidden = false;
      this.root.classList.add("continues");
    }
    answers.append(copy);
    this.listen();
  }

  name(model, stage, kind) {
    this.model = model;
    this.root.dataset.stage = stage;
    this.root.querySelector(".answer-model").textContent = model;
    this.root.querySelector(".answer-kind").textContent = kind;
    this.root.querySelector(".answer-kind").hidden = kind === "";
  }

  /** Shows which model it was, and what can be done with the answer. */
  reveal({ name, stage, kind }) {
    this.hidden = false;
    this.name(name, stage, kind);
    this.judgeable();
  }

  listen() {
    for (const thumb of this.tools.querySelectorAll(".thumb")) {
      thumb.addEventListener("click", () => this.judge(thumb));
    }
    this.tools.querySelector(".copies").addEventListener("click", async () => {
      await navigator.clipboard?.writeText(this.text());
      toast(say("answer.copied"));
    });
    this.tools.querySelector(".report").addEventListener("click", () => this.report());
    const reply = this.tools.querySelector(".reply");
    reply.hidden = this.continues || this.replied === undefined;
    reply.addEventListener("click", () => this.replied(this));
    this.tools.querySelector(".edits").addEventListener("click", () => this.edit());
    this.tools.querySelector(".writtens").addEventListener("click", (event) => {
      this.showMarkdown(event.currentTarget.getAttribute("aria-pressed") === "true");
    });
    this.editor.addEventListener("submit", (event) => {
      event.preventDefault();
      this.rewrite();
    });
    this.editor.querySelector(".cancels").addEventListener("click", () => this.endEdit());
    this.editor.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.closeEditor();
      else if (event.key === "Enter" && !event.isComposing && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.editor.requestSubmit();
      }
    });
  }

  /** Shows the answer's Markdown, or its text as the model wrote it. */
  showMarkdown(on) {
    this.markdown.hidden = !on;
    this.paragraph.hidden = on;
    this.tools.querySelector(".writtens").setAttribute("aria-pressed", String(!on));
  }

  /** Where the text of a better answer is kept in this browser until the server has it. */
  draft() {
    return place(`rewrite:${this.turn}:${this.place}`);
  }

  edit() {
    const field = this.editor.querySelector("textarea");
    const written = this.better.hidden ? this.text() : this.better.querySelector(".better").textContent;
    field.value = this.draft().read()?.text ?? written;
    field.oninput = () => this.draft().write({ text: field.value });
    this.root.classList.add("editing");
    this.editor.hidden = false;
    field.focus();
    field.setSelectionRange(0, 0);
  }

  /** Closes the editor; what was typed and not saved is there when it is opened again. */
  closeEditor() {
    this.root.classList.remove("editing");
    this.editor.hidden = true;
    this.tools.querySelector(".edits").focus();
  }

  endEdit() {
    this.draft().clear();
    this.closeEditor();
  }

  async rewrite() {
    const text = this.editor.querySelector("textarea").value.trimEnd();
    if (!(await keep(`/playground/turns/${this.turn}/${this.place}/rewrite`, { text }))) return;
    this.better.querySelector(".better").textContent = text;
    this.better.hidden = false;
    this.endEdit();
    this.tools.querySelector(".edits").setAttribute("aria-pressed", "true");
    toast(say("answer.better.done"));
  }

  /** What the model wrote. */
  text() {
    return this.root.classList.contains("silent") ? "" : this.words.textContent;
  }

  began() {
    this.root.classList.add("speaking");
    this.state.textContent = say("answer.speaking");
  }

  grow(more, tokens) {
    this.words.append(more);
    this.tokens = tokens;
  }

  /** How much of it is shown. */
  seen() {
    return { characters: this.words.textContent.length, tokens: this.tokens };
  }

  // The time is measured by the server: events may arrive in bursts.
  ended({ finish, tokens, millis, html }) {
    const parts = [say(`finish.${finish}`)];
    if (!this.hidden) parts.push(say("answer.tokens", tokens));
    if (tokens >= TELLING_TOKENS && millis >= TELLING_MILLIS) {
      parts.push(say("answer.rate", Math.round((1000 * tokens) / millis)));
    }
    this.all = this.seen();
    this.over(parts.join(" · "));
    this.judgeable();
    if (html) {
      this.markdown.innerHTML = html;
      this.tools.querySelector(".writtens").hidden = false;
      this.showMarkdown(true);
    }
    if (this.words.textContent.trim() === "") {
      this.root.classList.add("silent");
      this.words.textContent = say("answer.nothing");
    }
    announce(`${this.model}: ${this.words.textContent}`);
  }

  failed(message) {
    this.over(message);
    this.root.classList.add("broken");
  }

  // The answer was stopped, or the connection was lost: what was seen until then is stored, and can be judged
  // after that.
  broken(message) {
    this.over(message);
  }

  judgeable() {
    this.sound = !this.root.classList.contains("broken");
    this.tools.hidden = !this.sound || this.hidden;
  }

  over(state) {
    this.done = true;
    this.root.classList.remove("speaking");
    this.root.classList.add("done");
    this.root.setAttribute("aria-busy", "false");
    this.state.textContent = state;
  }

  async judge(thumb) {
    const pressed = thumb.getAttribute("aria-pressed") === "true";
    const verdict = pressed ? 0 : Number(thumb.dataset.verdict);
    const kept = await keep(`/playground/turns/${this.turn}/${this.place}/verdict`, { verdict });
    if (kept) {
      for (const each of this.tools.querySelectorAll(".thumb")) {
        each.setAttribute("aria-pressed", String(each === thumb && !pressed));
      }
    }
  }

  report() {
    const dialog = document.getElementById("report");
    const note = document.getElementById("report-note");
    // The text of the report is kept in this browser until the server has it.
    const here = place(`report:${this.turn}:${this.place}`);
    note.value = here.read()?.text ?? "";
    note.oninput = () => here.write({ text: note.value });
    dialog.returnValue = "";
    dialog.showModal();
    dialog.onclose = async () => {
      if (dialog.returnValue === "send" && note.value.trim() !== "") {
        const kept = await keep(`/playground/turns/${this.turn}/${this.place}/report`, {
          note: note.value.trim(),
        });
        if (kept) {
          here.clear();
          this.tools.querySelector(".report").setAttribute("aria-pressed", "true");
          toast(say("answer.report.done"));
        }
      }
    };
  }
}

export function announce(text) {
  told.textContent = text;
}

// Status 0: the server was not reached.
export function reason(refused) {
  return { 0: say("trouble.away"), 401: say("trouble.signed-out") }[refused.status] ?? refused.message;
}

export const pause = (millis) =>
  new Promise((done) => {
    setTimeout(done, millis);
    addEventListener("online", done, { once: true });
  });

const RETRIES = 10;
const RETRY_MILLIS = 300;

/**
 * The server's answer once it has stored it, or null. Of an answer that was just stopped the server may not know yet that
 * it ended.
 */
export async function keep(path, body) {
  for (let tries = 0; ; tries += 1) {
    try {
      return (await ask("POST", path, body)) ?? {};
    } catch (refused) {
      if (refused.error?.code !== "refusal.unfinished" || tries >= RETRIES) {
        toast(reason(refused), "bad");
        return null;
      }
      await pause(RETRY_MILLIS);
    }
  }
}
