// Opens the dialogs that ask before something is deleted.
for (const opener of document.querySelectorAll("[data-dialog]")) {
  opener.addEventListener("click", () =>
    document.getElementById(opener.dataset.dialog).showModal(),
  );
}
