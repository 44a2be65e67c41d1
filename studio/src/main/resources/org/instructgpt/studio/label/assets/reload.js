// A page that shows how far something is looks again every few seconds.

const waits = document.querySelector("[data-reload]");
if (waits) {
  setTimeout(() => location.reload(), Number(waits.dataset.reload) * 1000);
}
