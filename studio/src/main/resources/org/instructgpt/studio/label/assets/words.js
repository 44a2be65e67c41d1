// The texts of the scripts in the page's language: JSON in the element #words. %1, %2 stand for
// arguments.

const words = JSON.parse(document.getElementById("words")?.textContent || "{}");

export const say = (key, ...values) =>
  (words[key] ?? key).replace(/%(\d)/g, (_, place) => values[place - 1] ?? "");

const clock = new Intl.DateTimeFormat(document.documentElement.lang || "en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

export const time = (moment) => clock.format(moment);
