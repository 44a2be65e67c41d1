// The parts of a form as steps, of which one is shown, with buttons to each, back and next.

/** `changed(i, part)` is called when another step is shown. */
export function steps(form, changed) {
  const parts = [...form.querySelectorAll("[data-step]")];
  const links = [...document.querySelectorAll("[data-go]")];
  let current = 0;

  function show(i, focus = true) {
    current = Math.max(0, Math.min(i, parts.length - 1));
    parts.forEach((part, j) => {
      part.hidden = j !== current;
    });
    links.forEach((link, j) => {
      if (j === current) {
        link.setAttribute("aria-current", "step");
      } else {
        link.removeAttribute("aria-current");
      }
    });
    if (focus) {
      const heading = parts[current]?.querySelector("h2");
      heading?.focus({ preventScroll: true });
      const top = form.getBoundingClientRect().top;
      if (top < 0 || top > innerHeight / 2) {
        form.scrollIntoView({ block: "start" });
      }
      links[current]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    changed(current, parts[current]);
  }

  links.forEach((link, i) => link.addEventListener("click", () => show(i)));
  form.querySelectorAll("[data-back]").forEach((button) =>
    button.addEventListener("click", () => show(current - 1)),
  );

  return {
    show,
    next: () => show(current + 1),
    back: () => show(current - 1),
    current: () => current,
    last: () => current >= parts.length - 1,
    part: () => parts[current],
    /** Marks the steps that are done. */
    tick: (done) => links.forEach((link, i) => link.classList.toggle("done", done(i))),
  };
}
