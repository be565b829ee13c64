"use strict";

// Django's fields with proposals (Select2) have no name for a screen reader: they get that of their label.

function name(select) {
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  const shown = select.nextElementSibling;
  if (!shown?.classList.contains("select2")) return;
  const text = label ? label.textContent.replace(/:\s*$/, "").trim() : headingOf(select);
  const combobox = shown.querySelector("[role=combobox]");
  const chosen = shown.querySelector(".select2-selection__rendered");
  combobox.setAttribute("aria-label", text);
  if (select.multiple) {
    combobox.querySelector("input")?.setAttribute("aria-label", text);
    // The list has a button among its items, which no list may; what is chosen is read out as the select's value anyway.
    for (const part of [chosen, ...chosen.children]) part.setAttribute("role", "presentation");
  } else {
    // Its name is the label and what is chosen; the inner part is no field of its own.
    chosen.removeAttribute("role");
    chosen.removeAttribute("aria-readonly");
    combobox.setAttribute("aria-label", [text, chosen.title].filter(Boolean).join(": "));
    combobox.removeAttribute("aria-labelledby");
  }
}

// In a table of rows the label stands at the head of the column.
function headingOf(select) {
  const cell = select.closest("td");
  const heading = cell?.closest("table")?.querySelectorAll("thead th")[cell.cellIndex];
  return heading ? heading.textContent.trim() : select.name;
}

function nameAll(within) {
  for (const select of within.querySelectorAll("select.admin-autocomplete")) name(select);
}

// After Django's own script, which makes the fields as soon as the page is ready, and whenever a row is added.
window.django?.jQuery?.(() => {
  nameAll(document);
  window.django.jQuery(document).on("change", "select.admin-autocomplete", (event) => name(event.target));
});
document.addEventListener("formset:added", (event) => setTimeout(() => nameAll(event.target)));
