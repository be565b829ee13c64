// The network: who has the pointer or the focus stands out with those met; all else steps back. Nothing needs it.

for (const picture of document.querySelectorAll("svg[data-network]")) {
  const lines = [...picture.querySelectorAll("a[data-ends]")].map((link) => ({ link, ends: link.dataset.ends.split(" ") }));
  const marks = new Map([...picture.querySelectorAll("a[data-key]")].map((link) => [link.dataset.key, link]));

  const show = (target) => {
    const link = target instanceof Element && picture.contains(target) ? target.closest("a") : null;
    for (const near of picture.querySelectorAll("a.near")) near.classList.remove("near");
    picture.classList.toggle("chosen", link !== null);
    if (!link) return;
    const own = link.dataset.key;
    for (const line of lines) {
      if (line.link !== link && !line.ends.includes(own)) continue;
      line.link.classList.add("near");
      for (const end of line.ends) marks.get(end)?.classList.add("near");
    }
    marks.get(own)?.classList.add("near");
  };

  picture.addEventListener("pointerover", (event) => show(event.target));
  picture.addEventListener("pointerleave", () => show(document.activeElement));
  picture.addEventListener("focusin", (event) => show(event.target));
  picture.addEventListener("focusout", () => show(null));
}
