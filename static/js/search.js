// Comforts of the search boxes; every page works without them. “/” goes to the box, and while a reader types, the box
// proposes names: a combobox with a list, after the ARIA Authoring Practices (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
"use strict";

const DELAY = 120; // milliseconds without a key before the site is asked
const LONGEST = 100; // letters; no name is longer

let boxes = 0;

class Suggestions {
  constructor(box) {
    this.box = box;
    this.id = `suggestions-${++boxes}`;
    this.options = [];
    this.active = -1;
    this.awaited = null; // the text whose answer is to be shown
    this.answers = new Map();

    this.list = element("div", { id: this.id, class: "suggestions", role: "listbox", "aria-label": box.dataset.list });
    this.status = element("div", { class: "hidden", role: "status" });
    this.list.hidden = true;
    box.form.append(this.list, this.status);
    set(box, {
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.id,
    });

    box.addEventListener("input", () => this.wait());
    box.addEventListener("keydown", (event) => this.press(event));
    box.addEventListener("blur", () => this.close());
    box.form.addEventListener("submit", () => this.close());
    // The box keeps the focus, and so the keyboard of a phone.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.follow(event.target.closest("[role=option]")));
  }

  wait() {
    clearTimeout(this.timer);
    this.awaited = null;
    this.move(-1); // whoever types on has chosen nothing
    this.timer = setTimeout(() => this.ask(), DELAY);
  }

  async ask() {
    clearTimeout(this.timer);
    const text = this.box.value.trim();
    if (!text || text.length > LONGEST) return this.close();
    this.awaited = text;
    const found = await this.answer(text).catch(() => []); // no proposals: the box works as ever
    // Another letter may have come meanwhile, or the reader have closed the list, or chosen from it: it is not
    // exchanged under the hand then.
    if (this.awaited === text && this.active < 0) this.show(found);
  }

  async answer(text) {
    if (!this.answers.has(text)) {
      const response = await fetch(`${this.box.dataset.suggest}?${new URLSearchParams({ q: text })}`);
      if (!response.ok) throw new Error(response.statusText);
      this.answers.set(text, await response.json());
    }
    return this.answers.get(text);
  }

  show(found) {
    this.close();
    if (!found.length) return;
    const groups = new Map();
    this.options = found.map((one, place) => {
      const option = element("div", { id: `${this.id}-${place}`, role: "option", "aria-selected": "false" }, one.name);
      if (one.also) option.append(" ", element("small", {}, one.also));
      option.dataset.url = one.url;
      if (!groups.has(one.group)) groups.set(one.group, []);
      groups.get(one.group).push(option);
      return option;
    });
    // As they stand in the list, which is by groups.
    this.options = [...groups.values()].flat();
    this.list.replaceChildren(
      ...[...groups].map(([label, options], place) => {
        const heading = element("div", { id: `${this.id}-group-${place}`, role: "presentation" }, label);
        const group = element("div", { role: "group", "aria-labelledby": heading.id });
        group.append(heading, ...options);
        return group;
      }),
    );
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.status.textContent = `${this.box.dataset.list}: ${found.length}`;
  }

  close() {
    clearTimeout(this.timer);
    this.awaited = null;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.options = [];
    this.active = -1;
    this.status.textContent = "";
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  press(event) {
    // Enter and arrows belong to an input method while it composes: Chinese is typed so.
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const isOpen = this.options.length > 0;
    if (event.key === "ArrowDown" && !isOpen) this.ask();
    else if (event.key === "ArrowDown") this.move(this.active + 1);
    else if (event.key === "ArrowUp" && isOpen) this.move(this.active < 0 ? this.options.length - 1 : this.active - 1);
    else if (event.key === "Escape" && isOpen) this.close();
    else if (event.key === "Enter" && this.active >= 0) this.follow(this.options[this.active]);
    else return;
    event.preventDefault();
  }

  // Past either end is the box itself again.
  move(to) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = to < this.options.length ? to : -1;
    const option = this.options[this.active];
    if (!option) return this.box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", option.id);
  }

  follow(option) {
    if (option) location.assign(option.dataset.url);
  }
}

function set(target, attributes) {
  for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, value);
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  set(made, attributes);
  made.append(text);
  return made;
}

// “/” ----------------------------------------------------------------------------------------------------------------
// A key without Ctrl or Alt has to be one that can be switched off (WCAG 2.1.4): speech input may press it by chance.

const OFF = "archive-no-slash";

function isOff() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false; // no storage: a private window
  }
}

function switchSlash(on) {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // For this page only, then.
  }
}

function isTyping(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

const found = [...document.querySelectorAll("input[data-suggest]")];
for (const box of found) new Suggestions(box);

let slash = !isOff();
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || !slash || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  const box = found.find((one) => one.checkVisibility?.() ?? true);
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

for (const button of document.querySelectorAll("button[data-slash]")) {
  const tell = () => button.setAttribute("aria-pressed", String(slash));
  button.addEventListener("click", () => {
    slash = !slash;
    switchSlash(slash);
    tell();
  });
  tell();
  button.closest("[hidden]").hidden = false;
}
