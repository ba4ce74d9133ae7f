// Leaves at once, by the button or by pressing Shift three times, and takes this page out of the history.
const WITHIN_MS = 5000;

function leave(address) {
  document.body.classList.add("app-leaving");
  document.title = "…";
  window.location.replace(address);
}

export function startQuickExit() {
  const button = document.querySelector('[data-module="quick-exit"]');
  if (!(button instanceof HTMLAnchorElement)) return;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    leave(button.href);
  });
  let presses = [];
  document.addEventListener("keyup", (event) => {
    presses = event.key === "Shift" ? [...presses.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp] : [];
    if (presses.length >= 3) leave(button.href);
  });
  // A page that the browser kept is not shown again by its Back button.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}
