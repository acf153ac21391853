// The page that ticks or orders channels: search, counting, dragging; the choice travels as one text.
(() => {
  const form = document.getElementById("pick");
  const search = document.getElementById("pick-search");
  const only = document.getElementById("pick-only");
  const number = document.getElementById("pick-number");
  const items = () => [...form.querySelectorAll("li")];
  const boxOf = (item) => item.querySelector("input");

  const show = () => {
    const wanted = search.value.trim().toLowerCase();
    for (const item of items()) {
      item.hidden = (wanted && !item.dataset.name.includes(wanted)) || (only.checked && !boxOf(item).checked);
    }
    for (const group of form.querySelectorAll("fieldset")) {
      group.hidden = !group.querySelector("li:not([hidden])");
    }
  };
  const count = () => {
    number.textContent = form.querySelectorAll("li input:checked").length;
  };

  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  only.addEventListener("change", show);
  form.addEventListener("change", count);
  form.addEventListener("click", (event) => {
    const all = event.target.dataset.all;
    const move = Number(event.target.dataset.move);
    const item = event.target.closest("li");
    if (all !== undefined) {
      for (const each of event.target.closest("fieldset").querySelectorAll("li:not([hidden])")) boxOf(each).checked = !!all;
      count();
    } else if (move && item) {
      const other = move < 0 ? item.previousElementSibling : item.nextElementSibling;
      if (other) move < 0 ? other.before(item) : other.after(item);
    }
  });
  const chosen = () => items().map(boxOf).filter((box) => box.checked).map((box) => box.value).join(",");
  form.addEventListener("submit", () => (form.elements.chosen.value = chosen()));
  form.addEventListener("htmx:configRequest", (event) => (event.detail.parameters.chosen = chosen()));

  let dragged = null;
  form.addEventListener("dragstart", (event) => (dragged = event.target.closest("li")));
  form.addEventListener("dragend", () => (dragged = null));
  form.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    event.clientY < box.top + box.height / 2 ? over.before(dragged) : over.after(dragged);
  });
})();
