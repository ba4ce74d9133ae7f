// Native dialogs: a button with data-opens="id" opens, data-closes closes, the focus returns by itself.
export function startDialogs() {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.getAttribute("data-opens"));
      if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
      return;
    }
    if (event.target.closest("[data-closes]")) {
      const dialog = event.target.closest("dialog");
      if (dialog) dialog.close();
    }
  });
  // A dialog whose form came back with errors is opened again with the page.
  const waiting = document.querySelector("dialog[data-open]");
  if (waiting instanceof HTMLDialogElement && !waiting.open) waiting.showModal();
}
