// Moves a visit of the week board with the mouse: where it may be put down is shown, and what was not saved goes back.
// With the keyboard, on touch screens and for crews the button "Move" does the same in a dialog.
import { say } from "./alerts.js";

const FAR_ENOUGH = 6;
const EDGE = 48;
const SHUT = "Nothing is open there while the other visits keep their times.";
const NOT_SAVED = "That was not saved: the visit is back where it was.";
const CHANGED = "Somebody has changed this plan meanwhile: load the page again.";
const LOADING = "Looking where it may go …";

function headers() {
  const inherited = document.body.getAttribute("hx-headers:inherited") ?? document.body.getAttribute("hx-headers") ?? "{}";
  return { ...JSON.parse(inherited), "HX-Request": "true" };
}

function unsaved(status) {
  return status === 404 || status === 409 ? `${NOT_SAVED} ${CHANGED}` : NOT_SAVED;
}

class Drag {
  constructor(card, event) {
    this.card = card;
    this.from = { x: event.clientX, y: event.clientY };
    this.home = { list: card.parentElement, next: card.nextElementSibling };
    this.box = card.closest(".app-table-box");
    this.targets = null;
    this.cell = null;
    this.begun = false;
  }

  begin() {
    this.begun = true;
    this.card.classList.add("app-stop--lifted");
    this.label = document.createElement("div");
    this.label.className = "app-board__label";
    this.label.textContent = LOADING;
    document.body.append(this.label);
    this.asked = this.ask();
  }

  async ask() {
    const answer = await fetch(this.card.dataset.targets, { method: "POST", headers: headers() });
    if (!answer.ok) {
      this.refused = answer.status;
      throw new Error(String(answer.status));
    }
    this.targets = await answer.json();
    if (!this.label.isConnected) return;
    const open = new Set(this.targets.open.map((one) => `${one.worker} ${one.day}`));
    for (const cell of this.box.querySelectorAll("td[data-worker]")) {
      const can = open.has(`${cell.dataset.worker} ${cell.dataset.day}`);
      cell.classList.add(can ? "app-board__open" : "app-board__shut");
    }
    this.tell();
  }

  over(event) {
    this.label.style.left = `${event.clientX + 14}px`;
    this.label.style.top = `${event.clientY + 14}px`;
    const side = this.box.getBoundingClientRect();
    if (event.clientX > side.right - EDGE) this.box.scrollLeft += 16;
    if (event.clientX < side.left + EDGE) this.box.scrollLeft -= 16;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const cell = under ? under.closest("td[data-worker]") : null;
    if (cell === this.cell) return;
    if (this.cell) this.cell.classList.remove("app-board__aim");
    this.cell = cell;
    if (cell) cell.classList.add("app-board__aim");
    this.tell();
  }

  place() {
    if (!this.targets || !this.cell) return null;
    const { worker, day } = this.cell.dataset;
    return this.targets.open.find((one) => one.worker === worker && one.day === day) ?? null;
  }

  tell() {
    if (!this.targets) return;
    const found = this.place();
    if (!this.cell) this.label.textContent = "Put it down on a day of a worker.";
    else if (found) this.label.textContent = `Possible, from ${found.words}.`;
    else {
      const why = this.targets.barred[this.cell.dataset.worker];
      this.label.textContent = why ? `Not possible: ${this.cell.dataset.name} ${why}.` : `Not possible. ${SHUT}`;
    }
  }

  async drop() {
    try {
      await this.asked;
    } catch {
      this.end();
      say(unsaved(this.refused));
      return;
    }
    this.tell();
    const found = this.place();
    const told = this.label.textContent;
    const { cell } = this;
    this.end();
    if (!cell || cell.contains(this.card)) return;
    if (!found) {
      say(told);
      this.back();
      return;
    }
    await this.save(cell, found);
  }

  async save(cell, found) {
    let list = cell.querySelector(".app-stops");
    if (!list) {
      list = document.createElement("ul");
      list.className = "app-stops";
      cell.append(list);
    }
    list.append(this.card);
    this.card.classList.add("app-stop--saving");
    this.card.setAttribute("aria-busy", "true");
    const form = new URLSearchParams({
      form_uuid: crypto.randomUUID(),
      worker: found.worker,
      on: found.day,
      start: found.start,
      seen: this.card.dataset.seen,
    });
    if (this.card.dataset.pinned === "yes") form.set("pin", "y");
    try {
      const answer = await fetch(this.card.dataset.move, { method: "POST", headers: headers(), body: form });
      const where = answer.headers.get("HX-Redirect");
      if (answer.ok && where) {
        window.location.assign(where);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const why = page.querySelector(".govuk-error-summary__list");
      say(`${unsaved(answer.status)} ${why ? why.textContent.trim() : ""}`);
    } catch {
      say(NOT_SAVED);
    }
    this.back();
  }

  back() {
    this.home.list.insertBefore(this.card, this.home.next);
    this.card.classList.remove("app-stop--saving");
    this.card.removeAttribute("aria-busy");
    this.card.classList.add("app-stop--back");
    setTimeout(() => this.card.classList.remove("app-stop--back"), 4000);
  }

  end() {
    this.card.classList.remove("app-stop--lifted");
    if (this.label) this.label.remove();
    for (const cell of this.box.querySelectorAll("td[data-worker]")) {
      cell.classList.remove("app-board__open", "app-board__shut", "app-board__aim");
    }
  }
}

function start() {
  const board = document.querySelector(".app-board");
  if (!board) return;
  let drag = null;
  board.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || !(event.target instanceof Element)) return;
    const card = event.target.closest("[data-move]");
    if (!card || event.target.closest("a, button, form") || card.getAttribute("aria-busy")) return;
    event.preventDefault();
    drag = new Drag(card, event);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.begun) {
      if (Math.hypot(event.clientX - drag.from.x, event.clientY - drag.from.y) < FAR_ENOUGH) return;
      drag.begin();
    }
    drag.over(event);
  });
  document.addEventListener("pointerup", () => {
    const ended = drag;
    drag = null;
    if (ended?.begun) ended.drop();
  });
  const giveUp = () => {
    if (drag?.begun) {
      drag.asked.catch(() => {});
      drag.end();
      drag.back();
    }
    drag = null;
  };
  document.addEventListener("pointercancel", giveUp);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") giveUp();
  });
}

start();
