// How long somebody has really worked: the time in which the page was to be seen and was touched
// within the last minute.

const IDLE = 60_000;

/** `told(millis)` hears of each second that counts. */
export function clock(start, told) {
  let active = start;
  let touched = Date.now();
  let last = Date.now();
  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
    addEventListener(kind, () => (touched = Date.now()), { passive: true, capture: true });
  }
  setInterval(() => {
    const now = Date.now();
    if (document.visibilityState === "visible" && now - touched < IDLE) {
      active += Math.min(now - last, 2000);
      told(active);
    }
    last = now;
  }, 1000);
  told(active);
  return {
    active: () => active,
    away: () => Date.now() - touched,
  };
}

export function minutes(millis) {
  const seconds = Math.floor(millis / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
