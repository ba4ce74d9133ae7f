// Covers the page after some minutes without a touch; what was entered, and photos that wait, stay in it.
const SIGNS_OF_LIFE = ["pointerdown", "keydown", "wheel", "touchmove"];
const LOOK_EVERY_MS = 5000;

export function startIdleLock() {
  const dialog = document.querySelector('[data-module="idle-lock"]');
  if (!(dialog instanceof HTMLDialogElement)) return;
  const limit = Number(dialog.dataset.minutes) * 60000;
  const form = dialog.querySelector("[data-idle-form]");
  const channel = new BroadcastChannel("idle");
  let title = document.title;
  let last = Date.now();
  let locked = false;

  const touch = () => {
    if (!locked) last = Date.now();
  };
  const cover = () => {
    if (locked) return;
    locked = true;
    for (const other of document.querySelectorAll("dialog[open]")) other.close();
    title = document.title;
    document.title = "…";
    document.body.classList.add("app-idle-on");
    dialog.showModal();
  };
  const uncover = () => {
    locked = false;
    last = Date.now();
    document.body.classList.remove("app-idle-on");
    document.title = title;
    dialog.close();
  };
  const look = () => {
    if (Date.now() - last >= limit) cover();
  };

  for (const sign of SIGNS_OF_LIFE) {
    document.addEventListener(sign, () => { touch(); channel.postMessage("alive"); }, { passive: true, capture: true });
  }
  channel.addEventListener("message", (event) => {
    if (event.data === "alive") touch();
    if (event.data === "unlocked" && locked) uncover();
  });
  // A browser lets Escape close any dialog in the end: then it opens again.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => { if (locked) dialog.showModal(); });
  document.addEventListener("visibilitychange", look);
  window.setInterval(look, LOOK_EVERY_MS);
  if (form instanceof HTMLFormElement) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      unlock(dialog, form).then((open) => {
        if (!open) return;
        uncover();
        channel.postMessage("unlocked");
      });
    });
  }
}

async function unlock(dialog, form) {
  const error = dialog.querySelector("[data-idle-error]");
  const field = form.elements.namedItem("password");
  const words = { 401: "That is not the password.", 403: "That is not the password.", 422: "That is not the password.", 429: "Too many tries. Wait a few minutes." };
  try {
    const response = await fetch(dialog.dataset.unlock, { method: "POST", headers: { Accept: "application/json" }, body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual" });
    field.value = "";
    error.textContent = response.ok ? "" : words[response.status] ?? "You have been signed out. Leave this page and sign in again.";
    if (!response.ok) field.focus();
    return response.ok;
  } catch {
    error.textContent = "No answer from the server. Try again in a minute.";
    return false;
  }
}
