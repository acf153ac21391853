// Shows of a form the fields that the chosen type has: a select with data-fields = {value: [names]} says which.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const selects = [...document.querySelectorAll("select[data-fields]")];
  const rules = selects.map((select) => [select, JSON.parse(select.dataset.fields)]);

  function rowOf(name) {
    const input = document.querySelector(`[name="${name}"], [name^="${name}_"], [name^="${name}-"]`);
    if (!input) return null;
    return input.closest(`.field-${name}`) || input.closest(".form-row, .field-row");
  }

  function show() {
    const wanted = new Map();
    for (const [select, byType] of rules) {
      const shown = new Set(byType[select.value] || []);
      for (const name of new Set(Object.values(byType).flat())) {
        wanted.set(name, (wanted.get(name) ?? true) && shown.has(name));
      }
    }
    for (const [name, isShown] of wanted) {
      const row = rowOf(name);
      if (row) row.style.display = isShown ? "" : "none";
    }
  }

  // Unfold's searched selects tell changes through jQuery alone.
  const jQuery = window.django && window.django.jQuery;
  for (const select of selects) {
    if (jQuery) jQuery(select).on("change", show);
    else select.addEventListener("change", show);
  }
  show();
});
