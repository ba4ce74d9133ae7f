// Finds an address while it is typed: a combobox with a list, by keyboard and screen reader; nothing goes into a URL.
const PAUSE_MS = 200;
const LEAST = 4;
const KEYS = { ArrowDown: 1, ArrowUp: -1 };

function start(box) {
  const input = document.getElementById(box.dataset.street);
  const list = box.querySelector("[role=listbox]");
  const status = box.querySelector("[data-address-status]");
  const chosen = box.querySelector("[data-address-chosen]");
  const filled = ["street", "town", "latitude", "longitude"].map((name) => document.getElementById(box.dataset[name]));
  const found = document.getElementById(box.dataset.found);
  let active = -1;
  let timer = 0;
  let asking = null;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const isOpen = () => !list.hidden;

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    mark(-1);
  }

  function mark(index) {
    active = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = options()[index];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function forget() {
    if (asking) asking.abort();
    window.clearTimeout(timer);
    asking = null;
  }

  function choose(option) {
    forget();
    const parts = option.dataset.value.split("|");
    filled.forEach((field, at) => { field.value = parts[at]; });
    found.value = option.dataset.value;
    chosen.textContent = `On the list: ${option.textContent.trim()}. Its place is filled in.`;
    status.textContent = chosen.textContent;
    show(false);
  }

  // Coordinates that were found for another address must not stay.
  function letGo() {
    if (!found.value) return;
    const parts = found.value.split("|");
    found.value = "";
    chosen.textContent = "";
    if (filled[2].value === parts[2] && filled[3].value === parts[3]) filled[2].value = filled[3].value = "";
  }

  async function ask() {
    if (asking) asking.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(box.dataset.url, {
        method: "POST",
        headers: { "X-CSRFToken": box.dataset.token },
        body: new URLSearchParams({ typed: input.value }),
        signal: asking.signal,
      });
      if (!answer.ok) throw new Error("no answer");
      list.innerHTML = await answer.text();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      show(false);
      status.textContent = "The address search does not answer. Type the address and choose the town.";
      return;
    }
    const count = options().length;
    const words = list.querySelector("[data-words]");
    show(count > 0);
    status.textContent = words
      ? words.textContent
      : count ? `${count} ${count === 1 ? "address" : "addresses"}. Use the arrow keys.` : "Not on the list. Type the address and choose the town.";
  }

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  input.addEventListener("input", () => {
    letGo();
    forget();
    if (input.value.trim().length < LEAST) {
      show(false);
      return;
    }
    timer = window.setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (!isOpen() || event.isComposing) return;
    const count = options().length;
    if (event.key in KEYS) {
      event.preventDefault();
      const from = active < 0 && event.key === "ArrowUp" ? 0 : active;
      mark((from + KEYS[event.key] + count) % count);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(options()[active]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      show(false);
    } else if (event.key === "Tab") {
      show(false);
    }
  });
  input.addEventListener("blur", () => { forget(); show(false); });
  filled[1].addEventListener("change", letGo);
  // Pressing must not take the focus away before the click arrives.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option) choose(option);
  });
}

for (const box of document.querySelectorAll("[data-address-search]")) start(box);
