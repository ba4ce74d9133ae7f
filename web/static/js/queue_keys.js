// Clears a queue by keyboard: n next, a approve, h hold, o note; silent while somebody types or a dialog is open.
const targets = {
  n: () => document.getElementById("next-invoice"),
  a: () => document.querySelector('[data-opens="approve-dialog"]'),
  h: () => document.querySelector('[data-opens="hold-dialog"]'),
  o: () => document.querySelector('[data-opens="note-dialog"]'),
};

function isBusy(event) {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  return typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]");
}

document.addEventListener("keydown", (event) => {
  if (!isBusy(event)) {
    targets[event.key]?.()?.click();
  }
});

document.documentElement.dataset.queueKeys = "ready";
