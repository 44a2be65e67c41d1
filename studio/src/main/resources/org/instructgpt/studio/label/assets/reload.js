// Reloads a page that shows progress every few seconds.

const waits = document.querySelector("[data-reload]");
if (waits) {
  setTimeout(() => location.reload(), Number(waits.dataset.reload) * 1000);
}
