// Copies a citation. The buttons are hidden until this runs; without it the text can be selected like any other.
"use strict";

for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = button.closest(".cite").querySelector("[data-copied]");
    said.textContent = "";
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    said.textContent = said.dataset.copied;
  });
}
