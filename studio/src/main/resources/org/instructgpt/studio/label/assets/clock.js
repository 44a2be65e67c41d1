// Measures working time: the time in which the page was visible and was used within the last minute.

const IDLE = 60_000;

/** `told(millis)` is called after each second that counts. */
export function clock(start, told) {
  let active = start;
  // A monotonic clock: setting the system's clock changes nothing.
  let touched = performance.now();
  let last = performance.now();
  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
    addEventListener(kind, () => (touched = performance.now()), { passive: true, capture: true });
  }
  setInterval(() => {
    const now = performance.now();
    if (document.visibilityState === "visible" && now - touched < IDLE) {
      active += Math.min(now - last, 2000);
      told(active);
    }
    last = now;
  }, 1000);
  told(active);
  return {
    active: () => active,
    away: () => performance.now() - touched,
  };
}

export function minutes(millis) {
  const seconds = Math.floor(millis / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
