// Comforts of the timeline; it works without them. Arrow keys lead from mark to mark, so that the Tab key crosses a picture
// of hundreds of links in one step; what has the pointer or the focus says its name beside it; a link to a table opens it.
"use strict";

class Marks {
  constructor(picture) {
    this.picture = picture;
    this.lanes = [...picture.querySelectorAll(".lane svg")]
      .map((lane) => [...lane.querySelectorAll("a")])
      .filter((marks) => marks.length);
    const all = this.lanes.flat();
    if (!all.length) return;
    for (const mark of all) mark.setAttribute("tabindex", "-1");
    all[0].setAttribute("tabindex", "0");
    this.stop = all[0];

    this.label = document.createElement("div");
    this.label.className = "timeline-label";
    this.label.setAttribute("aria-hidden", "true");
    this.label.hidden = true;
    document.body.append(this.label);

    picture.addEventListener("keydown", (event) => this.press(event));
    picture.addEventListener("focusin", (event) => this.reach(event.target.closest("svg a")));
    picture.addEventListener("focusout", () => this.hide());
    picture.addEventListener("pointerover", (event) => this.point(event.target.closest("svg a")));
    picture.addEventListener("pointerout", () => this.hide());
    picture.addEventListener("scroll", () => this.hide());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
  }

  press(event) {
    const mark = event.target.closest("svg a");
    if (!mark || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = this.lanes.findIndex((lane) => lane.includes(mark));
    const lane = this.lanes[row];
    const at = lane.indexOf(mark);
    const next = {
      ArrowRight: () => lane[at + 1],
      ArrowLeft: () => lane[at - 1],
      Home: () => lane[0],
      End: () => lane.at(-1),
      ArrowDown: () => nearest(this.lanes[row + 1], mark),
      ArrowUp: () => nearest(this.lanes[row - 1], mark),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    next()?.focus();
  }

  // The one mark that the Tab key stops at is the last that had the focus.
  reach(mark) {
    if (!mark) return;
    this.stop.setAttribute("tabindex", "-1");
    mark.setAttribute("tabindex", "0");
    this.stop = mark;
    mark.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.show(mark);
  }

  // Under the pointer our label takes the place of the browser's own, which comes late.
  point(mark) {
    if (!mark) return;
    this.show(mark);
    this.held = [mark, mark.querySelector("title")];
    this.held[1].remove();
  }

  show(mark) {
    this.hide();
    this.label.textContent = mark.querySelector("title").textContent;
    this.label.hidden = false;
    const place = mark.querySelector(".hit").getBoundingClientRect();
    const own = this.label.getBoundingClientRect();
    const left = Math.min(Math.max(place.left + place.width / 2 - own.width / 2, 4), innerWidth - own.width - 4);
    const above = place.top - own.height - 6;
    // The policy allows no styles in the page; through the object model they are not in it.
    this.label.style.left = `${left}px`;
    this.label.style.top = `${above > 4 ? above : place.bottom + 6}px`;
  }

  hide() {
    this.label.hidden = true;
    if (this.held) this.held[0].prepend(this.held[1]);
    this.held = undefined;
  }
}

function nearest(lane, mark) {
  if (!lane) return undefined;
  const middle = (one) => {
    const box = one.querySelector(".hit").getBoundingClientRect();
    return box.left + box.width / 2;
  };
  const here = middle(mark);
  return lane.reduce((best, one) => (Math.abs(middle(one) - here) < Math.abs(middle(best) - here) ? one : best));
}

// A link to a table that is folded up opens it.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target?.closest("section")?.querySelector("details.same");
  if (folded) folded.open = true;
}

for (const picture of document.querySelectorAll("[data-marks]")) new Marks(picture);
addEventListener("hashchange", unfold);
unfold();
